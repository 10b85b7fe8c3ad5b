// SPDX-License-Identifier: MIT
#include "push/condition_text.h"

#include <catch2/catch.hpp>

#include "push/evaluate.h"
#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using outrider::Network;

namespace {

std::string said(const Conditions& when, const Request& request) {
  Rule rule;
  rule.when = when;
  const std::string_view failed = when.failing(request);
  REQUIRE_FALSE(failed.empty());
  return why_not(rule, failed, request);
}

}  // namespace

TEST_CASE("a condition that fails says what it wanted and what there was", "[explain]") {
  TestRequest test({{"user-agent", chromium_agent},
                    {"cookie", "session1=secret; theme=dark"},
                    {"x-app", "1"},
                    {"authorization", "Bearer secret"},
                    {"accept-language", "fr"}});
  test.request.query = "utm=mail";
  const Request& request = test.request;

  CHECK(said({.cookie = {{"cart", "*"}}}, request) == "cookie \"cart\": the request has no such cookie");
  CHECK(said({.cookie = {{"theme", "*"}, {"theme", "light"}}}, request) ==
        "cookie \"theme\" = \"light\": the request has a cookie \"theme\" of another value");
  CHECK(said({.no_cookie = {{"cart", "*"}, {"session*", "*"}}}, request) ==
        "no_cookie \"session*\": the request has a cookie \"session1\"");
  CHECK(said({.header = {{"x-none", "*"}}}, request) == "header \"x-none\": the request has no such field");
  CHECK(said({.header = {{"x-app", "2*"}}}, request) == "header \"x-app\" = \"2*\": the request says \"1\"");
  CHECK(said({.header = {{"authorization", "Basic*"}}}, request) ==
        "header \"authorization\" = \"Basic*\": the request says something else");
  CHECK(said({.query = {{"q", "*"}}}, request) == "query \"q\": the request has no such parameter");
  CHECK(said({.query = {{"utm", "web"}}}, request) == "query \"utm\" = \"web\": the request has \"mail\"");
  CHECK(said({.client = {*ClientCondition::parse("firefox"), *ClientCondition::parse("chromium>=121")}}, request) ==
        "client \"firefox\", \"chromium>=121\": the client is chromium 120");
  CHECK(said({.mobile = true}, request) == "mobile = true: it is false");
  CHECK(said({.bot = true}, request) == "bot = true: it is false");
  CHECK(said({.save_data = true}, request) == "save_data = true: it is false");
  CHECK(said({.language = {"en", "de"}}, request) ==
        "language \"en\", \"de\": Accept-Language is \"fr\", which prefers none of these");
  CHECK(said({.network = {*Network::parse("10.0.0.0/8")}}, request) ==
        "network \"10.0.0.0/8\": the client's address is 192.0.2.1");
  CHECK(said({.country = {"DE"}}, request) == "country \"DE\": the client's is not known");
}

TEST_CASE("so do a rule's time and share", "[explain]") {
  TestRequest test;
  test.request.now = std::chrono::system_clock::time_point(std::chrono::hours(24));
  Rule rule = test::rule("sale");
  rule.from = std::chrono::system_clock::time_point(std::chrono::hours(48));
  rule.until = std::chrono::system_clock::time_point(std::chrono::hours(12));
  rule.share = 0.25;
  CHECK(why_not(rule, "from", test.request) == "from = \"1970-01-03 00:00\": it is 1970-01-02 00:00 (UTC)");
  CHECK(why_not(rule, "to", test.request) == "to = \"1970-01-01 12:00\": it is 1970-01-02 00:00 (UTC)");
  CHECK_THAT(why_not(rule, "share", test.request), Catch::StartsWith("share = 0.25: this visitor's place is 0."));
  CHECK(why_not(rule, "when", test.request) == "when: its function says no");
}

TEST_CASE("a long value is cut", "[explain]") {
  const std::string value(500, 'x');
  TestRequest test({{"x-app", value}});
  CHECK(said({.header = {{"x-app", "y"}}}, test.request).size() < 200);
}

TEST_CASE("a part of a selector that does not fit says what there was", "[explain]") {
  Rule rule = test::rule("cdn", {"/**"});
  rule.hosts = {"cdn.*", "img.*"};
  rule.except = {*Pattern::parse("/help/**"), *Pattern::parse("/cart")};
  const auto said = [&](SelectorPart part) { return why_unfit(rule, part, "shop.example", "PUT", "/cart"); };
  CHECK(said(SelectorPart::host) == "host \"cdn.*\", \"img.*\": the request's is shop.example");
  CHECK(said(SelectorPart::except) == "except \"/cart\"");
  CHECK(said(SelectorPart::method) == "method \"GET\", \"HEAD\": the request's is PUT");
  CHECK(said(SelectorPart::path).empty());
}
