// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tls/certificate_files.h"
#include "tls/context.h"
#include "unit/tls/certificates.h"
#include "unit/tls/handshake.h"

using namespace outrider;
using namespace outrider::tls;
using namespace outrider::tls::test;

namespace {

CertificateFiles files_in(const std::filesystem::path& folder) {
  return {folder / "made.pem", folder / "made.key"};
}

CertificateFiles make(const std::filesystem::path& folder, const std::vector<std::string>& names = {}) {
  const auto made = make_self_signed(files_in(folder), names);
  INFO((made ? "" : made.error().message));
  REQUIRE(made);
  return files_in(folder);
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

}  // namespace

TEST_CASE("a self-signed certificate serves, and nobody else can read its key") {
  const KeyFolder folder;
  const auto files = make(folder.path / "state" / "outrider", {"Dev.Example", "192.0.2.7", "localhost"});
  CHECK(mode_of(files.key) == 0600);
  CHECK(mode_of(files.key.parent_path()) == 0700);
  const auto pair = load_pair(files);
  REQUIRE(pair);
  CHECK(pair->names == std::vector<std::string>{"localhost", "dev.example"});
  CHECK(pair->addresses == std::vector<std::string>{"127.0.0.1", "::1", "192.0.2.7"});
  CHECK(time_left(*pair) > std::chrono::hours(24 * 89));
  CHECK(time_left(*pair) <= std::chrono::hours(24 * 90));
  const auto context = ServerContext::create({files});
  REQUIRE(context);
  CHECK(shake_hands((*context)->get(), {.name = "localhost", .protocols = {"h2"}}).protocol == "h2");
}

TEST_CASE("a client that trusts the self-signed certificate verifies it by name") {
  const KeyFolder folder;
  const auto files = make(folder.path);
  const auto pair = load_pair(files);
  REQUIRE(pair);
  const CPtr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), pair->leaf.get());
  const CPtr<X509_STORE_CTX, X509_STORE_CTX_free> check(X509_STORE_CTX_new());
  REQUIRE(X509_STORE_CTX_init(check.get(), store.get(), pair->leaf.get(), nullptr) == 1);
  X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(check.get()), "localhost", 0);
  CHECK(X509_verify_cert(check.get()) == 1);
}

TEST_CASE("the certificate is kept while it is good, and made anew when it is not") {
  const KeyFolder folder;
  const auto files = make(folder.path, {"a.example"});
  const std::string first = read_file(files.certificate);
  make(folder.path, {"a.example"});
  make(folder.path, {});
  CHECK(read_file(files.certificate) == first);

  SECTION("another name") {
    make(folder.path, {"b.example"});
  }
  SECTION("a key that does not match") {
    folder.write("made.key", read_file(make_certificate(folder, "other").key));
    make(folder.path, {"a.example"});
  }
  SECTION("a broken file") {
    folder.write("made.pem", "broken");
    make(folder.path, {"a.example"});
  }
  SECTION("one that ends this month") {
    const auto old = make_certificate(folder, "old", {.names = {"localhost"}, .ends_in_s = 29 * 24 * 3600});
    folder.write("made.pem", read_file(old.certificate));
    folder.write("made.key", read_file(old.key));
    make(folder.path, {});
  }
  CHECK(read_file(files.certificate) != first);
  CHECK(ServerContext::create({files}));
  CHECK(mode_of(files.key) == 0600);
}

TEST_CASE("two that start together agree on one pair") {
  const KeyFolder folder;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { static_cast<void>(make_self_signed(files_in(folder.path / "state"), {})); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(ServerContext::create({make(folder.path / "state")}));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path / "state")) ++files;
  CHECK(files == 2);
}

TEST_CASE("names that are none, and a folder that cannot be, are errors") {
  const KeyFolder folder;
  for (const char* name : {"", "two words", "a,DNS:evil.example", "*.", "http://x"}) {
    INFO(name);
    const auto made = make_self_signed(files_in(folder.path), {name});
    REQUIRE_FALSE(made);
    CHECK(made.error().message ==
          "self-signed certificate: \"" + std::string(name) + "\" is neither a host name nor an IP address");
  }
  const auto file = folder.write("file", "");
  const auto below = make_self_signed(files_in(file / "state"), {});
  REQUIRE_FALSE(below);
  CHECK_THAT(below.error().message, Catch::Matchers::StartsWith("cannot make the folder " + (file / "state").string()));
}
