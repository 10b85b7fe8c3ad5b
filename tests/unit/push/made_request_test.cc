// SPDX-License-Identifier: MIT
// Paths as the server sees them, and requests as they come, for those that nobody sent.
#include "push/made_request.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace outrider::push;

TEST_CASE("a target's path is decoded and normalised") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/", "/a/"},
      {"/a%20b/%C3%A9", "/a b/\xc3\xa9"},
      {"/%2e%2e/a", "/a"},
      {"/a/./b/.", "/a/b/"},
      {"/a/../b/..", "/"},
      {"/../../a", "/a"},
      {"/a/b/../../..", "/"},
      {"/a/..b/.c/...", "/a/..b/.c/..."},
      {"//a///b//", "/a/b/"},
      {"/a%2fb", "/a/b"},
      {"/a%2f..%2fb", "/b"},
      {"/%", "/%"},
      {"/%4", "/%4"},
      {"/%zz%41", "/%zzA"},
      {"/%2541", "/%41"},
      {"/a//../b", "/a/b"},
      {"/a%3fb", "/a?b"},
  };
  for (const auto& [target, path] : cases) {
    CAPTURE(target);
    CHECK(normal_path(target) == path);
  }
}

TEST_CASE("a made request is as a plain client's") {
  MadeRequest made;
  made.host = "shop.example";
  made.path = "/a";
  made.fields = {{"user-agent", "tool/1"}, {"cookie", "a=1"}};
  made.set("user-agent", "tool/2");
  const RequestView view(made, nullptr, nullptr);
  const Request& request = view.request();
  CHECK(request.method == "GET");
  CHECK(request.authority == "shop.example");
  CHECK(request.http2());
  CHECK(request.tls.used);
  CHECK(request.field("user-agent") == "tool/2");
  CHECK(request.cookies().size() == 1);
  CHECK_FALSE(request.link());
  CHECK(request.now > std::chrono::system_clock::now() - std::chrono::minutes(1));
}

TEST_CASE("behind a proxy nobody takes pushes or is new") {
  MadeRequest made;
  made.accepts_push = true;
  made.behind_proxy = true;
  const RequestView view(made, nullptr, nullptr);
  CHECK_FALSE(view.request().client.accepts_push);
  CHECK_FALSE(view.request().client.new_connection);
}
