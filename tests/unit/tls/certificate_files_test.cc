// SPDX-License-Identifier: MIT
// What is wrong with a certificate or key, said so that it can be mended.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/file_access.h"
#include "tls/context.h"
#include "unit/tls/certificates.h"
#include "unit/without_privileges.h"

using namespace outrider;
using namespace outrider::tls;
using namespace outrider::tls::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::string problem(const CertificateFiles& files) {
  const auto checked = ServerContext::create({files});
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("good pairs pass: EC, RSA, a chain, certificate and key in one file") {
  const KeyFolder folder;
  const auto ec = make_certificate(folder, "ec");
  const auto rsa = make_certificate(folder, "rsa", {.rsa_bits = 2048});
  CHECK(problem(ec).empty());
  CHECK(problem(rsa).empty());
  const auto chain = folder.write("chain.pem", read_file(ec.certificate) + read_file(rsa.certificate));
  CHECK(problem({chain, ec.key}).empty());
  const auto both = folder.write("both.pem", read_file(ec.key) + read_file(ec.certificate));
  CHECK(problem({both, both}).empty());
}

TEST_CASE("a certificate whose dates are wrong, or soon will be, says so, and is no error") {
  constexpr long day = 24 * 3600;
  const KeyFolder folder;
  const auto dates = [&](const char* name, long begins_in_s, long ends_in_s) {
    const auto files = make_certificate(folder, name, {.begins_in_s = begins_in_s, .ends_in_s = ends_in_s});
    const auto context = ServerContext::create({files});
    REQUIRE(context);
    return (*context)->certificates().at(0).wrong_dates;
  };
  CHECK_THAT(dates("old", -9000, -60), StartsWith("it expired on 20") && EndsWith(" UTC; clients refuse it, renew it"));
  CHECK_THAT(dates("early", 9000, 20 * day), StartsWith("it is valid from ") && Contains("; clients refuse it until"));
  CHECK_THAT(dates("last-day", -30 * day, day - 60),
             StartsWith("it expires on ") && EndsWith(", within a day; renew it"));
  CHECK_THAT(dates("soon", -30 * day, 2 * day - 60), EndsWith(", in 1 day; renew it"));
  CHECK_THAT(dates("this-week", -83 * day, 7 * day - 60), EndsWith(", in 6 days; renew it"));
  CHECK(dates("fine", -30 * day, 8 * day).empty());
  CHECK(dates("short", -day, 5 * day).empty());
  CHECK_THAT(dates("short-late", -5 * day, day + 3600), EndsWith(", in 1 day; renew it"));
}

TEST_CASE("missing, empty and huge files, directories and pipes are named") {
  const KeyFolder folder;
  const auto good = make_certificate(folder, "good");
  const auto path = [&](const char* name) { return (folder.path / name).string(); };
  CHECK(problem({path("none.pem"), good.key}) == "certificate " + path("none.pem") + ": no such file");
  CHECK(problem({good.certificate, path("none.key")}) == "key " + path("none.key") + ": no such file");
  folder.write("empty.pem", "");
  CHECK(problem({path("empty.pem"), good.key}) == "certificate " + path("empty.pem") + ": the file is empty");
  folder.write("huge.pem", std::string((1 << 20) + 1, 'x'));
  CHECK_THAT(problem({path("huge.pem"), good.key}), Contains("has 1048577 bytes; such a file has at most 1048576"));
  CHECK_THAT(problem({folder.path, good.key}), Contains("is a directory; expected a file"));
  REQUIRE(mkfifo(path("pipe").c_str(), 0600) == 0);
  CHECK_THAT(problem({path("pipe"), good.key}), Contains("is no regular file"));
  CHECK_THAT(problem({good.certificate / "below", good.key}), Contains("cannot be read: Not a directory"));
}

TEST_CASE("a key that the server's user may not read is an error with its owner, its mode and who asked") {
  const KeyFolder folder;
  const auto good = make_certificate(folder, "good");
  REQUIRE(chmod(good.key.c_str(), geteuid() == 0 ? 0600 : 0) == 0);
  const std::string owner = user_text(geteuid());
  const WithoutPrivileges nobody(folder);
  CHECK(problem(good) ==
        "key " + good.key.string() + ": cannot be read: Permission denied; " + describe_access(good.key));
  CHECK_THAT(problem(good), Contains("it belongs to " + owner) && Contains("its mode is 0") &&
                                EndsWith("this process runs as " + user_text(geteuid())));
  CHECK(problem({good.key, good.key}) ==
        "certificate " + good.key.string() + ": cannot be read: Permission denied; " + describe_access(good.key));
}

TEST_CASE("a folder on the way that may not be entered is named") {
  const KeyFolder folder;
  const auto live = folder.path / "live";
  REQUIRE(mkdir(live.c_str(), 0700) == 0);
  REQUIRE(mkdir((live / "www").c_str(), 0700) == 0);
  folder.write("live/www/key.pem", "secret");
  REQUIRE(chmod(live.c_str(), geteuid() == 0 ? 0700 : 0) == 0);
  const std::string owner = user_text(geteuid());
  {
    const WithoutPrivileges nobody(folder);
    CHECK_THAT(problem({live / "www/key.pem", live / "www/key.pem"}),
               Contains("cannot be read: Permission denied; its folder " + live.string() + " belongs to " + owner +
                        ", its mode is 0"));
  }
  REQUIRE(chmod(live.c_str(), 0700) == 0);
}

TEST_CASE("what is no PEM, DER, and a swapped pair are told apart") {
  const KeyFolder folder;
  const auto good = make_certificate(folder, "good");
  CHECK_THAT(problem({folder.write("text.pem", "hello\n"), good.key}),
             Contains("it is not PEM; expected a line \"-----BEGIN CERTIFICATE-----\"") && !Contains("DER"));
  CHECK_THAT(problem({folder.write("der.crt", std::string("\x30\x82\x01\x02zzzz")), good.key}),
             Contains("it looks like DER") && Contains("openssl x509 -inform DER"));
  CHECK_THAT(problem({good.certificate, folder.write("text.key", "hello\n")}),
             Contains("expected a line \"-----BEGIN PRIVATE KEY-----\""));
  CHECK_THAT(problem({good.key, good.certificate}),
             StartsWith("certificate " + good.key.string()) && Contains("are certificate and key swapped?"));
  CHECK_THAT(problem({good.certificate, good.certificate}),
             StartsWith("key " + good.certificate.string()) && Contains("are certificate and key swapped?"));
}

TEST_CASE("a certificate or key that is cut off is broken, wherever in the chain") {
  const KeyFolder folder;
  const auto good = make_certificate(folder, "good");
  const std::string certificate = read_file(good.certificate), key = read_file(good.key);
  CHECK_THAT(problem({folder.write("cut.pem", certificate.substr(0, 200)), good.key}),
             Contains("certificate number 1 in it is broken: "));
  CHECK_THAT(problem({folder.write("cut2.pem", certificate + certificate.substr(0, 200)), good.key}),
             Contains("certificate number 2 in it is broken: "));
  CHECK_THAT(problem({good.certificate, folder.write("cut.key", key.substr(0, 80))}),
             Contains("the key in it is broken: "));
}

TEST_CASE("a key with a password is an error that says how to remove it, and asks nobody") {
  const KeyFolder folder;
  const auto locked = make_certificate(folder, "locked", {.password = "correct horse"});
  CHECK(problem(locked) == "key " + locked.key.string() +
                               ": it is protected by a password, which a server cannot ask for; `openssl pkey -in " +
                               locked.key.string() + " -out FILE` writes it without");
}

TEST_CASE("a key of another certificate does not match") {
  const KeyFolder folder;
  const auto a = make_certificate(folder, "a"), b = make_certificate(folder, "b");
  const auto rsa = make_certificate(folder, "rsa", {.rsa_bits = 2048});
  CHECK(problem({a.certificate, b.key}) ==
        "key " + b.key.string() + " does not belong to certificate " + a.certificate.string());
  CHECK_THAT(problem({a.certificate, rsa.key}), Contains("does not belong to"));
}

TEST_CASE("a chain in the wrong order is recognised") {
  const KeyFolder folder;
  const auto leaf = make_certificate(folder, "leaf"), issuer = make_certificate(folder, "issuer");
  const auto chain = folder.write("chain.pem", read_file(issuer.certificate) + read_file(leaf.certificate));
  CHECK_THAT(problem({chain, leaf.key}),
             Contains("belongs to certificate number 2 in it; the server's own certificate must come first"));
}

TEST_CASE("a small key is refused with its size") {
  const KeyFolder folder;
  const auto small = make_certificate(folder, "small", {.rsa_bits = 1024});
  CHECK(problem(small) ==
        "key " + small.key.string() +
            ": 1024 bits (RSA) are too few; expected RSA of at least 2048 bits or EC of at least 256");
}
