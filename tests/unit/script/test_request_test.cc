// SPDX-License-Identifier: MIT
// Paths as the server sees them, for requests that nobody sent.
#include "script/test_request.h"

#include <catch2/catch.hpp>

using namespace outrider::script;

TEST_CASE("a target's path is decoded and normalised", "[script][tests]") {
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
    CHECK(path_of_target(target) == path);
  }
}

TEST_CASE("a site's own host", "[script][tests]") {
  CHECK(host_of_site("www.example.com") == "www.example.com");
  CHECK(host_of_site("*.example.com") == "www.example.com");
  CHECK(host_of_site("*") == "localhost");
}
