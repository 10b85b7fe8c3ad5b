// SPDX-License-Identifier: MIT
#include "push/request.h"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Pair = std::pair<std::string, std::string>;

TEST_CASE("the first field of a name is found, and absence differs from emptiness") {
  TestRequest test({{"a", "1"}, {"a", "2"}, {"empty", ""}, {"null", {}}});
  CHECK(test.request.field("a") == "1");
  CHECK(test.request.field("empty").data() != nullptr);
  CHECK(test.request.field("null").data() != nullptr);
  CHECK(test.request.field("none").data() == nullptr);
}

TEST_CASE("cookies of all fields are read in order") {
  TestRequest test({{"cookie", "a=1; b = 2 ;; c"}, {"x", "y=1"}, {"cookie", "a=3=4; =5"}});
  const auto& cookies = test.request.cookies();
  REQUIRE(cookies.size() == 4);
  CHECK(cookies[0].name == "a");
  CHECK(cookies[0].value == "1");
  CHECK(cookies[1].name == "b");
  CHECK(cookies[1].value == "2");
  CHECK(cookies[2].name == "c");
  CHECK(cookies[2].value.empty());
  CHECK(cookies[3].value == "3=4");
  CHECK(&test.request.cookies() == &cookies);
}

TEST_CASE("query parameters are decoded in order") {
  TestRequest test;
  test.request.query = "a=1&b=x+y%20z&a=%C3%a9&flag&&=v&bad=%zz%4&e=";
  CHECK(
      test.request.parameters() ==
      std::vector<Pair>{{"a", "1"}, {"b", "x y z"}, {"a", "é"}, {"flag", ""}, {"", "v"}, {"bad", "%zz%4"}, {"e", ""}});
  TestRequest none;
  CHECK(none.request.parameters().empty());
}

TEST_CASE("purpose tells prefetch from prerender") {
  const auto purpose = [](std::string_view name, std::string_view value) {
    TestRequest test({{name, value}});
    return std::string(test.request.purpose());
  };
  CHECK(purpose("sec-purpose", "prefetch") == "prefetch");
  CHECK(purpose("sec-purpose", "prefetch;prerender") == "prerender");
  CHECK(purpose("sec-purpose", "prefetch;anonymous-client-ip") == "prefetch");
  CHECK(purpose("purpose", "Prefetch") == "prefetch");
  CHECK(purpose("x-moz", "prefetch") == "prefetch");
  CHECK(purpose("sec-purpose", "other").empty());
  CHECK(purpose("accept", "prefetch").empty());
}

TEST_CASE("save-data is on or it is not") {
  const auto save = [](std::string_view value) {
    TestRequest test({{"save-data", value}});
    return test.request.save_data();
  };
  CHECK(save("on"));
  CHECK(save(" ON ;x=1"));
  CHECK_FALSE(save("off"));
  CHECK_FALSE(save(""));
  TestRequest none;
  CHECK_FALSE(none.request.save_data());
}

TEST_CASE("early hints are for navigations over HTTP/2, of browsers that can use them") {
  const ClientTable table({{.family = Family::other, .abilities = {.preconnect = true}}}, {});
  const auto accepts = [&](std::vector<Field> fields, auto change) {
    TestRequest test(std::move(fields));
    test.request.clients = &table;
    change(test.request);
    return test.request.accepts_early_hints();
  };
  const std::vector<Field> navigation{{"sec-fetch-mode", "navigate"}};
  CHECK(accepts(navigation, [](Request&) {}));
  CHECK_FALSE(accepts({}, [](Request&) {}));
  CHECK_FALSE(accepts({{"sec-fetch-mode", "cors"}}, [](Request&) {}));
  CHECK_FALSE(accepts(navigation, [](Request& request) { request.protocol = "HTTP/1.1"; }));
  CHECK_FALSE(accepts(navigation, [](Request& request) { request.clients = nullptr; }));
  CHECK_FALSE(accepts(navigation, [](Request& request) { request.early_hints = EarlyHintsFor::nobody; }));
  CHECK_FALSE(accepts(navigation, [](Request& request) { request.method = "HEAD"; }));
  CHECK_FALSE(accepts({{"sec-fetch-mode", "navigate"}, {"sec-purpose", "prefetch"}}, [](Request&) {}));
}

TEST_CASE("the browser is read from the fields") {
  TestRequest test({{"user-agent", firefox_agent}});
  CHECK(test.request.browser().family == Family::firefox);
  TestRequest hinted(
      {{"user-agent", firefox_agent}, {"sec-ch-ua", "\"Chromium\";v=\"130\""}, {"sec-ch-ua-mobile", "?1"}});
  CHECK(hinted.request.browser().family == Family::chromium);
  CHECK(hinted.request.browser().mobile);
}

TEST_CASE("a bucket is stable for a visitor and differs between names, visitors and keys") {
  TestRequest test({{"user-agent", firefox_agent}}), same({{"user-agent", firefox_agent}}),
      other({{"user-agent", safari_agent}});
  const double value = test.request.bucket("a");
  CHECK(value == same.request.bucket("a"));
  CHECK(value != test.request.bucket("b"));
  CHECK(value != other.request.bucket("a"));
  same.request.client.address = "192.0.2.2";
  CHECK(value != same.request.bucket("a"));
  test.request.bucket_key[0] = 1;
  CHECK(value != test.request.bucket("a"));
}

TEST_CASE("buckets are spread evenly over [0, 1)") {
  int tenths[10] = {};
  for (int i = 0; i < 10000; ++i) {
    const std::string address = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    TestRequest test;
    test.request.client.address = address;
    const double value = test.request.bucket("share:x");
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    ++tenths[static_cast<int>(value * 10)];
  }
  for (int count : tenths) CHECK(std::abs(count - 1000) < 150);
}

TEST_CASE("abilities come from the table of clients, asked once") {
  TestRequest unknown({{"user-agent", chromium_agent}});
  CHECK(unknown.request.abilities() == Abilities{});

  constexpr Abilities of_chromium{.push = true, .preload = true};
  const ClientTable table({{Family::chromium, 120, 120, of_chromium, "a test"}}, {"*EvilReader*"});
  TestRequest known({{"user-agent", chromium_agent}});
  known.request.clients = &table;
  const Abilities& abilities = known.request.abilities();
  CHECK(abilities == of_chromium);
  known.request.clients = nullptr;
  CHECK(&known.request.abilities() == &abilities);
  CHECK(abilities == of_chromium);

  TestRequest other({{"user-agent", firefox_agent}});
  other.request.clients = &table;
  CHECK(other.request.abilities() == Abilities{});

  const std::string evil = std::string(chromium_agent) + " EvilReader/1";
  TestRequest denied({{"user-agent", evil}});
  denied.request.clients = &table;
  CHECK(denied.request.abilities() == Abilities{.denied = true});

  TestRequest silent;
  silent.request.clients = &table;
  CHECK(silent.request.abilities() == Abilities{});
}
