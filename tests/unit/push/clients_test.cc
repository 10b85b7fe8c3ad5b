// SPDX-License-Identifier: MIT
#include "push/clients.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

constexpr Abilities all{.push = true, .preload = true, .module_preload = true, .preconnect = true};
constexpr Abilities only_preconnect{.preconnect = true};
constexpr Abilities nothing{};

ClientRow row(Family family, int from, int to, const Abilities& abilities) {
  return {family, from, to, abilities, "a test"};
}

Browser browser(Family family, int version) {
  return {family, version, false, false};
}

ClientTable denying(std::vector<std::string> globs) {
  return ClientTable({row(Family::chromium, 0, 1000, all)}, std::move(globs));
}

}  // namespace

TEST_CASE("clients: a row is found by family and version, both ends included") {
  const ClientTable table({row(Family::chromium, 103, 200, all), row(Family::chromium, 0, 99, only_preconnect),
                           row(Family::safari, 17, std::numeric_limits<int>::max(), only_preconnect)},
                          {});
  const auto of = [&](Family family, int version) { return table.of(browser(family, version), "agent"); };
  CHECK(of(Family::chromium, 103) == all);
  CHECK(of(Family::chromium, 200) == all);
  CHECK(of(Family::chromium, 201) == nothing);
  CHECK(of(Family::chromium, 102) == nothing);
  CHECK(of(Family::chromium, 99) == only_preconnect);
  CHECK(of(Family::chromium, 0) == only_preconnect);
  CHECK(of(Family::safari, 16) == nothing);
  CHECK(of(Family::safari, 1'000'000) == only_preconnect);
  CHECK(of(Family::firefox, 150) == nothing);
  CHECK(of(Family::other, 0) == nothing);
}

TEST_CASE("clients: of several rows the first counts, and without rows there is Link alone") {
  const ClientTable table({row(Family::other, 0, 0, only_preconnect), row(Family::other, 0, 5, all)}, {});
  CHECK(table.of({}, "") == only_preconnect);
  CHECK(table.of(browser(Family::other, 5), "") == all);
  CHECK(ClientTable().of(browser(Family::chromium, 120), chromium_agent) == nothing);
  CHECK_FALSE(nothing.early_hints());
}

TEST_CASE("clients: what is of use in a 103 depends on the hint") {
  CHECK(all.can_use_early(hint(Kind::style, "/a.css")));
  CHECK(all.can_use_early(hint(Kind::module, "/a.js")));
  CHECK(all.can_use_early(hint(Kind::preconnect, "https://cdn.example")));

  CHECK(only_preconnect.early_hints());
  CHECK(only_preconnect.can_use_early(hint(Kind::preconnect, "https://cdn.example")));
  for (const Kind kind : {Kind::style, Kind::script, Kind::module, Kind::font, Kind::image, Kind::fetch}) {
    CHECK_FALSE(only_preconnect.can_use_early(hint(kind, "/a")));
  }
  constexpr Abilities only_preload{.preload = true}, only_modules{.module_preload = true};
  CHECK_FALSE(only_preload.can_use_early(hint(Kind::module, "/a.js")));
  CHECK_FALSE(only_preload.can_use_early(hint(Kind::preconnect, "https://cdn.example")));
  CHECK(only_preload.can_use_early(hint(Kind::font, "/a.woff2")));
  CHECK(only_modules.can_use_early(hint(Kind::module, "/a.js")));
  CHECK_FALSE(only_modules.can_use_early(hint(Kind::script, "/a.js")));
  CHECK_FALSE(nothing.can_use_early(hint(Kind::style, "/a.css")));
}

TEST_CASE("clients: the denied get nothing, whatever their row says") {
  const ClientTable table = denying({"*EvilReader/1.*", "Exactly/2"});
  const auto of = [&](std::string_view agent) { return table.of(browser(Family::chromium, 120), agent); };
  constexpr Abilities denied{.denied = true};
  CHECK(of("Mozilla/5.0 EvilReader/1.7 Chrome/120.0") == denied);
  CHECK(of("EvilReader/1.") == denied);
  CHECK(of("Exactly/2") == denied);
  CHECK_FALSE(denied.early_hints());
  CHECK_FALSE(denied.push);
  CHECK(of("Mozilla/5.0 EvilReader/2.0") == all);
  CHECK(of("Mozilla/5.0 evilreader/1.0") == all);
  CHECK(of("Exactly/2 or not") == all);
  CHECK(of("") == all);
  CHECK(denying({"*"}).of(browser(Family::chromium, 120), "") == denied);
}

TEST_CASE("clients: nobody gets past a glob by a field of any length") {
  const ClientTable table = denying({"*EvilReader*"});
  const Browser chromium = browser(Family::chromium, 120);
  const std::string long_agent(ClientTable::longest_user_agent, 'x');
  CHECK(table.of(chromium, long_agent) == all);
  CHECK(table.of(chromium, long_agent + "x").denied);
  CHECK(table.of(chromium, long_agent + "EvilReader").denied);
  // Where nobody is denied, length does not count.
  CHECK(denying({}).of(chromium, std::string(100'000, 'x')) == all);
}

TEST_CASE("clients: globs that repeat themselves, against a field that is made for them") {
  // What a comparison that goes back to every star would not finish in a lifetime.
  std::string stars;
  for (int i = 0; i < 20; ++i) stars += "*aa";
  const std::vector<std::string> globs(ClientTable::most_denied, stars + "*b");
  REQUIRE(globs[0].size() <= ClientTable::longest_glob);
  const ClientTable table = denying(globs);
  const std::string agent(ClientTable::longest_user_agent - 1, 'a');
  CHECK(table.of(browser(Family::chromium, 120), agent) == all);
  CHECK(table.of(browser(Family::chromium, 120), agent + "b").denied);
  const std::string half(ClientTable::longest_glob - 2, 'a');
  CHECK(denying({"*" + half + "b"}).of(browser(Family::chromium, 120), agent) == all);
}
