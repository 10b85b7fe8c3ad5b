// SPDX-License-Identifier: MIT
// Connections between accept and HTTP when their listener changes its frontend: they land in the new one.
#include <openssl/ssl.h>

#include <catch2/catch.hpp>

#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;
using namespace std::chrono_literals;

namespace {

/// A TLS client whose bytes the test carries itself.
class TlsClient {
 public:
  TlsClient() : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>("\2h2"), 3);
    SSL_set_tlsext_host_name(ssl_, "localhost");
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// What is to be sent now: at first the ClientHello.
  std::string outgoing() {
    if (!SSL_is_init_finished(ssl_)) SSL_do_handshake(ssl_);
    char* bytes = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(SSL_get_wbio(ssl_), &bytes));
    const std::string out(bytes, size);
    BIO_reset(SSL_get_wbio(ssl_));
    return out;
  }
  void take(const std::string& bytes) { BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size())); }
  bool done() const { return SSL_is_init_finished(ssl_) == 1; }
  bool speaks_http2() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &name, &size);
    return size == 2;
  }
  /// Tells the server's certificate from others.
  std::string certificate() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    if (certificate == nullptr) return {};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest, &size);
    X509_free(certificate);
    return {reinterpret_cast<const char*>(digest), size};
  }
  std::string encrypt(const std::string& plain) {
    SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
    return outgoing();
  }
  std::string decrypt(const std::string& bytes) {
    take(bytes);
    std::string plain;
    char buffer[4096];
    int size;
    while ((size = SSL_read(ssl_, buffer, sizeof(buffer))) > 0) plain.append(buffer, static_cast<std::size_t>(size));
    return plain;
  }
  /// The rest of the handshake over `wire`.
  void finish(WebClient& wire) {
    for (int turn = 0; turn != 10 && !done(); ++turn) {
      take(wire.read_for(200ms));
      wire.send(outgoing());
    }
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

struct Certificates {
  std::shared_ptr<const tls::ServerContext> context(const std::string& name) const {
    const tls::CertificateFiles files{folder / (name + ".pem"), folder / (name + ".key")};
    REQUIRE(tls::make_self_signed(files, {name}));
    const auto made = tls::ServerContext::create({files});
    REQUIRE(made);
    return *made;
  }

  TemporaryFolder folder;
};

const std::string http2_hello = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0);
// GET http /health, authority a
const std::string http2_health = frame(1, 5, 1,
                                       "\x82\x86\x04\x07/health\x41\x01"
                                       "a");

config::Config tls_config(Rig& rig, const std::string& text) {
  auto config = rig.config(text);
  config.listen[0].tls.emplace_back();
  return config;
}

config::Config proxy_config(Rig& rig, const std::string& text, const char* from = "127.0.0.0/8") {
  auto config = rig.config(text);
  config.listen[0].proxy_protocol_from.emplace().push_back(*Network::parse(from));
  return config;
}

}  // namespace

TEST_CASE("a TLS handshake in flight lands in the new frontend") {
  Rig rig;
  const ServerSocket socket;
  const Certificates certificates;
  auto old = rig.frontend(tls_config(rig, "old"), {certificates.context("one.example")});
  rig.listen(*old, socket);
  WebClient half(socket.port), silent(socket.port);
  TlsClient tls, late;
  const std::string hello = tls.outgoing();
  half.send(hello.substr(0, hello.size() / 2));
  REQUIRE(rig.wait_for([&] { return old->connections() == 2; }));
  std::this_thread::sleep_for(50ms);

  auto fresh = rig.frontend(tls_config(rig, "new"), {certificates.context("two.example")});
  rig.replace(*old, *fresh);
  CHECK(rig.connections(*fresh) == 2);
  rig.on_loop([&] { REQUIRE(old->drained()); });
  rig.destroy(old);  // and its certificates: the handshakes keep what they began with

  half.send(hello.substr(hello.size() / 2));
  tls.finish(half);
  REQUIRE(tls.done());
  CHECK(tls.speaks_http2());
  half.send(tls.encrypt(http2_hello + http2_health));
  const std::string answer = tls.decrypt(half.read_for(1500ms));
  CHECK_THAT(answer, Catch::Contains("ok\n"));
  // No GOAWAY: nothing but SETTINGS, its acknowledgement, the response.
  CHECK_THAT(answer, !Catch::Contains(std::string("\x7f\xff\xff\xff", 4)));

  silent.send(late.outgoing());
  late.finish(silent);
  CHECK(late.done());
  rig.on_loop([&] { fresh->close_all(); });
  REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
  rig.destroy(fresh);
}

TEST_CASE("nothing goes to an HTTP/2 client ahead of SETTINGS") {
  Rig rig;
  const ServerSocket socket;
  const Certificates certificates;
  auto old = rig.frontend(tls_config(rig, "old"), {certificates.context("one.example")});
  rig.listen(*old, socket);
  WebClient wire(socket.port), silent_wire(socket.port);
  TlsClient tls, silent;
  wire.send(tls.outgoing());
  tls.finish(wire);
  silent_wire.send(silent.outgoing());
  silent.finish(silent_wire);
  REQUIRE(tls.done());
  REQUIRE(tls.speaks_http2());
  REQUIRE(silent.speaks_http2());
  tls.decrypt(wire.read_for(50ms));  // session tickets
  rig.on_loop([&] { old->drain(http::Leave::soon); });
  CHECK(tls.decrypt(wire.read_for(500ms)).empty());
  wire.send(tls.encrypt(http2_hello + http2_health));
  const std::string bytes = tls.decrypt(wire.read_for(2500ms));
  REQUIRE(bytes.size() > 9);
  CHECK(bytes[3] == 4);  // SETTINGS (RFC 9113 3.4)
  CHECK_THAT(bytes, Catch::Contains("ok\n"));
  CHECK_THAT(bytes, Catch::Contains(std::string("\x7f\xff\xff\xff", 4)));  // GOAWAY comes after it
  CHECK(wire.closes());
  CHECK(silent_wire.closes());  // who does not begin to speak is not waited for
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("a handshake of a listener that is gone stays with the old frontend") {
  Rig rig;
  const ServerSocket socket;
  const Certificates certificates;
  auto old = rig.frontend(tls_config(rig, "old"), {certificates.context("one.example")});
  rig.listen(*old, socket);
  WebClient wire(socket.port);
  TlsClient tls;
  const std::string hello = tls.outgoing();
  wire.send(hello.substr(0, 100));
  REQUIRE(rig.wait_for([&] { return old->connections() == 1; }));
  auto config = rig.config("new");
  config.listen.clear();
  auto fresh = rig.frontend(std::move(config));
  rig.on_loop([&] {
    fresh->take_over(*old, {std::nullopt});
    old->drain(http::Leave::soon);
    CHECK(old->connections() == 1);
  });
  rig.destroy(fresh);
  std::this_thread::sleep_for(1200ms);  // longer than an idle connection would get
  wire.send(hello.substr(100));
  tls.finish(wire);
  REQUIRE(tls.done());
  wire.send(tls.encrypt(http2_hello + http2_health));
  const std::string answer = tls.decrypt(wire.read_for(2500ms));
  CHECK_THAT(answer, Catch::Contains("ok\n"));
  CHECK_THAT(answer, Catch::Contains(std::string("\x7f\xff\xff\xff", 4)));
  REQUIRE(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("new certificates are for new handshakes") {
  Rig rig;
  const ServerSocket socket;
  const Certificates certificates;
  auto frontend = rig.frontend(tls_config(rig, "text"), {certificates.context("one.example")});
  rig.listen(*frontend, socket);
  WebClient first_wire(socket.port), silent(socket.port);
  TlsClient first, begun, second;
  first_wire.send(first.outgoing());
  first.finish(first_wire);
  REQUIRE(first.done());
  REQUIRE(rig.wait_for([&] { return frontend->connections() == 2; }));
  rig.on_loop([&] { frontend->use_tls({certificates.context("two.example")}); });
  WebClient second_wire(socket.port);
  second_wire.send(second.outgoing());
  second.finish(second_wire);
  REQUIRE(second.done());
  const bool renewed = second.certificate() != first.certificate();
  CHECK(renewed);
  silent.send(begun.outgoing());
  begun.finish(silent);
  REQUIRE(begun.done());
  const bool kept = begun.certificate() == first.certificate();
  CHECK(kept);
  first_wire.send(first.encrypt(http2_hello + http2_health));
  CHECK_THAT(first.decrypt(first_wire.read_for(500ms)), Catch::Contains("ok\n"));
  rig.on_loop([&] { frontend->close_all(); });
  REQUIRE(rig.wait_for([&] { return frontend->connections() == 0; }));
  rig.destroy(frontend);
}

TEST_CASE("a PROXY header that is half there is read to its end by the new frontend") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(proxy_config(rig, "old"));
  rig.listen(*old, socket);
  WebClient client(socket.port);
  client.send("PROXY TCP4 192.0.2.7 ");
  REQUIRE(rig.wait_for([&] { return old->connections() == 1; }));
  auto fresh = rig.frontend(proxy_config(rig, "new"));
  rig.replace(*old, *fresh);
  rig.destroy(old);
  client.send("192.0.2.1 4711 80\r\n");
  CHECK_THAT(client.get("/page"), Catch::EndsWith("new"));
  rig.on_loop([&] { fresh->close_all(); });
  REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
  rig.destroy(fresh);
}

TEST_CASE("who waits with a PROXY header follows the new configuration") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(proxy_config(rig, "old"));
  rig.listen(*old, socket);
  WebClient client(socket.port);
  REQUIRE(rig.wait_for([&] { return old->connections() == 1; }));

  SECTION("nobody sends one any more") {
    auto fresh = rig.frontend(rig.config("new"));
    rig.replace(*old, *fresh);
    CHECK_THAT(client.get("/page"), Catch::EndsWith("new"));
    rig.on_loop([&] { fresh->close_all(); });
    REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
    rig.destroy(fresh);
  }
  SECTION("this peer may not send one any more") {
    auto fresh = rig.frontend(proxy_config(rig, "new", "192.0.2.0/24"));
    rig.replace(*old, *fresh);
    client.send("PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n");
    CHECK(client.closes());
    REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
    rig.destroy(fresh);
  }
  SECTION("the new handshake timeout counts") {
    auto config = proxy_config(rig, "new");
    config.limits.handshake_timeout_ms = 100;
    auto fresh = rig.frontend(std::move(config));
    rig.replace(*old, *fresh);
    rig.destroy(old);
    CHECK(client.closes());
    REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
    rig.destroy(fresh);
  }
  if (old) rig.destroy(old);
}

TEST_CASE("a TLS handshake that is not completed ends in time, whoever owns it by then") {
  Rig rig;
  const ServerSocket socket;
  const Certificates certificates;
  auto config = tls_config(rig, "old");
  config.limits.handshake_timeout_ms = 300;
  auto old = rig.frontend(config, {certificates.context("one.example")});
  rig.listen(*old, socket);
  WebClient moved(socket.port);
  TlsClient tls;
  moved.send(tls.outgoing().substr(0, 50));
  REQUIRE(rig.wait_for([&] { return old->connections() == 1; }));
  auto fresh = rig.frontend(config, {certificates.context("two.example")});
  rig.replace(*old, *fresh);
  rig.destroy(old);
  CHECK(rig.connections(*fresh) == 1);
  CHECK(moved.closes());
  REQUIRE(rig.wait_for([&] { return fresh->connections() == 0; }));
  rig.destroy(fresh);
}
