// SPDX-License-Identifier: MIT
// Requests that check makes up: on a host of the site for which the rule is, and so that its conditions hold.
#include "app/check/made_pages.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <string>

using namespace outrider;
using namespace outrider::app;

namespace {

struct Sites {
  std::vector<config::Site> list{site("shop.example", {"*.shop.example"}), site("blog.example", {"old.example"}),
                                 site("*.wild.example", {}), site("*", {})};
  http::SiteMap map{list};

  static config::Site site(std::string name, std::vector<std::string> aliases) {
    config::Site result;
    result.name = std::move(name);
    result.aliases = std::move(aliases);
    return result;
  }
  /// By the names of sites for which a rule for these hosts is not foreign.
  std::string homes(std::vector<std::string> hosts) const {
    push::Rule rule;
    rule.hosts = std::move(hosts);
    std::string text;
    for (const config::Site& each : list) {
      if (!is_foreign(rule, each, map)) text += (text.empty() ? "" : " ") + each.name;
    }
    return text;
  }
  std::string host(std::vector<std::string> hosts, std::size_t which) const {
    push::Rule rule;
    rule.hosts = std::move(hosts);
    return host_for(rule, list[which], map).value_or("none");
  }
};

Satisfied satisfied(const push::Rule& rule) {
  return satisfy(rule, question_for(Sites::site("shop.example", {}), {}, "/a b"));
}

/// All its conditions hold for the request, by one of the clients.
bool holds(const push::Rule& rule) {
  const Satisfied result = satisfied(rule);
  bool some = false;
  for_each_client(result.question, result.client, [&](const Question& asked, const std::string&) {
    const push::RequestView view(asked.request, nullptr, nullptr);
    some = some || rule.when.failing(view.request()).empty();
  });
  return some;
}

}  // namespace

TEST_CASE("a rule is foreign where its hosts are other sites'") {
  const Sites sites;
  CHECK(sites.homes({}) == "shop.example blog.example *.wild.example *");
  CHECK(sites.homes({"shop.example"}) == "shop.example");
  CHECK(sites.homes({"de.shop.example", "old.example"}) == "shop.example blog.example");
  CHECK(sites.homes({"a.wild.example"}) == "*.wild.example");
  CHECK(sites.homes({"elsewhere.example"}) == "*");
  // Where both have wildcards nobody can tell.
  CHECK(sites.homes({"blog.*"}) == "shop.example blog.example *.wild.example *");
}

TEST_CASE("a request is for a host that both the rule and the site have") {
  const Sites sites;
  CHECK(sites.host({}, 0) == "shop.example");
  CHECK(sites.host({"de.shop.example"}, 0) == "de.shop.example");
  CHECK(sites.host({"shop.example", "old.example"}, 1) == "old.example");
  CHECK(sites.host({"*.wild.example"}, 2) == "www.wild.example");
  CHECK(sites.host({"shop.example"}, 1) == "none");
}

TEST_CASE("a request is made so that declared conditions hold") {
  push::Rule rule;
  CHECK_FALSE(satisfied(rule).guesses);
  CHECK(satisfied(rule).question.target == "/a%20b");
  push::Conditions& when = rule.when;
  when.cookie = {{"session*", "*"}, {"theme", "dark"}};
  when.query = {{"a b", "c&*"}, {"d", "e"}};
  when.header = {{"x-app", "v2*"}};
  when.mobile = true;
  when.save_data = true;
  when.language = {"de"};
  when.country = {"de"};
  when.network = {*Network::parse("10.1.0.0/16")};
  when.client = {*push::ClientCondition::parse("chromium<100"), *push::ClientCondition::parse("firefox")};
  CHECK(holds(rule));
  CHECK(satisfied(rule).guesses);
  CHECK(satisfied(rule).question.target == "/a%20b?a%20b=c%26made-up&d=e");
  CHECK(satisfied(rule).client == "chromium=99");
}

TEST_CASE("what is written out is no guess") {
  push::Rule rule;
  rule.when.cookie = {{"beta", "1"}};
  rule.when.bot = true;
  CHECK_FALSE(satisfied(rule).guesses);
  CHECK(holds(rule));
  for (const char* client : {"firefox>90", "safari=12", "chromium<=80", "chromium>=500", "other"}) {
    push::Rule other;
    other.when.client = {*push::ClientCondition::parse(client)};
    INFO(client);
    CHECK(holds(other));
  }
}

TEST_CASE("a rule whose time is to come is asked then") {
  push::Rule rule;
  rule.from = std::chrono::system_clock::now() + std::chrono::hours(24);
  CHECK(satisfied(rule).question.request.now == rule.from);
  rule.from = std::chrono::system_clock::now() - std::chrono::hours(24);
  CHECK_FALSE(satisfied(rule).question.request.now);
}

TEST_CASE("a page is asked for as each kind of client that rules tell apart") {
  unsigned pushes = 0, bots = 0, telephones = 0, savers = 0;
  std::set<push::Family> families;
  for_each_client(satisfied({}).question, {}, [&](const Question& asked, const std::string&) {
    const push::RequestView view(asked.request, nullptr, nullptr);
    const push::Browser& browser = view.request().browser();
    families.insert(browser.family);
    pushes += view.request().client.accepts_push ? 1 : 0;
    bots += browser.bot ? 1 : 0;
    telephones += browser.mobile ? 1 : 0;
    savers += view.request().save_data() ? 1 : 0;
  });
  CHECK(families.size() == 4);
  CHECK(pushes > 0);
  CHECK(bots > 0);
  CHECK(telephones > 0);
  CHECK(savers > 0);
}
