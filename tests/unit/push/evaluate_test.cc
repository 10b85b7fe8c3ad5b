// SPDX-License-Identifier: MIT
#include "push/evaluate.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/evaluate_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Catch::Matchers::Contains;
using outrider::Result;

TEST_CASE("all matching rules add to one list, the first of a URL wins") {
  RuleBench bench;
  bench.add("one", {"/a.css", "/b.css"});
  bench.add("two", {"/b.css", "/c.css"});
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/a.css", "/b.css", "/c.css"});
  CHECK(result.list.entries()[1].rule->name == "one");
  CHECK(result.list.entries()[2].rule->name == "two");
  CHECK(result.traces.empty());
}

TEST_CASE("a rule whose condition fails adds nothing and says which") {
  RuleBench bench;
  bench.add("bots", {"/a.css"}).when.bot = true;
  bench.add("all", {"/b.css"});
  const Evaluation result = bench.run(true);
  CHECK(urls(result.list) == Urls{"/b.css"});
  REQUIRE(result.traces.size() == 2);
  CHECK_FALSE(result.traces[0].matched);
  CHECK(result.traces[0].failed_condition == "bot");
  CHECK(result.traces[0].error.empty());
  CHECK(result.traces[1].matched);
  CHECK(result.traces[1].failed_condition.empty());
}

TEST_CASE("final ends the phase, even with an empty list") {
  RuleBench bench;
  bench.add("first", {"/a.css"});
  bench.add("last", {}).final = true;
  bench.add("never", {"/b.css"});
  CHECK(urls(bench.run().list) == Urls{"/a.css"});
  bench.rules[1].when.bot = true;
  CHECK(urls(bench.run().list) == Urls{"/a.css", "/b.css"});
}

TEST_CASE("from and until bound a rule's time") {
  using namespace std::chrono_literals;
  RuleBench bench;
  const std::chrono::system_clock::time_point noon{std::chrono::hours(12)};
  Rule& sale = bench.add("sale", {"/a.css"});
  sale.from = noon;
  sale.until = noon + 1h;
  const auto at = [&](std::chrono::system_clock::time_point now) {
    bench.test.request.now = now;
    return bench.run(true).traces.at(0);
  };
  CHECK(at(noon - 1s).failed_condition == "from");
  CHECK(at(noon).matched);
  CHECK(at(noon + 59min).matched);
  CHECK(at(noon + 1h).failed_condition == "to");
}

TEST_CASE("a share is the same visitors every time") {
  RuleBench bench;
  bench.add("half", {"/a.css"}).share = 0.5;
  int matched = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string address = "10.0.0." + std::to_string(i);
    bench.test.request.client.address = address;
    const bool first = bench.run(true).traces.at(0).matched;
    CHECK(bench.run(true).traces.at(0).matched == first);
    matched += first ? 1 : 0;
  }
  CHECK(matched > 140);
  CHECK(matched < 260);
  bench.test.request.client.address = "192.0.2.1";
  bench.rules[0].share = 1.0;
  CHECK(bench.run(true).traces.at(0).matched);
  bench.rules[0].share = 1e-12;
  CHECK(bench.run(true).traces.at(0).failed_condition == "share");
}

TEST_CASE("a shadow rule is evaluated, delivered to nobody, and ends nothing") {
  RuleBench bench;
  Rule& shadow = bench.add("shadow", {"/a.css"});
  shadow.shadow = shadow.final = true;
  bench.add("real", {"/a.css", "/b.css"});
  const Evaluation result = bench.run(true);
  CHECK(urls(result.shadow) == Urls{"/a.css"});
  CHECK(urls(result.list) == Urls{"/a.css", "/b.css"});
  CHECK(result.traces.size() == 2);
}

TEST_CASE("only the rules of the phase are evaluated") {
  RuleBench bench;
  bench.add("request", {"/a.css"});
  bench.add("response", {"/b.css"}).phase = Phase::response;
  CHECK(urls(bench.run(false, Phase::request).list) == Urls{"/a.css"});
  CHECK(urls(bench.run(false, Phase::response).list) == Urls{"/b.css"});
}

TEST_CASE("captures are put into declared hints") {
  RuleBench bench;
  Rule& product = bench.add("product", {"/css/product.css", "/img/{id}.avif"});
  product.paths = patterns({"/product/{id}"});
  bench.test.request.path = "/product/a b";
  CHECK(urls(bench.run().list) == Urls{"/css/product.css", "/img/a%20b.avif"});
}

TEST_CASE("a hint without its capture is left out and the rule is at fault") {
  RuleBench bench;
  Rule& product = bench.add("product", {"/img/{id}.avif", "/b.css"});
  product.paths = patterns({"/", "/product/{id}"});
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/b.css"});
  REQUIRE(result.traces.size() == 1);
  CHECK(result.traces[0].matched);
  CHECK_THAT(result.traces[0].error, Contains("{id}"));
}

TEST_CASE("functions decide and list") {
  RuleBench bench;
  bool holds = true;
  bench.host.conditions.push_back([&]() -> Result<bool> { return holds; });
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    hints.push_back(hint(Kind::style, "/made.css"));
    return {};
  });
  Rule& both = bench.add("function", {"/declared.css"});
  both.when_function = 0;
  both.hints_function = 0;
  CHECK(urls(bench.run().list) == Urls{"/declared.css", "/made.css"});
  holds = false;
  const Evaluation result = bench.run(true);
  CHECK(result.list.empty());
  CHECK(result.traces.at(0).failed_condition == "when");
  CHECK(result.traces.at(0).error.empty());
}

TEST_CASE("a function is not asked where a declared condition fails") {
  RuleBench bench;
  int asked = 0;
  bench.host.conditions.push_back([&]() -> Result<bool> { return ++asked > 0; });
  Rule& each = bench.add("function", {"/a.css"});
  each.when_function = 0;
  each.when.bot = true;
  bench.run();
  CHECK(asked == 0);
}

TEST_CASE("a failing function costs its own hints and nothing else") {
  RuleBench bench;
  bench.host.conditions.push_back([]() -> Result<bool> { return outrider::failure("a.lua:3: broken condition"); });
  bench.host.lists.push_back(
      [](const Match&, std::vector<Hint>&) -> Result<void> { return outrider::failure("a.lua:9: broken list"); });
  bench.add("condition", {"/a.css"}).when_function = 0;
  bench.add("list", {"/b.css"}).hints_function = 0;
  bench.add("good", {"/c.css"});
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/b.css", "/c.css"});
  REQUIRE(result.traces.size() == 2);
  CHECK(result.traces[0].rule->name == "condition");
  CHECK_FALSE(result.traces[0].matched);
  CHECK(result.traces[0].failed_condition == "when");
  CHECK(result.traces[0].error == "a.lua:3: broken condition");
  CHECK(result.traces[1].matched);
  CHECK(result.traces[1].error == "a.lua:9: broken list");
}

TEST_CASE("unusable entries are reported, the good ones stay") {
  RuleBench bench;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    for (const char* url : {"no-slash.css", "/good.css", "//x/y", "urn:x", "ftp://x/", "", "https://", "https:///x"}) {
      hints.push_back(hint(Kind::style, url));
    }
    return {};
  });
  bench.add("bad", {}).hints_function = 0;
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/good.css"});
  REQUIRE(result.traces.size() == 1);
  CHECK(result.traces[0].matched);
  CHECK_THAT(result.traces[0].error, Contains("unusable hint \"no-slash.css\": ") && Contains("https://x/y") &&
                                         Contains("and 2 more problems"));
}

TEST_CASE("what a function makes of a visitor's path is hinted as browsers ask for it") {
  RuleBench bench;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    for (const char* url :
         {"/img/ .avif", "/img/\xc3\xa9.avif", "/img/\xff{}.avif", "/a\r\nb?c'd|e", "/a\\b", "/%20"}) {
      hints.push_back(hint(Kind::image, url));
    }
    return {};
  });
  bench.add("product", {}).hints_function = 0;
  const Evaluation result = bench.run();
  CHECK(urls(result.list) ==
        Urls{"/img/%20.avif", "/img/%C3%A9.avif", "/img/%FF%7B%7D.avif", "/a%0D%0Ab?c%27d|e", "/a/b", "/%20"});
  CHECK_FALSE(result.failed());
}

TEST_CASE("an unusable hint is named by what a line of the log can hold") {
  RuleBench bench;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    Hint broken = hint(Kind::style, "/" + std::string(200, 'x'));
    broken.media = "\n";
    hints.push_back(std::move(broken));
    return {};
  });
  bench.add("bad", {}).hints_function = 0;
  const Evaluation result = bench.run();
  REQUIRE(result.traces.size() == 1);
  CHECK(result.traces[0].error ==
        "unusable hint \"/" + std::string(99, 'x') + "…\": the media has a byte that is not printable ASCII");
}

TEST_CASE("ten thousand entries are cut to the limit and reported once") {
  RuleBench bench;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    for (int i = 0; i < 10000; ++i) hints.push_back(hint(Kind::style, "/" + std::to_string(i)));
    return {};
  });
  bench.add("greedy", {}).hints_function = 0;
  bench.add("late", {"/late.css", "/0"});
  const Evaluation result = bench.run();
  CHECK(result.list.entries().size() == 64);
  REQUIRE(result.traces.size() == 2);
  CHECK(result.traces[0].error == "returned more than 64 entries (10000); 9936 were left out");
  CHECK_THAT(result.traces[1].error, Contains("the push list is full") && Contains("1 was left out"));
}

TEST_CASE("repeats do not count towards the limit") {
  RuleBench bench;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    for (int i = 0; i < 100; ++i) hints.push_back(hint(Kind::style, "/same.css"));
    return {};
  });
  bench.add("repeating", {}).hints_function = 0;
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/same.css"});
  CHECK(result.traces.empty());
}

TEST_CASE("no functions are needed where no rule has one") {
  TestRequest test;
  Rule plain = rule("plain", {"/"});
  plain.hints.push_back(hint(Kind::style, "/a.css"));
  const Evaluation result = evaluate({{&plain, {}}}, Phase::request, test.request, nullptr, nullptr, false);
  CHECK(urls(result.list) == Urls{"/a.css"});
}

TEST_CASE("an evaluation has failed if one of its rules has") {
  RuleBench bench;
  bench.add("good", {"/a.css"});
  CHECK_FALSE(bench.run(true).failed());
  bench.add("bad", {"/a b.css"});
  CHECK(bench.run(true).failed());
  CHECK(bench.run().failed());
}
