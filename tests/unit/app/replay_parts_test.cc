// SPDX-License-Identifier: MIT
// What a replay is made of: durations, pieces of logs, what counts as a change, sums of several threads.
#include <catch2/catch.hpp>
#include <random>

#include "app/replay/durations.h"
#include "app/replay/findings.h"
#include "app/replay/hint_changes.h"
#include "app/replay/log_input.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;
using std::chrono::nanoseconds;

namespace {

push::PushList list_of(const std::vector<std::string>& urls) {
  push::PushList list;
  for (const std::string& url : urls) list.add({push::Kind::style, url}, nullptr);
  return list;
}

using Texts = std::vector<std::string_view>;

}  // namespace

TEST_CASE("durations: mean and quantiles, to an eighth") {
  Durations durations;
  CHECK(durations.mean() == nanoseconds(0));
  CHECK(durations.quantile(0.99) == nanoseconds(0));
  for (int i = 1; i <= 1000; ++i) durations.add(nanoseconds(i * 100));
  CHECK(durations.count() == 1000);
  CHECK(durations.mean() == nanoseconds(50'050));
  CHECK(durations.quantile(0.99) >= nanoseconds(99'000));
  CHECK(durations.quantile(0.99) <= nanoseconds(99'000 * 9 / 8));
  CHECK(durations.quantile(0.5) >= nanoseconds(50'000));
  CHECK(durations.quantile(0.5) <= nanoseconds(50'000 * 9 / 8));

  Durations other;
  other.add(nanoseconds(0));
  other.add(std::chrono::hours(1));
  durations.merge(other);
  CHECK(durations.count() == 1002);
  CHECK(durations.quantile(1) > std::chrono::seconds(30));
  CHECK(durations.quantile(0) == nanoseconds(0));
}

TEST_CASE("durations: each number is in a bucket that ends no earlier, and at most an eighth later") {
  std::mt19937_64 random(1);
  for (int i = 0; i != 10'000; ++i) {
    const auto number = static_cast<std::int64_t>(random() >> (29 + random() % 35));
    Durations one;
    one.add(nanoseconds(number));
    const auto end = one.quantile(1).count();
    INFO(number);
    REQUIRE(end >= number);
    REQUIRE(end <= number + number / 8);
  }
}

TEST_CASE("log input: pieces of whole lines, the last one perhaps without an end") {
  const TemporaryFolder folder;
  std::string all;
  for (int i = 0; i != 200; ++i) all += std::string(static_cast<std::size_t>(i % 7), 'x') + std::to_string(i) + "\n";
  for (const std::string& text : {all, all.substr(0, all.size() - 1), std::string(), std::string("one")}) {
    folder.write("log", text);
    auto input = LogInput::open(folder.file("log"), 64);
    REQUIRE(input);
    std::string together;
    while (true) {
      const auto piece = input->next();
      REQUIRE(piece);
      if (piece->empty()) break;
      together += *piece;
      CHECK(piece->size() <= 64);
      if (together.size() != text.size()) CHECK(piece->ends_with('\n'));
    }
    CHECK(together == text);
  }
}

TEST_CASE("log input: what is no log says so") {
  const TemporaryFolder folder;
  const auto problem = [&](const std::string& text) {
    folder.write("log", text);
    auto input = LogInput::open(folder.file("log"), 64);
    REQUIRE(input);
    const auto piece = input->next();
    REQUIRE_FALSE(piece);
    return piece.error().message;
  };
  const std::string log = folder.file("log");
  CHECK(problem(std::string("\x1f\x8b\x08\x00", 4)) ==
        log + " is compressed; say zcat " + log + " | outrider replay -");
  CHECK(problem("\x28\xb5\x2f\xfdxx").find("zstdcat") != std::string::npos);
  CHECK(problem(std::string("\xfd\x37zXZ\x00", 6)).find("xzcat") != std::string::npos);
  CHECK(problem(std::string(65, 'x')) == log + " has a line of more than 64 bytes: it is no access log");
  const auto none = LogInput::open(folder.file("none"));
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "cannot read " + folder.file("none") + ": No such file or directory");
  auto directory = LogInput::open(folder.path.string());
  REQUIRE(directory);
  CHECK(directory->next().error().message == "cannot read " + folder.path.string() + ": Is a directory");
}

TEST_CASE("log input: ranges are whole lines, with their numbers") {
  const std::string text = "1\n22\n333\n4444\n55555\n666666";
  for (std::size_t count : {1, 2, 3, 4, 20}) {
    std::string together;
    std::uint64_t next = 11;
    const auto ranges = cut_at_lines(text, count, 11);
    CHECK(ranges.size() <= count);
    for (const LineRange& range : ranges) {
      CHECK(range.first == next);
      CHECK_FALSE(range.text.empty());
      together += range.text;
      CHECK(range.ends == static_cast<std::uint64_t>(std::count(range.text.begin(), range.text.end(), '\n')));
      next += range.ends;
      CHECK((range.text.ends_with('\n') || together.size() == text.size()));
    }
    CHECK(together == text);
  }
  CHECK(cut_at_lines("", 3, 1).empty());
}

TEST_CASE("hint changes: between two lists") {
  const push::PushList before = list_of({"/a.css", "/b.css", "/c.css"});
  CHECK(changes_between(before, list_of({"/c.css", "/a.css", "/b.css"}), {}).none());
  push::PushList now = list_of({"/d.css", "/a.css"});
  now.add({push::Kind::script, "/b.css"}, nullptr);
  const HintChanges changes = changes_between(before, now, {});
  CHECK(changes.added == Texts{"/d.css"});
  CHECK(changes.removed == Texts{"/c.css"});
  CHECK(changes.altered == Texts{"/b.css"});
}

TEST_CASE("hint changes: what a rule says that was not asked is none") {
  push::Rule rule;
  rule.name = "stopped";
  push::PushList one;
  one.add({push::Kind::style, "/a.css"}, &rule);
  CHECK(changes_between(one, {}, {}).removed == Texts{"/a.css"});
  CHECK(changes_between(one, {}, {"stopped"}).none());
  CHECK(changes_between({}, one, {}).added == Texts{"/a.css"});
  CHECK(changes_between({}, one, {"stopped"}).none());
}

TEST_CASE("hint changes: since what was logged") {
  const std::vector<observe::LoggedDelivery> logged{
      {"/a.css", "home", "early_hints", "sent"},     {"/off.css", "home", "none", "switched_off"},
      {"/half.css", "home", "link", "switched_off"}, {"/shadow.css", "next", "none", "shadow"},
      {"/app.css", "application", "link", "sent"},   {"/head.css", "by head", "link", "sent"},
      {"/not.css", "home", "none", "wrong_type"}};
  CHECK(changes_since(logged, list_of({"/a.css", "/half.css", "/not.css"}), {"by head"}).none());
  CHECK(
      changes_since(logged, list_of({"/a.css", "/half.css", "/not.css", "/app.css", "/head.css"}), {"by head"}).none());
  const push::PushList now = list_of({"/off.css", "/shadow.css", "/half.css"});
  const HintChanges changes = changes_since(logged, now, {});
  CHECK(changes.added == Texts{"/off.css", "/shadow.css"});
  CHECK(changes.removed == Texts{"/a.css", "/head.css", "/not.css"});
  CHECK(changes_since({}, {}, {}).none());
}

TEST_CASE("hint changes: a hint without an URL has a name") {
  push::Hint image{push::Kind::image, ""};
  image.imagesrcset = "/a.avif 1x";
  push::PushList now;
  now.add(image, nullptr);
  CHECK(changes_between({}, now, {}).added == Texts{no_url});
}

TEST_CASE("findings: the sum of several threads does not depend on their order") {
  push::Rule rule;
  Findings early, late;
  early.leave_out(LeftOut::unreadable, {0, 3}, "first");
  late.leave_out(LeftOut::unreadable, {0, 9}, "second");
  late.leave_out(LeftOut::pushed, {0, 8});
  for (Findings* each : {&early, &late}) {
    const LogPlace place{0, each == &early ? 4u : 7u};
    PageFindings& page = each->page("site", "/{id}");
    page.requests = page.changed = place.line;
    for (std::uint64_t i = 0; i != place.line; ++i) page.added.add("/a.css");
    page.example = {place, "url"};
    RuleFindings& of_rule = each->rules[&rule];
    of_rule.failures = 1;
    of_rule.error = each == &early ? "early" : "late";
    of_rule.failed = {place, "url"};
    add_name(of_rule.untold_of, each == &early ? "cookies" : "an address");
    each->missing["key"].requests = 1;
    each->missing["key"].example = {place, "url"};
  }
  for (const bool turned : {false, true}) {
    Findings sum;
    sum.merge(turned ? late : early);
    sum.merge(turned ? early : late);
    CHECK(sum.left_out[0].lines == 2);
    CHECK(sum.left_out[0].what == "first");
    CHECK(sum.left_out[1].first == LogPlace{0, 8});
    const PageFindings& page = sum.page("site", "/{id}");
    CHECK(page.requests == 11);
    CHECK(page.added.by_hint.at("/a.css") == 11);
    CHECK(page.example.place.line == 4);
    CHECK(sum.rules.at(&rule).error == "early");
    CHECK(sum.rules.at(&rule).failures == 2);
    CHECK(sum.rules.at(&rule).untold_of == std::set<std::string>{"an address", "cookies"});
    CHECK(sum.missing.at("key").requests == 2);
    CHECK(sum.missing.at("key").example.place.line == 4);
  }
}

TEST_CASE("findings: of a page's hints the frequent ones are known, wherever they begin") {
  HintCounts counts;
  std::uint64_t requests = 0;
  const auto add = [&](const std::string& hint, int times) {
    for (int i = 0; i != times; ++i) counts.add(hint);
    requests += static_cast<std::uint64_t>(times);
  };
  const auto sum = [&] {
    std::uint64_t all = counts.others;
    for (const auto& [hint, count] : counts.by_hint) all += count;
    return all;
  };
  add("/early.css", 50);
  for (std::size_t i = 0; i != 3 * HintCounts::most; ++i) add("/" + std::to_string(i), 1);
  add("/hot.css", 3000);
  for (std::size_t i = 0; i != 3 * HintCounts::most; ++i) add("/later" + std::to_string(i), 1);
  CHECK(counts.by_hint.size() <= HintCounts::most);
  CHECK(counts.others > 0);
  CHECK(sum() == requests);
  const auto top = counts.top(2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].first == "/hot.css");
  CHECK(top[0].second == 3000);
  CHECK(top[1].first == "/early.css");
  CHECK(top[1].second == 50);

  HintCounts other;
  for (std::size_t i = 0; i != HintCounts::most; ++i) other.add("/other" + std::to_string(i));
  for (int i = 0; i != 100; ++i) other.add("/early.css");
  requests += HintCounts::most + 100;
  counts.merge(other);
  CHECK(counts.by_hint.size() <= HintCounts::most);
  CHECK(sum() == requests);
  CHECK(counts.top(2)[1].second == 150);
}

TEST_CASE("findings: what is beyond a bound is counted") {
  Findings findings;
  for (std::size_t i = 0; i != Findings::most_pages + 2; ++i) ++findings.page("site", std::to_string(i)).requests;
  CHECK(findings.pages.size() == Findings::most_pages);
  CHECK(findings.other_pages.requests == 2);
  ++findings.page("site", "7").requests;
  CHECK(findings.other_pages.requests == 2);

  std::set<std::string> names;
  for (char c = 'z'; c >= 'a'; --c) add_name(names, std::string(1, c));
  CHECK(names == std::set<std::string>{"a", "b", "c", "d", "e"});
}
