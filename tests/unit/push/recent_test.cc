// SPDX-License-Identifier: MIT
#include "push/recent.h"

#include <catch2/catch.hpp>
#include <string>

using namespace outrider;
using namespace outrider::push;

namespace {

std::string id_of(std::size_t number) {
  std::string id = std::to_string(number);
  return std::string(16 - id.size(), '0') + id;
}

RecentRequests::Facts facts_of(std::string_view id) {
  RecentRequests::Facts facts;
  facts.id = id;
  facts.method = "GET";
  facts.authority = "www.example.com";
  facts.path = "/product/7";
  facts.client = "192.0.2.7";
  facts.begun = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
  facts.generation = 3;
  return facts;
}

Rule rule_of(std::string name) {
  Rule rule;
  rule.name = std::move(name);
  rule.place = {"rules/shop.lua", 12};
  rule.lines = {{"no_cookie", 14}};
  return rule;
}

}  // namespace

TEST_CASE("a request is remembered with its rules and what became of their hints", "[recent]") {
  RecentRequests recent;
  const std::string id = id_of(1);
  Rule cart = rule_of("cart"), home = rule_of("home"), late = rule_of("late");
  home.final = true;
  late.shadow = true;
  const RuleMark request_phase[] = {{&cart, RuleMark::What::failed_condition, "no_cookie", false, 0},
                                    {&home, RuleMark::What::matched, {}, true, 2}};
  recent.asked(facts_of(id), request_phase);
  CHECK_FALSE(recent.find(id)->status);
  const RuleMark response_phase[] = {{&late, RuleMark::What::switched_off, {}, false, 0}};
  recent.asked(facts_of(id), response_phase);
  const DeliveryRecord deliveries[] = {{"/app.css", "home", How::push, Reason::sent},
                                       {"/app.js", "home", How::link, Reason::over_budget}};
  recent.ended(facts_of(id), 200, true, deliveries);

  const auto found = recent.find(id);
  REQUIRE(found);
  CHECK(found->id == id);
  CHECK(found->method == "GET");
  CHECK(found->scheme == "https");
  CHECK(found->authority == "www.example.com");
  CHECK(found->path == "/product/7");
  CHECK(found->protocol == "HTTP/2");
  CHECK(found->client == "192.0.2.7");
  CHECK(found->begun == facts_of(id).begun);
  CHECK(found->generation == 3);
  CHECK(found->status == 200);
  CHECK(found->early_hints);
  CHECK(found->left_out == 0);
  REQUIRE(found->rules.size() == 3);
  CHECK(found->rules[0].rule == "cart");
  CHECK(found->rules[0].place == Place{"rules/shop.lua", 12});
  CHECK(found->rules[0].what == RuleMark::What::failed_condition);
  CHECK(found->rules[0].condition == "no_cookie");
  CHECK(found->rules[0].condition_place == Place{"rules/shop.lua", 14});
  CHECK(found->rules[1].what == RuleMark::What::matched);
  CHECK(found->rules[1].hints == 2);
  CHECK(found->rules[1].final);
  CHECK(found->rules[1].in_error);
  CHECK(found->rules[2].shadow);
  CHECK(found->rules[2].what == RuleMark::What::switched_off);
  REQUIRE(found->entries.size() == 2);
  CHECK(found->entries[0].url == "/app.css");
  CHECK(found->entries[0].how == How::push);
  CHECK(found->entries[1].rule == "home");
  CHECK(found->entries[1].reason == Reason::over_budget);
}

TEST_CASE("nobody is found who was not there", "[recent]") {
  RecentRequests recent;
  CHECK_FALSE(recent.find(id_of(1)));
  CHECK(recent.kept().requests == 0);
  CHECK_FALSE(recent.kept().oldest);
  recent.ended(id_of(1), 200);
  CHECK_FALSE(recent.find(id_of(1)));  // what was known of it has been written over
  recent.ended(facts_of(id_of(1)), 200, false, {});
  CHECK(recent.find(id_of(1)));
  CHECK_FALSE(recent.find(id_of(2)));
  CHECK_FALSE(recent.find(""));
}

TEST_CASE("the oldest requests are written over, and the newest are whole", "[recent]") {
  // Entries of many lengths, so that they end at many places of the ring.
  RecentRequests recent(4 * RecentRequests::longest_entry);
  std::vector<Rule> rules;
  for (int i = 0; i != 40; ++i) rules.push_back(rule_of("rule " + std::to_string(i)));
  std::size_t least = 1000;
  for (std::size_t number = 1; number != 3'000; ++number) {
    const std::string id = id_of(number);
    const std::string path = "/" + std::string(number * 7 % 300, 'x');
    RecentRequests::Facts facts = facts_of(id);
    facts.path = path;
    facts.begun += std::chrono::seconds(number);
    std::vector<RuleMark> marks;
    for (std::size_t i = 0; i != number % 40; ++i) marks.push_back({&rules[i], RuleMark::What::matched, {}, false, 1});
    recent.asked(facts, marks);
    const std::string before = id_of(number - 1);
    if (number > 1) CHECK(recent.find(before)->rules.size() == (number - 1) % 40);
    std::vector<DeliveryRecord> deliveries(number % 30, {"/a.css", "rule", How::link, Reason::sent});
    recent.ended(facts, 200, false, deliveries);
    const auto found = recent.find(id);
    REQUIRE(found);
    CHECK(found->rules.size() == marks.size());
    CHECK(found->entries.size() == deliveries.size());
    CHECK(found->path.substr(0, 200) == path.substr(0, 200));
    const RecentRequests::Kept kept = recent.kept();
    CHECK(*kept.oldest <= facts.begun);
    if (number > 100) least = std::min(least, kept.requests);
    if (number > 100) CHECK(recent.find(id_of(number - 100)) == std::nullopt);
  }
  CHECK(least >= 5);
}

TEST_CASE("of an URL that was computed the query is left out", "[recent]") {
  RecentRequests recent;
  const std::string id = id_of(1), long_path = "/" + std::string(5'000, 'x') + "?token=SECRET";
  const DeliveryRecord deliveries[] = {{"/app.css?SECRET", "cart", How::push, Reason::sent, true},
                                       {"/app.css#SECRET", "cart", How::link, Reason::sent, true},
                                       {"/app.css", "cart", How::link, Reason::sent, true},
                                       {long_path, "cart", How::link, Reason::sent, true},
                                       {"/app.css?v=2", "home", How::push, Reason::sent, false}};
  recent.ended(facts_of(id), 200, true, deliveries);
  const auto found = recent.find(id);
  REQUIRE(found);
  REQUIRE(found->entries.size() == 5);
  CHECK(found->entries[0].url == "/app.css?…");
  CHECK(found->entries[1].url == "/app.css#…");
  CHECK(found->entries[2].url == "/app.css");
  CHECK(found->entries[3].url.size() == RecentRequests::longest_url);
  CHECK(found->entries[3].url.ends_with("x…"));
  CHECK(found->entries[4].url == "/app.css?v=2");
}

TEST_CASE("what is too long is cut, and what is too much is counted", "[recent]") {
  RecentRequests recent(4 * RecentRequests::longest_entry);
  const std::string id = id_of(1), url = "/" + std::string(5'000, 'x');
  const Rule rule = rule_of(std::string(300, 'n'));
  RecentRequests::Facts facts = facts_of(id);
  facts.path = url;
  facts.authority = url;
  const std::vector<RuleMark> marks(100, {&rule, RuleMark::What::failed_condition, "no_cookie", false, 0});
  const std::vector<DeliveryRecord> deliveries(64, {url, rule.name, How::push, Reason::sent});
  for (int round = 0; round != 20; ++round) {
    recent.asked(facts, marks);
    recent.ended(facts, 200, false, deliveries);
  }
  const auto found = recent.find(id);
  REQUIRE(found);
  CHECK(found->path.size() == RecentRequests::longest_url);
  CHECK(found->path.ends_with("x…"));
  CHECK(found->authority.size() == RecentRequests::longest_name);
  REQUIRE_FALSE(found->rules.empty());
  CHECK(found->rules.front().rule.ends_with("n…"));
  REQUIRE_FALSE(found->entries.empty());
  CHECK(found->entries.front().url.ends_with("x…"));
  CHECK(found->left_out > 0);
  CHECK(recent.kept().requests == 1);
}

TEST_CASE("a page of usual length leaves room for a thousand others", "[recent]") {
  RecentRequests recent;
  const Rule rule = rule_of("product page");
  const std::vector<RuleMark> marks(2, {&rule, RuleMark::What::matched, {}, false, 3});
  const std::vector<DeliveryRecord> deliveries(5, {"/assets/app-3f2a9c.css", rule.name, How::push, Reason::sent});
  for (std::size_t number = 0; number != 5'000; ++number) {
    recent.asked(facts_of(id_of(number)), marks);
    recent.ended(facts_of(id_of(number)), 200, false, deliveries);
  }
  CHECK(recent.kept().requests >= 1'000);
}

TEST_CASE("a request that was hinted nothing ends with less to remember", "[recent]") {
  RecentRequests recent;
  const Rule rule = rule_of("product page");
  const RuleMark marks[] = {{&rule, RuleMark::What::matched, {}, false, 0}};
  const std::string id = id_of(7);
  RecentRequests::Facts facts = facts_of(id);
  facts.secure = false;
  facts.version = 0x101;
  recent.asked(facts, marks);
  recent.ended(facts.id, 404);
  const auto found = recent.find(facts.id);
  REQUIRE(found);
  CHECK(found->scheme == "http");
  CHECK(found->protocol == "HTTP/1.1");
  CHECK(found->status == 404);
  CHECK(found->entries.empty());
  CHECK_FALSE(found->early_hints);
  CHECK(recent.kept().requests == 1);
}

TEST_CASE("texts of every length come back as they were", "[recent]") {
  RecentRequests recent;
  const std::string text = "/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (std::size_t size = 0; size != text.size(); ++size) {
    const std::string id = id_of(size), path = text.substr(0, size);
    RecentRequests::Facts facts = facts_of(id);
    facts.path = path;
    recent.asked(facts, {});
    CHECK(recent.find(facts.id)->path == path);
  }
}
