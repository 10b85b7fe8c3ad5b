// SPDX-License-Identifier: MIT
// Real handshakes against a ServerContext: which certificate, which protocol, which versions.
#include "tls/context.h"

#include <catch2/catch.hpp>

#include "unit/tls/certificates.h"
#include "unit/tls/handshake.h"

using namespace outrider;
using namespace outrider::tls;
using namespace outrider::tls::test;

namespace {

std::shared_ptr<const ServerContext> make_context(const std::vector<CertificateFiles>& files) {
  auto context = ServerContext::create(files);
  INFO((context ? "" : context.error().message));
  REQUIRE(context);
  return *context;
}

}  // namespace

TEST_CASE("the server chooses h2 before http/1.1, whatever the client's order") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "one")});
  CHECK(shake_hands(context->get(), {.protocols = {"http/1.1", "h2"}}).protocol == "h2");
  CHECK(shake_hands(context->get(), {.protocols = {"spdy/3", "http/1.1"}}).protocol == "http/1.1");
  const auto without = shake_hands(context->get(), {});
  CHECK(without.done);
  CHECK(without.protocol.empty());
}

TEST_CASE("a client whose protocols are all unknown gets the alert no_application_protocol") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "one")});
  const auto refused = shake_hands(context->get(), {.protocols = {"h3", "spdy/3"}});
  CHECK_FALSE(refused.done);
  CHECK(refused.alert == SSL_AD_NO_APPLICATION_PROTOCOL);
}

TEST_CASE("TLS 1.3 and 1.2 are spoken, 1.1 is not") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "one")});
  CHECK(shake_hands(context->get(), {}).version == "TLSv1.3");
  CHECK(shake_hands(context->get(), {.max_version = TLS1_2_VERSION}).version == "TLSv1.2");
  const auto old = shake_hands(context->get(), {.max_version = TLS1_1_VERSION, .ciphers = "ALL:@SECLEVEL=0"});
  CHECK_FALSE(old.done);
  CHECK(old.alert == SSL_AD_PROTOCOL_VERSION);
}

TEST_CASE("TLS 1.2 offers forward-secret AEAD suites alone") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "rsa", {.rsa_bits = 2048})});
  const auto with = [&](const char* cipher) {
    return shake_hands(context->get(), {.max_version = TLS1_2_VERSION, .ciphers = cipher}).done;
  };
  CHECK(with("ECDHE-RSA-AES128-GCM-SHA256"));
  CHECK(with("ECDHE-RSA-CHACHA20-POLY1305"));
  CHECK_FALSE(with("AES128-GCM-SHA256"));
  CHECK_FALSE(with("ECDHE-RSA-AES128-SHA"));
}

TEST_CASE("the certificate follows the server name: exact, then wildcard, then the first") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "first", {.names = {"first.example"}}),
                                     make_certificate(folder, "wild", {.names = {"*.shop.example", "shop.example"}}),
                                     make_certificate(folder, "exact", {.names = {"Www.Shop.example"}})});
  const auto subject = [&](const char* name) { return shake_hands(context->get(), {.name = name}).subject; };
  CHECK(subject("www.shop.example") == "exact");
  CHECK(subject("WWW.SHOP.EXAMPLE") == "exact");
  CHECK(subject("img.shop.example") == "wild");
  CHECK(subject("shop.example") == "wild");
  CHECK(subject("a.b.shop.example") == "first");
  CHECK(subject("unknown.example") == "first");
  CHECK(subject("") == "first");
  CHECK(context->names() ==
        std::vector<std::string>{"*.shop.example", "first.example", "shop.example", "www.shop.example"});
}

TEST_CASE("a connection on another certificate keeps ALPN, and the server sees the name") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "first", {.names = {"first.example"}}),
                                     make_certificate(folder, "second", {.names = {"b.example"}})});
  const auto result = shake_hands(context->get(), {.name = "b.example", .protocols = {"h2"}});
  CHECK(result.subject == "second");
  CHECK(result.protocol == "h2");
  CHECK(result.server_name == "b.example");
  CHECK_FALSE(shake_hands(context->get(), {.name = "b.example", .protocols = {"h3"}}).done);
  CHECK(shake_hands(context->get(), {}).server_name.empty());
}

TEST_CASE("an RSA and an ECDSA certificate for the same names serve each client what it can verify") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "rsa", {.names = {"a.example"}, .rsa_bits = 2048}),
                                     make_certificate(folder, "ec", {.names = {"a.example"}})});
  CHECK(shake_hands(context->get(), {.name = "a.example", .signatures = "RSA-PSS+SHA256"}).subject == "rsa");
  CHECK(shake_hands(context->get(), {.name = "a.example", .signatures = "ECDSA+SHA256"}).subject == "ec");
  CHECK(context->names() == std::vector<std::string>{"a.example"});
}

TEST_CASE("sessions are resumed by ticket, for TLS 1.2 and 1.3 and behind SNI") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "first", {.names = {"first.example"}}),
                                     make_certificate(folder, "second", {.names = {"b.example"}})});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* name : {"first.example", "b.example"}) {
      const auto full = shake_hands(context->get(), {.name = name, .max_version = version});
      REQUIRE(full.session);
      CHECK_FALSE(full.resumed);
      CHECK(shake_hands(context->get(), {.name = name, .max_version = version, .resume = full.session.get()}).resumed);
    }
  }
}

TEST_CASE("a connection outlives the context that it came from") {
  const KeyFolder folder;
  auto context = make_context({make_certificate(folder, "first", {.names = {"first.example"}}),
                               make_certificate(folder, "second", {.names = {"b.example"}})});
  SSL_CTX* raw = context->get();
  SSL_CTX_up_ref(raw);  // as a handshake in flight does
  context.reset();
  CHECK(shake_hands(raw, {.name = "b.example"}).subject == "second");
  SSL_CTX_free(raw);
}

TEST_CASE("days_left is that of the certificate that ends first") {
  const KeyFolder folder;
  CHECK(make_context({make_certificate(folder, "a", {.ends_in_s = 90 * 86400 + 60}),
                      make_certificate(folder, "b", {.ends_in_s = 10 * 86400 + 60})})
            ->days_left() == 10);
  CHECK(make_context({make_certificate(folder, "c", {.begins_in_s = -9000, .ends_in_s = -60})})->days_left() == -1);
}

TEST_CASE("the facts of each certificate: file, names and end") {
  const KeyFolder folder;
  const auto one = make_certificate(folder, "one", {.names = {"A.example", "*.b.example"}, .ends_in_s = 1000});
  const auto two = make_certificate(folder, "two");
  const auto context = make_context({one, two});
  REQUIRE(context->certificates().size() == 2);
  const CertificateFacts& facts = context->certificates()[0];
  CHECK(facts.file == one.certificate);
  CHECK(facts.names == std::vector<std::string>{"a.example", "*.b.example"});
  const auto left = facts.not_after - std::chrono::system_clock::now();
  CHECK(left > std::chrono::seconds(900));
  CHECK(left <= std::chrono::seconds(1000));
  CHECK(context->certificates()[1].names.empty());
}

TEST_CASE("a certificate that never ends (RFC 5280 4.1.2.5) ends late, not in the past") {
  const KeyFolder folder;
  const auto context = make_context({make_certificate(folder, "long", {.ends_in_s = 7900L * 365 * 86400})});
  CHECK(context->certificates()[0].not_after > std::chrono::system_clock::now() + std::chrono::hours(24) * 365 * 200);
}

TEST_CASE("the fingerprint follows the contents: certificates, keys, their order, ticket keys") {
  const KeyFolder folder;
  const auto one = make_certificate(folder, "one"), two = make_certificate(folder, "two");
  const auto print = [](const std::vector<CertificateFiles>& files, std::shared_ptr<const TicketKeys> tickets) {
    return (*ServerContext::create(files, std::move(tickets)))->fingerprint();
  };
  const std::string first = print({one, two}, nullptr);
  CHECK(first.size() == 64);
  CHECK(print({one, two}, nullptr) == first);
  CHECK(print({two, one}, nullptr) != first);
  CHECK(print({one}, nullptr) != first);
  const auto tickets = TicketKeys::random();
  CHECK(print({one, two}, tickets) != first);
  CHECK(print({one, two}, tickets) == print({one, two}, tickets));
  CHECK(print({one, two}, tickets) != print({one, two}, TicketKeys::random()));

  const CertificateFiles copy{folder.write("copy.pem", read_file(one.certificate)),
                              folder.write("copy.key", read_file(one.key))};
  CHECK(print({copy, two}, nullptr) == first);
  make_certificate(folder, "two");  // renewed in place
  CHECK(print({one, two}, nullptr) != first);
}

TEST_CASE("no certificate is an error, and of several that are wrong each has its line") {
  const KeyFolder folder;
  CHECK(ServerContext::create({}).error().message == "a TLS listener wants at least one certificate");
  const auto good = make_certificate(folder, "good");
  const auto missing = folder.path / "missing.pem";
  const auto bad = ServerContext::create({{missing, good.key}, good, {good.certificate, missing}});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message ==
        "certificate " + missing.string() + ": no such file\nkey " + missing.string() + ": no such file");
}
