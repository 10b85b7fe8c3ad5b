// SPDX-License-Identifier: MIT
#include "push/resolve.h"

#include <catch2/catch.hpp>

#include "push/origin.h"

using namespace outrider::push;

TEST_CASE("references are resolved as RFC 3986 5.4 has it") {
  const auto resolved = [](std::string_view reference) { return resolve_reference(reference, {"https", "/b/c/d"}); };
  CHECK(resolved("g") == "/b/c/g");
  CHECK(resolved("./g") == "/b/c/g");
  CHECK(resolved("g/") == "/b/c/g/");
  CHECK(resolved("/g") == "/g");
  CHECK(resolved("?y") == "/b/c/d?y");
  CHECK(resolved("g?y") == "/b/c/g?y");
  CHECK(resolved("#s") == "/b/c/d#s");
  CHECK(resolved("g;x=1?y#s") == "/b/c/g;x=1?y#s");
  CHECK(resolved("") == "/b/c/d");
  CHECK(resolved(".") == "/b/c/");
  CHECK(resolved("..") == "/b/");
  CHECK(resolved("../g") == "/b/g");
  CHECK(resolved("../../g") == "/g");
  CHECK(resolved("../../../../g") == "/g");
  CHECK(resolved("/./g") == "/g");
  CHECK(resolved("/../g") == "/g");
  CHECK(resolved("g.") == "/b/c/g.");
  CHECK(resolved("..g") == "/b/c/..g");
  CHECK(resolved("./g/../h") == "/b/c/h");
  CHECK(resolved("g?y/../x") == "/b/c/g?y/../x");
}

TEST_CASE("what has a scheme or a host of its own keeps it") {
  CHECK(resolve_reference("https://x/../y", {"http", "/b"}) == "https://x/y");
  CHECK(resolve_reference("HTTPS://x/a/%2E%2e/y?a/../b#c/../d", {"http", "/b"}) == "HTTPS://x/y?a/../b#c/../d");
  CHECK(resolve_reference("https://x?a/../b", {"http", "/b"}) == "https://x?a/../b");
  CHECK(resolve_reference("//cdn/a/./b/../x", {"https", "/b"}) == "https://cdn/a/x");
  CHECK(resolve_reference("a/%2e%2E/b", {"https", "/x/y"}) == "/x/b");
  CHECK(resolve_reference("a/.%2e%2e/b", {"https", "/x/y"}) == "/x/a/.%2e%2e/b");
  CHECK(resolve_reference("urn:a/../b", {"https", "/x/y"}) == "urn:a/../b");
  CHECK(resolve_reference("data:x", {"https", "/b"}) == "data:x");
  CHECK(resolve_reference("//cdn/x", {"https", "/b"}) == "https://cdn/x");
  CHECK(resolve_reference("//cdn/x", {"http", "/b"}) == "http://cdn/x");
  CHECK(resolve_reference("a/b:c", {"https", "/x/y"}) == "/x/a/b:c");
}

TEST_CASE("bytes that no URL may hold are encoded, once") {
  const auto resolved = [](std::string_view reference, std::string_view path) {
    return resolve_reference(reference, {"https", path});
  };
  CHECK(resolved("a b", "/é/x") == "/%C3%A9/a%20b");
  CHECK(resolved("/a%20b", "/") == "/a%20b");
  CHECK(resolved("x", "/") == "/x");
  CHECK(resolved("x", "") == "/x");
}

TEST_CASE("the base is read as the client wrote it") {
  const auto resolved = [](std::string_view reference, std::string_view path) {
    return resolve_reference(reference, {"https", path});
  };
  CHECK(resolved("x.css", "/a%2Fb") == "/x.css");
  CHECK(resolved("x.css", "/a%2fb/c") == "/a%2fb/x.css");
  CHECK(resolved("x.css", "/a%3Fb/c") == "/a%3Fb/x.css");
  CHECK(resolved("?y", "/a%3Fb") == "/a%3Fb?y");
  CHECK(resolved("x.css", "/100%25/y") == "/100%25/x.css");
  CHECK(resolved("x.css", "/%2541/y") == "/%2541/x.css");
  CHECK(resolved("../x.css", "/a/b%2F../c") == "/a/x.css");
  // One name for each page, however it is written.
  CHECK(resolved("x.css", "/%61/%2e/%7Eb/c") == "/a/~b/x.css");
  CHECK(resolved("x.css", "/a/%2E%2e/c") == "/x.css");
  CHECK(resolved("x%2", "/%/%4/%zz/c") == "/%/%4/%zz/x%2");
}

TEST_CASE("a path never comes out as a host") {
  const auto resolved = [](std::string_view reference, std::string_view path) {
    return resolve_reference(reference, {"https", path});
  };
  CHECK(resolved("x.css", "//evil.example/a") == "/.//evil.example/x.css");
  CHECK(resolved("/..//evil.example/x.css", "/") == "/.//evil.example/x.css");
  CHECK(resolved(".//x.css", "/") == "/.//x.css");
}

TEST_CASE("a URL is cut at its origin") {
  const auto parts = split_origin("https://Host:8443/a?b");
  REQUIRE(parts);
  CHECK(parts->origin.scheme == "https");
  CHECK(parts->origin.authority == "Host:8443");
  CHECK(parts->rest == "/a?b");
  CHECK(split_origin("http://x")->rest.empty());
  for (const char* url : {"/a", "", "://x", "https://", "https:///a", "/redirect?to=https://x/"}) {
    INFO(url);
    CHECK_FALSE(split_origin(url));
  }
}

TEST_CASE("an origin is scheme, host and port") {
  CHECK(same_origin({"https", "a.example"}, {"HTTPS", "A.example:443"}));
  CHECK(same_origin({"http", "a.example:80"}, {"http", "a.example"}));
  CHECK_FALSE(same_origin({"https", "a.example:80"}, {"https", "a.example"}));
  CHECK_FALSE(same_origin({"http", "a.example"}, {"https", "a.example"}));
  CHECK_FALSE(same_origin({"https", "b.example"}, {"https", "a.example"}));
  CHECK_FALSE(same_origin({"https", "a.example:8443"}, {"https", "a.example"}));
}
