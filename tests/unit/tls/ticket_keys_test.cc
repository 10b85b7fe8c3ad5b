// SPDX-License-Identifier: MIT
// Sessions that outlive a context, a rotation of keys and, with files, the machine; and key files that are wrong.
#include "tls/ticket_keys.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "unit/tls/certificates.h"
#include "unit/tls/handshake.h"

using namespace outrider;
using namespace outrider::tls;
using namespace outrider::tls::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Keys = std::shared_ptr<const TicketKeys>;

/// A key file's bytes, the same for the same seed.
std::string key_bytes(char seed, std::size_t size = 80) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(seed * 31 + static_cast<int>(i) * 7);
  return bytes;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 15];
  }
  return text;
}

Keys load(const std::vector<std::filesystem::path>& files) {
  auto keys = TicketKeys::load(files);
  INFO((keys ? "" : keys.error().message));
  REQUIRE(keys);
  return *keys;
}

std::string problem(const std::vector<std::filesystem::path>& files) {
  const auto keys = TicketKeys::load(files);
  return keys ? "" : keys.error().message;
}

struct World {
  KeyFolder folder;
  CertificateFiles pair = make_certificate(folder, "first", {.names = {"first.example"}});
  CertificateFiles other = make_certificate(folder, "second", {.names = {"second.example"}});
  std::filesystem::path old_key = folder.write("old.key", key_bytes(1));
  std::filesystem::path new_key = folder.write("new.key", key_bytes(2));

  /// A context of its own, as another reload or another machine has it.
  std::shared_ptr<const ServerContext> context(const Keys& keys) const {
    auto made = ServerContext::create({pair, other}, keys);
    REQUIRE(made);
    return *made;
  }
};

const auto versions = {TLS1_2_VERSION, TLS1_3_VERSION};
const auto names = {"first.example", "second.example"};

/// The first handshake of a client against `context`.
Handshake begin(const ServerContext& context, int version, const char* name = "first.example") {
  auto full = shake_hands(context.get(), {.name = name, .max_version = version});
  REQUIRE(full.session);
  REQUIRE_FALSE(full.resumed);
  return full;
}

Handshake resume(const ServerContext& context, int version, const Handshake& before,
                 const char* name = "first.example") {
  return shake_hands(context.get(), {.name = name, .max_version = version, .resume = before.session.get()});
}

std::string ticket(const Handshake& handshake) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(handshake.session.get(), &bytes, &size);
  REQUIRE(size != 0);
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

TEST_CASE("a session resumes on another context with the same keys, behind SNI too") {
  const World world;
  const auto keys = load({world.new_key});
  for (const int version : versions) {
    for (const char* name : names) {
      const auto session = begin(*world.context(keys), version, name);
      CHECK(resume(*world.context(keys), version, session, name).resumed);
    }
  }
}

TEST_CASE("a session resumes where the same files were read anew, raw or in hex, with 80 bytes or 48") {
  const World world;
  for (const std::size_t size : {std::size_t{80}, std::size_t{48}}) {
    const auto raw = world.folder.write("raw.key", key_bytes(3, size));
    const auto digits = world.folder.write("hex.key", hex(key_bytes(3, size)) + "\n");
    CHECK(load({raw})->fingerprint() == load({digits})->fingerprint());
    for (const int version : versions) {
      const auto session = begin(*world.context(load({raw})), version);
      CHECK(resume(*world.context(load({digits})), version, session).resumed);
    }
  }
}

TEST_CASE("other keys do not resume, and the handshake goes on in full") {
  const World world;
  for (const int version : versions) {
    const auto session = begin(*world.context(load({world.old_key})), version);
    for (const Keys& keys : {load({world.new_key}), TicketKeys::random(), Keys()}) {
      const auto result = resume(*world.context(keys), version, session);
      CHECK(result.done);
      CHECK_FALSE(result.resumed);
    }
  }
}

TEST_CASE("two contexts with OpenSSL's own keys share no session") {
  const World world;
  for (const int version : versions) {
    CHECK_FALSE(resume(*world.context(nullptr), version, begin(*world.context(nullptr), version)).resumed);
  }
}

TEST_CASE("a key that moved to second place still opens, and what it opened is sealed anew") {
  const World world;
  const auto before = world.context(load({world.old_key}));
  const auto rotated = world.context(load({world.new_key, world.old_key}));
  const auto after = world.context(load({world.new_key}));
  for (const int version : versions) {
    const auto session = begin(*before, version);
    const auto second = resume(*rotated, version, session);
    CHECK(second.resumed);
    CHECK(ticket(second) != ticket(session));
    CHECK(resume(*after, version, second).resumed);
    CHECK_FALSE(resume(*after, version, session).resumed);
  }
}

TEST_CASE("a TLS 1.2 ticket of the current key is not replaced, one of TLS 1.3 is") {
  const World world;
  const auto context = world.context(load({world.new_key, world.old_key}));
  const auto older = begin(*context, TLS1_2_VERSION), newer = begin(*context, TLS1_3_VERSION);
  CHECK(ticket(resume(*context, TLS1_2_VERSION, older)) == ticket(older));
  CHECK(ticket(resume(*context, TLS1_3_VERSION, newer)) != ticket(newer));
}

TEST_CASE("a ticket that was tampered with is refused without an end of the handshake") {
  const World world;
  const auto signed_otherwise = world.folder.write("evil.key", key_bytes(2).substr(0, 16) + key_bytes(9, 64));
  for (const int version : versions) {
    const auto session = begin(*world.context(load({signed_otherwise})), version);
    const auto result = resume(*world.context(load({world.new_key})), version, session);
    CHECK(result.done);
    CHECK_FALSE(result.resumed);
  }
}

TEST_CASE("random keys differ; a connection outlives the context whose keys it uses") {
  CHECK(TicketKeys::random()->fingerprint() != TicketKeys::random()->fingerprint());
  const World world;
  auto context = world.context(TicketKeys::random());
  SSL_CTX* raw = context->get();
  SSL_CTX_up_ref(raw);  // as a handshake in flight does
  context.reset();
  CHECK(shake_hands(raw, {.name = "second.example"}).session);
  SSL_CTX_free(raw);
}

TEST_CASE("the fingerprint of keys follows contents and order") {
  const World world;
  const auto print = load({world.new_key, world.old_key})->fingerprint();
  CHECK(print.size() == 64);
  CHECK(print != load({world.old_key, world.new_key})->fingerprint());
  CHECK(print != load({world.new_key})->fingerprint());
  CHECK(print == load({world.folder.write("copy.key", key_bytes(2)), world.old_key})->fingerprint());
}

TEST_CASE("a key file of the wrong size says how many bytes it has and how to make one") {
  const KeyFolder folder;
  const auto file = folder.write("short.key", std::string(32, 'x'));
  CHECK(problem({file}) == "ticket key " + file.string() +
                               ": it has 32 bytes; expected 80 or 48, or as many in hex (160 or 96 digits); `openssl "
                               "rand 80 > " +
                               file.string() + "` makes one");
  CHECK_THAT(problem({folder.write("long.key", key_bytes(1) + "\n")}), Contains("it has 81 bytes"));
  CHECK_THAT(problem({folder.write("no_hex.key", std::string(160, 'g'))}), Contains("it has 160 bytes"));
  CHECK_THAT(problem({folder.write("empty.key", "")}), Contains("the file is empty"));
}

TEST_CASE("every wrong key file has its line") {
  const World world;
  const auto missing = world.folder.path / "missing.key";
  const auto wrong = world.folder.write("wrong.key", "wrong");
  CHECK_THAT(problem({missing, world.new_key, wrong}),
             StartsWith("ticket key " + missing.string() + ": no such file\nticket key " + wrong.string() +
                        ": it has 5 bytes"));
  CHECK_THAT(problem({world.folder.path}), Contains("is a directory"));
  CHECK_THAT(problem({}), Contains("no file is named"));
}

TEST_CASE("two keys of one name are an error, the same key twice is not") {
  const World world;
  CHECK(problem({world.new_key, world.new_key}).empty());
  const auto twin = world.folder.write("twin.key", key_bytes(2).substr(0, 16) + key_bytes(9, 64));
  CHECK(problem({world.old_key, world.new_key, twin}) ==
        "ticket key " + twin.string() + ": its first 16 bytes, the key's name, are those of " + world.new_key.string() +
            ", but the rest is not; every key wants a name of its own");
}
