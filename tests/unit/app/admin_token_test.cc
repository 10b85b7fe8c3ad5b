// SPDX-License-Identifier: MIT
#include "app/load/admin_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;

namespace {

struct Token {
  void write(const std::string& text, mode_t mode = 0600) const {
    write_file(file, text);
    REQUIRE(::chmod(file.c_str(), mode) == 0);
  }
  std::string problem(const std::string& text, mode_t mode = 0600) const {
    write(text, mode);
    const auto token = read_admin_token(file);
    return token ? "fine: " + *token : token.error().message;
  }

  TemporaryFolder folder;
  std::string file = folder.file("token");
};

const std::string good = "0123456789abcdef";

}  // namespace

TEST_CASE("admin token: the file's only line") {
  const Token token;
  token.write(good + "\n");
  CHECK(*read_admin_token(token.file) == good);
  token.write(good + "\r\n");
  CHECK(*read_admin_token(token.file) == good);
  token.write(std::string(512, '~'));
  CHECK(read_admin_token(token.file)->size() == 512);
}

TEST_CASE("admin token: what is no token is refused, without being shown") {
  const Token token;
  CHECK_THAT(token.problem("hunter2"), Contains(token.file) && Contains("found 7 characters") &&
                                           Contains("openssl rand -hex 32") && !Contains("hunter2"));
  CHECK_THAT(token.problem(std::string(513, 'x')), Contains("found 513 characters"));
  CHECK_THAT(token.problem("a secret with spaces in it"), Contains("other characters") && !Contains("secret with"));
  CHECK_THAT(token.problem(good + "\n" + good + "\n"), Contains("other characters"));
  CHECK_THAT(token.problem(good + "\xc3\xa9"), Contains("other characters"));
  CHECK_THAT(token.problem(std::string(20, '\0')), Contains("other characters"));
  CHECK_THAT(token.problem("\n\n"), Contains("found 0 characters"));
  CHECK_THAT(token.problem(""), Contains("the file is empty"));
}

TEST_CASE("admin token: a file that others may read is no secret") {
  const Token token;
  CHECK_THAT(token.problem(good, 0644), Contains("its mode is 0644") && Contains("chmod 640 " + token.file));
  CHECK_THAT(token.problem(good, 0606), Contains("0606"));
  CHECK(token.problem(good, 0640) == "fine: " + good);
}

TEST_CASE("admin token: what cannot be read is named with what is in the way") {
  const Token token;
  CHECK_THAT(read_admin_token(token.folder.file("none")).error().message, Contains("none: no such file"));
  CHECK_THAT(read_admin_token(token.folder.path).error().message, Contains("is a directory"));
  if (::geteuid() == 0) return;  // root reads everything
  token.write(good, 0200);
  CHECK_THAT(read_admin_token(token.file).error().message, Contains("its mode is 0200"));
}
