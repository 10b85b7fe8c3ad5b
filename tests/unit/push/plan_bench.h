// SPDX-License-Identifier: MIT
// A request whose delivery is planned: the client, the connection, the assets and the hints are the test's to change.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "push/assets.h"
#include "push/plan.h"
#include "unit/push/support.h"

namespace outrider::push::test {

/// What of the shipped table the plan's tests need: its own test reads the file (rules/clients.lua).
inline const ClientTable& browsers() {
  constexpr Abilities all{.push = true, .preload = true, .module_preload = true, .preconnect = true};
  constexpr Abilities no_modules{.push = true, .preload = true, .preconnect = true};
  constexpr Abilities only_connects{.push = true, .preconnect = true};
  static const ClientTable table({{.family = Family::chromium, .from = 103, .abilities = all},
                                  {.family = Family::firefox, .from = 123, .abilities = all},
                                  {.family = Family::safari, .from = 17, .abilities = only_connects},
                                  {.family = Family::other, .abilities = no_modules}},
                                 {"*EvilReader*"});
  return table;
}

/// Assets as a test says they are: what it does not mention is unknown, and nobody has it.
struct KnownAssets final : Assets {
  std::map<std::string, AssetFacts, std::less<>> known;
  std::set<std::string, std::less<>> sent_paths;
  std::map<std::string, Cached, std::less<>> cookie;
  mutable std::vector<std::string> asked;

  AssetFacts facts(std::string_view path) const override {
    asked.push_back("facts of " + std::string(path));
    return look(path);
  }
  std::string type(std::string_view path) const override {
    asked.push_back("type of " + std::string(path));
    return look(path).type;
  }
  bool sent(std::string_view path) const override { return sent_paths.contains(path); }
  Cached cached(std::string_view path) const override {
    const auto found = cookie.find(path);
    return found == cookie.end() ? Cached::no : found->second;
  }

 private:
  AssetFacts look(std::string_view path) const {
    const auto found = known.find(path);
    return found == known.end() ? AssetFacts() : found->second;
  }
};

/// A page on a slow route, asked for by a client of the test's choice, with a rule of each kind.
struct Bench {
  TestRequest test;
  std::vector<Field> fields;
  Situation situation;
  KnownAssets assets;
  Rule rule;
  PushList list;

  explicit Bench(std::string_view agent = chromium_agent, bool navigation = true) {
    fields.push_back({"user-agent", agent});
    if (navigation) fields.push_back({"sec-fetch-mode", "navigate"});
    test.request.path = "/page";
    situation.client_push_room = situation.own_push_room = 100;
  }

  Bench& accepting_push() {
    test.request.client.accepts_push = true;
    return *this;
  }
  Bench& with(std::string_view name, std::string_view value) {
    fields.push_back({name, value});
    return *this;
  }
  Bench& behind_proxy() {
    test.request.client.behind_proxy = true;
    test.request.protocol = "HTTP/1.1";
    return *this;
  }

  Plan run() {
    test.request.fields = fields;
    test.request.clients = &browsers();
    test.request.assets = &assets;
    return plan(list, test.request, "shop.example", situation);
  }

  /// "push sent", "link not_navigation" … of one hint.
  std::string one(Hint each) {
    list = PushList();
    list.add(std::move(each), &rule);
    const Plan result = run();
    REQUIRE(result.deliveries.size() == 1);
    CHECK(result.deliveries[0].entry == 0);
    return std::string(name_of(result.deliveries[0].how)) + " " + std::string(name_of(result.deliveries[0].reason));
  }
  std::string style() { return one(hint(Kind::style, "/a.css")); }
  std::string module() { return one(hint(Kind::module, "/a.mjs")); }
  std::string preconnect() { return one(hint(Kind::preconnect, "https://cdn.example")); }
  std::string push_only() {
    Hint each = hint(Kind::style, "/a.css");
    each.push_only = true;
    return one(each);
  }
};

}  // namespace outrider::push::test
