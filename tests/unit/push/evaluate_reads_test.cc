// SPDX-License-Identifier: MIT
// What rules looked at decides whose an entry is; marks tell in short what each rule did.
#include <string>

#include <catch2/catch.hpp>

#include "push/evaluate.h"
#include "unit/push/evaluate_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Catch::Matchers::Contains;
using outrider::Result;

TEST_CASE("an entry is personal where its rule looked at the visitor") {
  RuleBench bench;
  bench.add("all", {"/all.css"});
  bench.add("guests", {"/guests.css"}).when.no_cookie = {{"session", "*"}};
  bench.add("saving", {"/small.css"}).when.save_data = false;
  bench.add("half", {"/half.css"}).share = 1 - 1e-12;
  bench.add("whole", {"/whole.css"}).share = 1;
  const Evaluation result = bench.run();
  CHECK(urls(result.list) == Urls{"/all.css", "/guests.css", "/small.css", "/half.css", "/whole.css"});
  CHECK(personal_urls(result.list) == Urls{"/guests.css", "/half.css"});
  CHECK(result.reads.is_personal());
  CHECK(result.reads.fields() == Urls{"save-data"});
}

TEST_CASE("what a rule that does not match looked at counts, too") {
  RuleBench bench;
  bench.add("app", {"/app.css"}).when.header = {{"x-app", "*"}};
  bench.add("all", {"/all.css"});
  Evaluation result = bench.run();
  CHECK(result.reads.fields() == Urls{"x-app"});
  CHECK_FALSE(result.reads.is_personal());
  CHECK(personal_urls(result.list).empty());
  bench.rules[0].when.cookie = {{"a", "*"}};
  result = bench.run();
  CHECK(result.reads.is_personal());
  CHECK(urls(result.list) == Urls{"/all.css"});
  CHECK(personal_urls(result.list).empty());
}

TEST_CASE("what is noted from before an evaluation is no rule's") {
  RuleBench bench;
  bench.add("all", {"/all.css"});
  bench.test.request.reads.field("accept");
  bench.test.request.reads.personal(Personal::cookies);
  const Evaluation result = bench.run();
  CHECK(personal_urls(result.list).empty());
  CHECK_FALSE(result.reads.is_personal());
  CHECK(result.reads.fields().empty());
}

TEST_CASE("functions make their rule's entries personal, also where they fail") {
  RuleBench bench;
  bench.host.conditions.push_back([]() -> Result<bool> { return true; });
  bench.host.lists.push_back([](const Match&, std::vector<Hint>& hints) -> Result<void> {
    hints.push_back(hint(Kind::style, "/made.css"));
    return {};
  });
  bench.host.lists.push_back([](const Match&, std::vector<Hint>&) -> Result<void> { return outrider::failure("no"); });
  bench.add("when", {"/when.css"}).when_function = 0;
  bench.add("hints", {}).hints_function = 0;
  bench.add("all", {"/all.css"});
  bench.add("fails", {}).hints_function = 1;
  bench.host.reads_field = "cookie";
  Evaluation result = bench.run();
  CHECK(personal_urls(result.list) == Urls{"/when.css", "/made.css"});
  bench.host.reads_field = "x-app";
  result = bench.run();
  CHECK(personal_urls(result.list).empty());
  CHECK(result.reads.fields() == Urls{"x-app"});
  bench.rules.erase(bench.rules.begin(), bench.rules.begin() + 2);
  bench.host.reads_field = "cookie";
  CHECK(bench.run().reads.is_personal());
}

TEST_CASE("behind a final rule that looked at the visitor everything is personal") {
  RuleBench bench;
  bench.add("before", {"/before.css"});
  Rule& last = bench.add("members only", {"/members.css"});
  last.final = true;
  last.when.cookie = {{"session", "*"}};
  bench.add("behind", {"/behind.css", "/before.css"});
  CHECK(urls(bench.run().list) == Urls{"/before.css", "/behind.css"});
  CHECK(personal_urls(bench.run().list) == Urls{"/behind.css"});
  bench.rules[1].when.cookie.clear();
  bench.rules[1].when.header = {{"x-app", "*"}};
  CHECK(personal_urls(bench.run().list).empty());
  CHECK(bench.run().reads.fields() == Urls{"x-app"});
}

TEST_CASE("a shadow rule's reading changes nobody's list") {
  RuleBench bench;
  Rule& shadow = bench.add("shadow", {"/shadow.css"});
  shadow.shadow = shadow.final = true;
  shadow.when.no_cookie = {{"session", "*"}};
  shadow.when.save_data = false;
  bench.add("real", {"/real.css"});
  const Evaluation result = bench.run();
  CHECK(personal_urls(result.shadow) == Urls{"/shadow.css"});
  CHECK(personal_urls(result.list).empty());
  CHECK_FALSE(result.reads.is_personal());
  CHECK(result.reads.fields().empty());
}

TEST_CASE("an entry that another rule has for everybody is not personal") {
  RuleBench bench;
  bench.add("guests", {"/a.css", "/b.css"}).when.no_cookie = {{"session", "*"}};
  bench.add("all", {"/b.css"});
  const Evaluation result = bench.run();
  CHECK(personal_urls(result.list) == Urls{"/a.css"});
  CHECK(result.list.entries()[1].rule->name == "guests");
}

TEST_CASE("marks tell in short what happened to each rule that was asked") {
  using What = RuleMark::What;
  RuleBench bench;
  bench.add("plain", {"/a.css"});
  bench.add("never", {"/b.css"}).until = std::chrono::system_clock::time_point();
  Rule& failing = bench.add("failing", {"/c.css"});
  failing.hints_function = 0;
  bench.host.lists.push_back([](const Match&, std::vector<Hint>&) { return outrider::failure("broke"); });
  bench.add("shadow", {"/d.css", "/e.css"}).shadow = true;
  bench.add("empty", {}).final = true;
  bench.add("behind", {"/f.css"});
  RuleSet set(bench.rules);
  std::vector<Match> matches;
  set.find(bench.test.request.host, bench.test.request.method, bench.test.request.path, matches);
  std::vector<RuleMark> marks;
  evaluate(matches, Phase::request, bench.test.request, nullptr, &bench.host, false, &marks);
  REQUIRE(marks.size() == 5);
  CHECK(marks[0].what == What::matched);
  CHECK(marks[0].hints == 1);
  CHECK(marks[1].what == What::failed_condition);
  CHECK(marks[1].condition == "to");
  CHECK(marks[1].hints == 0);
  CHECK(marks[2].in_error);
  CHECK(marks[2].hints == 1);
  CHECK(marks[3].hints == 2);
  CHECK(marks[4].rule->name == "empty");
  CHECK(marks[4].hints == 0);
}
