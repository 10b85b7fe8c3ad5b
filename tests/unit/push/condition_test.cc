// SPDX-License-Identifier: MIT
#include "push/condition.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Catch::Matchers::Contains;
using Compare = ClientCondition::Compare;

namespace {

ClientCondition client(std::string_view text) {
  const auto result = ClientCondition::parse(text);
  INFO(text);
  REQUIRE(result);
  return *result;
}

outrider::Network network(std::string_view text) {
  const auto result = outrider::Network::parse(text);
  REQUIRE(result);
  return *result;
}

bool holds(std::string_view text, Family family, int version) {
  return client(text).holds({family, version, false, false});
}

}  // namespace

TEST_CASE("a client condition is a family and perhaps a version") {
  CHECK(client("firefox").family == Family::firefox);
  CHECK(client("firefox").compare == Compare::any);
  CHECK(client(" chromium >= 120 ").version == 120);
  CHECK(client("safari==17").compare == Compare::equal);
  CHECK(client("other").family == Family::other);
}

TEST_CASE("a client condition compares the version") {
  CHECK(holds("chromium", Family::chromium, 0));
  CHECK_FALSE(holds("chromium", Family::firefox, 120));
  for (const auto& [text, below, same, above] :
       {std::tuple{"chromium<120", true, false, false}, std::tuple{"chromium<=120", true, true, false},
        std::tuple{"chromium=120", false, true, false}, std::tuple{"chromium>=120", false, true, true},
        std::tuple{"chromium>120", false, false, true}}) {
    INFO(text);
    CHECK(holds(text, Family::chromium, 119) == below);
    CHECK(holds(text, Family::chromium, 120) == same);
    CHECK(holds(text, Family::chromium, 121) == above);
  }
  // Nobody knows whether an unknown version is less than 120.
  CHECK_FALSE(holds("chromium<120", Family::chromium, 0));
}

TEST_CASE("a bad client condition is explained") {
  const auto why = [](std::string_view text) {
    const auto result = ClientCondition::parse(text);
    INFO(text);
    REQUIRE_FALSE(result);
    return result.error().message;
  };
  CHECK_THAT(why("chromum>=120"),
             Contains("expected chromium, firefox, safari or other") && Contains("did you mean \"chromium\"?"));
  CHECK_THAT(why("Chrome"), Contains("did you mean \"chromium\"?"));
  CHECK_THAT(why("iOS"), Contains("did you mean \"safari\"?"));
  for (const char* text : {"", ">=120", "chromium>=", "chromium>=x", "chromium>=12x", "chromium>=-1", "chromium>=0",
                           "chromium=>1", "chromium 120", "chromium>=99999999999"}) {
    CHECK_THAT(why(text), Contains("is no client"));
  }
}

TEST_CASE("no condition always holds") {
  TestRequest test;
  Conditions when;
  CHECK(when.empty());
  CHECK(when.failing(test.request).empty());
  when.bot = false;
  CHECK_FALSE(when.empty());
}

TEST_CASE("cookies are found by globs over name and value") {
  TestRequest test({Field{"cookie", "session_id=abc; theme=dark"}});
  Conditions when;
  when.cookie = {{"session*", "a*"}, {"theme", "*"}};
  CHECK(when.failing(test.request).empty());
  when.cookie.push_back({"theme", "light"});
  CHECK(when.failing(test.request) == "cookie");
  Conditions without;
  without.no_cookie = {{"cart", "*"}};
  CHECK(without.failing(test.request).empty());
  without.no_cookie.push_back({"session*", "*"});
  CHECK(without.failing(test.request) == "no_cookie");
}

TEST_CASE("headers and parameters are found by name") {
  TestRequest test({{"x-app", "1"}, {"x-app", "2.5"}});
  test.request.query = "utm=mail&Empty=";
  Conditions when;
  when.header = {{"x-app", "2*"}};
  when.query = {{"utm", "m*l"}, {"Empty", "*"}};
  CHECK(when.failing(test.request).empty());
  when.query = {{"empty", "*"}};
  CHECK(when.failing(test.request) == "query");
  when.header = {{"x-app", "3"}};
  CHECK(when.failing(test.request) == "header");
  when.header = {{"x-none", "*"}};
  CHECK(when.failing(test.request) == "header");
}

TEST_CASE("one of the clients must hold") {
  TestRequest test({{"user-agent", chromium_agent}});
  Conditions when;
  when.client = {client("firefox"), client("chromium>=100")};
  CHECK(when.failing(test.request).empty());
  when.client = {client("firefox"), client("chromium>=121")};
  CHECK(when.failing(test.request) == "client");
}

TEST_CASE("yes and no conditions ask for either") {
  TestRequest plain({{"user-agent", chromium_agent}});
  TestRequest special({{"user-agent", "Mobile bot"}, {"save-data", "on"}});
  for (auto member : {&Conditions::mobile, &Conditions::bot, &Conditions::save_data}) {
    Conditions when;
    when.*member = true;
    CHECK_FALSE(when.failing(plain.request).empty());
    CHECK(when.failing(special.request).empty());
    when.*member = false;
    CHECK(when.failing(plain.request).empty());
    CHECK_FALSE(when.failing(special.request).empty());
  }
}

TEST_CASE("a network holds the client's address") {
  TestRequest test;
  Conditions when;
  when.network = {network("10.0.0.0/8"), network("192.0.2.0/24")};
  CHECK(when.failing(test.request).empty());
  test.request.client.address = "198.51.100.1";
  CHECK(when.failing(test.request) == "network");
  when.network = {network("2001:db8::/32")};
  test.request.client.address = "2001:db8::1";
  CHECK(when.failing(test.request).empty());
  test.request.client.address = "unix:";
  CHECK(when.failing(test.request) == "network");
  test.request.client.address = "";
  CHECK(when.failing(test.request) == "network");
}

TEST_CASE("a country is what somebody said") {
  TestRequest test;
  Conditions when;
  when.country = {"DE", "at"};
  CHECK(when.failing(test.request) == "country");
  test.request.client.country = "AT";
  CHECK(when.failing(test.request).empty());
}

TEST_CASE("a language condition wants what the client prefers") {
  TestRequest test({Field{"accept-language", "en-GB, en;q=0.9, de;q=0.5"}});
  Conditions when;
  when.language = {"en"};
  CHECK(when.failing(test.request).empty());
  when.language = {"de"};
  CHECK(when.failing(test.request) == "language");
  when.language = {"de", "en-GB"};
  CHECK(when.failing(test.request).empty());
}

TEST_CASE("the best language is looked up as RFC 4647 says") {
  const std::vector<std::string> offered{"en", "de", "zh-Hant", "pt-BR"};
  CHECK(best_language("de", offered) == "de");
  CHECK(best_language("DE-at", offered) == "de");
  CHECK(best_language("fr, de;q=0.3, en;q=0.8", offered) == "en");
  CHECK(best_language("en;q=0, de;q=0.1", offered) == "de");
  CHECK(best_language("zh-Hant-CN-x-private1", offered) == "zh-Hant");
  CHECK(best_language("zh", offered).empty());
  CHECK(best_language("pt", offered).empty());
  CHECK(best_language("de, en", offered) == "de");
  CHECK(best_language("*", offered).empty());
  CHECK(best_language("*, de;q=0.1", offered) == "de");
  CHECK(best_language("", offered).empty());
  CHECK(best_language("de", {}).empty());
}

TEST_CASE("nonsense in Accept-Language is left out") {
  const std::vector<std::string> offered{"en", "de"};
  CHECK(best_language("en;q=x, de;q=0.1", offered) == "de");
  CHECK(best_language("en;q=2, de;q=0.1", offered) == "de");
  CHECK(best_language("en;level=1, de;q=0.1", offered) == "de");
  CHECK(best_language("en;q=nan, de", offered) == "de");
  CHECK(best_language(",;,-,--,;q=1", offered).empty());
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "xx,";
  CHECK(best_language(many + "de", offered).empty());
}
