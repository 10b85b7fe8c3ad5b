// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "http/upstream/forwarded.h"
#include "http/upstream/request_head.h"
#include "http/upstream/request_target.h"

using namespace outrider;
using namespace outrider::http::upstream;

namespace {

RequestFacts facts(bool trusted = false) {
  RequestFacts facts;
  facts.id = "00000000000000ff";
  facts.client_address = "192.0.2.1";
  facts.peer_address = trusted ? "10.0.0.1" : "192.0.2.1";
  facts.scheme = "https";
  facts.authority = "example.com";
  facts.trusted_peer = trusted;
  return facts;
}

/// "name: value" lines of what goes to the upstream.
std::string forwarded(const std::vector<push::Field>& fields, const RequestFacts& known = facts()) {
  const auto result = forwarded_fields(fields, known);
  if (!result) return "error: " + result.error().message;
  std::string text;
  for (const auto& field : result->fields) text.append(field.name).append(": ").append(field.value).append("\n");
  return text;
}

constexpr const char* ours =
    "x-forwarded-for: 192.0.2.1\nx-forwarded-proto: https\nx-forwarded-host: example.com\nx-request-id: "
    "00000000000000ff\n";

std::string target(std::string_view raw, std::string_view decoded, const TargetRule& rule) {
  const auto result = request_target(raw, decoded, rule);
  return result ? *result : "error: " + result.error().message;
}

}  // namespace

TEST_CASE("hop-by-hop fields and those that Connection names stay here") {
  CHECK(forwarded({{"accept", "*/*"},
                   {"connection", "close, X-Private"},
                   {"keep-alive", "5"},
                   {"proxy-authorization", "x"},
                   {"te", "trailers"},
                   {"trailer", "x"},
                   {"transfer-encoding", "chunked"},
                   {"upgrade", "h2c"},
                   {"x-private", "1"},
                   {"host", "other"},
                   {"content-length", "9"},
                   {"expect", "100-continue"},
                   {"dnt", "1"}}) == std::string("accept: */*\ndnt: 1\n") + ours);
}

TEST_CASE("split cookies are joined") {
  CHECK(forwarded({{"cookie", "a=1"}, {"accept", "x"}, {"cookie", "b=2"}, {"cookie", "c=3"}}) ==
        std::string("accept: x\ncookie: a=1; b=2; c=3\n") + ours);
}

TEST_CASE("a stranger's word about the client is dropped, however it is spelled") {
  CHECK(forwarded({{"x-forwarded-for", "6.6.6.6"},
                   {"x-forwarded-proto", "http"},
                   {"x-forwarded-host", "evil"},
                   {"x_forwarded_host", "evil"},
                   {"x-forwarded_for", "evil"},
                   {"forwarded", "for=6.6.6.6"},
                   {"x-real-ip", "6.6.6.6"},
                   {"x-request-id", "evil"}}) == ours);
}

TEST_CASE("Connection cannot take away what we add") {
  CHECK(forwarded({{"connection", "x-forwarded-for, x-request-id"}}) == ours);
}

TEST_CASE("a trusted peer's list goes on, with the peer behind it") {
  CHECK(forwarded({{"x-forwarded-for", "192.0.2.9"},
                   {"x-forwarded-for", "10.9.9.9"},
                   {"x-forwarded-proto", "http"},
                   {"x-forwarded-host", "public.example"},
                   {"x-real-ip", "192.0.2.9"},
                   {"x_real_ip", "dropped"},
                   {"x-request-id", "theirs"}},
                  facts(true)) ==
        "x-forwarded-host: public.example\nx-real-ip: 192.0.2.9\nx-request-id: theirs\n"
        "x-forwarded-for: 192.0.2.9, 10.9.9.9, 10.0.0.1\nx-forwarded-proto: https\n");
}

TEST_CASE("a unix peer has no address to tell") {
  RequestFacts unix_peer = facts(true);
  unix_peer.peer_address = "unix:";
  CHECK(forwarded({{"x-forwarded-for", "192.0.2.9"}}, unix_peer).find("x-forwarded-for: 192.0.2.9\n") !=
        std::string::npos);
  unix_peer.client_address = "unix:";
  CHECK(forwarded({}, unix_peer).find("x-forwarded-for") == std::string::npos);
}

TEST_CASE("fields that could end a line are refused") {
  CHECK(forwarded({{"x-a", "1\r\nhost: evil"}}).find("error") == 0);
  CHECK(forwarded({{"x-a", "1\nx"}}).find("error") == 0);
  CHECK(forwarded({{"x-a", std::string_view("1\0", 2)}}).find("error") == 0);
  CHECK(forwarded({{"x a", "1"}}).find("error") == 0);
  CHECK(forwarded({{"x-a:", "1"}}).find("error") == 0);
  CHECK(forwarded({{"", "1"}}).find("error") == 0);
}

TEST_CASE("without a change of prefix the client's own spelling goes on") {
  CHECK(target("/a%2Fb/../c?x=%20", "/a/c", {"/", false, ""}) == "/a%2Fb/../c?x=%20");
  CHECK(target("/?a?b", "/", {"/", false, ""}) == "/?a?b");
}

TEST_CASE("a target that could end the request line is refused") {
  for (std::string_view raw :
       {std::string_view("/a b"), std::string_view("/a\r\nb"), std::string_view("/a\0b", 4), std::string_view("/a\x7f"),
        std::string_view(""), std::string_view("*"), std::string_view("http://x/")}) {
    CHECK(target(raw, "/", {"/", false, ""}).find("error") == 0);
  }
}

TEST_CASE("prefixes are cut off and put before") {
  CHECK(target("/app/x?q", "/app/x", {"/app/", true, ""}) == "/x?q");
  CHECK(target("/app/", "/app/", {"/app/", true, ""}) == "/");
  CHECK(target("/app?q", "/app", {"/app/", true, ""}) == "/?q");
  CHECK(target("/x", "/x", {"/", false, "/v2"}) == "/v2/x");
  CHECK(target("/app/x", "/app/x", {"/app/", true, "/v2/"}) == "/v2/x");
  CHECK(target("/a%2Fb", "/a/b", {"/", false, "/v2"}) == "/v2/a%2Fb");
}

TEST_CASE("a path cannot climb out of a prefix, and one spelled otherwise is still cut") {
  CHECK(target("/x/../../secret", "/secret", {"/", false, "/v2"}) == "/v2/secret");
  CHECK(target("/x/%2e%2E/%2e./secret?q", "/secret", {"/", false, "/v2"}) == "/v2/secret?q");
  CHECK(target("/./app/x", "/app/x", {"/app/", true, ""}) == "/x");
  CHECK(target("/%61pp/a%20b%3F", "/app/a b?", {"/app/", true, ""}) == "/a%20b%3F");
  CHECK(target("/app/...", "/app/...", {"/app/", true, ""}) == "/...");
}

TEST_CASE("a request head") {
  ForwardedFields fields;
  fields.fields = {{"accept", "*/*"}};
  CHECK(*build_request_head({"GET", "/x", "example.com", std::nullopt, false, true}, fields) ==
        "GET /x HTTP/1.1\r\nhost: example.com\r\nconnection: keep-alive\r\naccept: */*\r\n\r\n");
  CHECK(*build_request_head({"POST", "/x", "h", 0, false, false}, {}) ==
        "POST /x HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  CHECK(*build_request_head({"GET", "/ws", "h", std::nullopt, true, true}, {}) ==
        "GET /ws HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  CHECK_FALSE(build_request_head({"GE T", "/x", "h", std::nullopt, false, true}, {}));
  CHECK_FALSE(build_request_head({"GET", "/x", "h\r\nx: y", std::nullopt, false, true}, {}));
}

TEST_CASE("which methods may be repeated") {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}) CHECK(is_idempotent(method));
  for (const char* method : {"POST", "PATCH", "get", "LOCK", ""}) CHECK_FALSE(is_idempotent(method));
}
