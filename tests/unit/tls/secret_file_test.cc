// SPDX-License-Identifier: MIT
// Keys that strangers can read or change are told, by file, owner and mode.
#include "tls/secret_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/log.h"
#include "tls/certificate_files.h"
#include "tls/ticket_keys.h"
#include "unit/tls/certificates.h"

using namespace outrider;
using namespace outrider::tls;
using namespace outrider::tls::test;
using Catch::Matchers::Contains;

namespace {

/// The error log, for as long as this lives.
class Logged {
 public:
  explicit Logged(const KeyFolder& folder) : file_((folder.path / "log").string()) {
    REQUIRE(log::open(file_, log::Level::debug));
  }
  ~Logged() { REQUIRE(log::open("", log::Level::info)); }
  std::string text() const { return read_file(file_); }

 private:
  std::string file_;
};

}  // namespace

TEST_CASE("a key that others can read or write is warned of", "[tls][secret]") {
  const KeyFolder folder;
  const auto file = folder.write("some.key", "secret");
  for (const unsigned mode : {0666u, 0644u, 0604u, 0602u, 0660u, 0620u}) {
    const Logged logged(folder);
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    REQUIRE(read_secret_file(file, "key"));
    char digits[8];
    std::snprintf(digits, sizeof(digits), "%04o", mode);
    CHECK_THAT(logged.text(),
               Contains(" warning key " + file.string() + ": others can read or write it: it belongs to ") &&
                   Contains("(uid " + std::to_string(::getuid()) + ") and its mode is " + digits + "; chmod 0640 " +
                            file.string()));
    std::filesystem::remove(folder.path / "log");
  }
}

TEST_CASE("a key that only its owner writes and at most a group reads is fine", "[tls][secret]") {
  const KeyFolder folder;
  const Logged logged(folder);
  const auto file = folder.write("some.key", "secret");
  for (const unsigned mode : {0600u, 0640u, 0400u, 0440u}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    REQUIRE(read_secret_file(file, "key"));
  }
  REQUIRE(::chmod(file.c_str(), 0666) == 0);
  REQUIRE(read_secret_file(file, "certificate", Audience::anybody));
  CHECK(logged.text().empty());
}

TEST_CASE("of a pair the key is warned of and the certificate is not; so is a ticket key", "[tls][secret]") {
  const KeyFolder folder;
  const auto pair = make_certificate(folder, "first", {.names = {"first.example"}});
  const auto ticket = folder.write("ticket.key", std::string(80, 'k'));
  for (const auto& file : {pair.certificate, pair.key, ticket}) REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const Logged logged(folder);
  REQUIRE(load_pair(pair));
  REQUIRE(TicketKeys::load({ticket}));
  CHECK_THAT(logged.text(), Contains(" warning key " + pair.key.string()));
  CHECK_THAT(logged.text(), Contains(" warning ticket key " + ticket.string()));
  CHECK_THAT(logged.text(), !Contains(pair.certificate.string()));
}
