// SPDX-License-Identifier: MIT
#include "push/rehearsal.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "push/made_request.h"
#include "push/sample_clients.h"
#include "push/switches.h"
#include "unit/push/plan_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Texts = std::vector<std::string>;

namespace {

struct Stage {
  MadeRequest made;
  KnownAssets assets;
  std::vector<Rule> rules;
  std::unique_ptr<RuleSet> set;
  std::unique_ptr<RequestView> view;
  Setting setting;

  explicit Stage(std::string_view client) {
    made.host = "shop.example";
    made.link = Link{14'600, std::chrono::milliseconds(100)};
    setting.site = "shop.example";
    REQUIRE(become(made, client));
  }

  Rule& add(std::string name, std::vector<std::string> styles) {
    rules.push_back(rule(std::move(name), {"/**"}));
    for (std::string& url : styles) rules.back().hints.push_back(hint(Kind::style, std::move(url)));
    return rules.back();
  }

  Rehearsed run(const FinalHead* head = nullptr) {
    set = std::make_unique<RuleSet>(rules);
    view = std::make_unique<RequestView>(made, &assets, &browsers());
    setting.rules = set.get();
    return rehearse(view->request(), setting, head);
  }
};

Texts outcomes(const Rehearsed& rehearsed) {
  Texts result;
  for (const auto& record : records_of(rehearsed.decisions)) {
    result.push_back(std::string(record.url) + " " + std::string(name_of(record.how)) + " " +
                     std::string(name_of(record.reason)));
  }
  return result;
}

}  // namespace

TEST_CASE("a rehearsal says how each client would get a page's hints", "[explain]") {
  const auto of = [](std::string_view client) {
    Stage stage(client);
    stage.add("page", {"/a.css"});
    return outcomes(stage.run()).at(0);
  };
  CHECK(of("chromium") == "/a.css early_hints sent");
  CHECK(of("firefox") == "/a.css early_hints sent");
  CHECK(of("safari") == "/a.css link early_hints_unsupported");
  CHECK(of("curl") == "/a.css link not_navigation");
  CHECK(of("nghttp") == "/a.css push sent");
  CHECK(of("http1") == "/a.css link not_http2");
  CHECK(of("bot") == "/a.css link bot");
}

TEST_CASE("a rehearsal has the fields that would be sent", "[explain]") {
  Stage stage("chromium");
  stage.add("page", {"/a.css"});
  const Rehearsed rehearsed = stage.run();
  CHECK(rehearsed.early_links == Texts{"</a.css>; rel=preload; as=style"});
  CHECK(rehearsed.links == rehearsed.early_links);
}

TEST_CASE("pushes end where the connection's budget does", "[explain]") {
  Stage stage("nghttp");
  stage.assets.known["/big.css"] = {.status = 200, .bytes = 1'000'000};
  stage.add("page", {"/a.css", "/big.css", "/b.css"});
  CHECK(outcomes(stage.run()) == Texts{"/a.css push sent", "/big.css push sent", "/b.css link over_budget"});
  stage.made.link.reset();
  CHECK(outcomes(stage.run()).front() == "/a.css link over_budget");
  stage.setting.budget_bytes = 20'000;
  CHECK(outcomes(stage.run()).front() == "/a.css push sent");
}

TEST_CASE("what is on its way on the connection has its part of it", "[explain]") {
  Stage stage("nghttp");
  stage.add("page", {"/a.css", "/b.css"});
  stage.setting.client_push_room = 1;
  CHECK(outcomes(stage.run()) == Texts{"/a.css push sent", "/b.css link client_stream_limit"});
  stage.setting.client_push_room = 0;
  CHECK(outcomes(stage.run()).front() == "/a.css link client_stream_limit");
  stage.setting.client_push_room = 100;
  stage.setting.open_bytes = 10'000'000;
  CHECK(outcomes(stage.run()).front() == "/a.css link over_budget");
  stage.setting.open_bytes = 0;
  stage.setting.connection_closing = true;
  CHECK(outcomes(stage.run()).front() == "/a.css link connection_closing");
}

TEST_CASE("rules of the response phase wait for a head", "[explain]") {
  Stage stage("nghttp");
  stage.add("late", {"/late.css"}).phase = Phase::response;
  CHECK(outcomes(stage.run()).empty());

  FinalHead head;
  head.response.status = 200;
  head.links.add(hint(Kind::style, "/own.css"), nullptr);
  CHECK(outcomes(stage.run(&head)) == Texts{"/late.css push sent", "/own.css push sent"});
  head.response.status = 404;
  CHECK(outcomes(stage.run(&head)).empty());
}

TEST_CASE("what is learned, switched off and shadowed shows as it would", "[explain]") {
  Stage stage("chromium");
  stage.add("off", {"/off.css"});
  stage.add("shadow", {"/shadow.css"}).shadow = true;
  stage.add("page", {"/a.css"});
  stage.setting.learned = {hint(Kind::script, "/learned.js")};
  const Switches switches(std::vector<Switch>{Switch{"", "off", {}}});
  stage.setting.switches = &switches;
  CHECK(outcomes(stage.run()) == Texts{"/a.css early_hints sent", "/learned.js early_hints sent",
                                       "/shadow.css none shadow", "/off.css none switched_off"});
  const Switches all(std::vector<Switch>{Switch{}});
  stage.setting.switches = &all;
  CHECK(outcomes(stage.run()).empty());
}

TEST_CASE("a rehearsal keeps what each rule returned and what became of it", "[explain]") {
  using Fate = Returned::Fate;
  Stage stage("chromium");
  stage.add("first", {"/a.css", "/a b.css"});
  stage.add("second", {"/a.css"}).final = true;
  stage.add("third", {"/c.css"});
  const Rehearsed rehearsed = stage.run();
  REQUIRE(rehearsed.traces.size() == 2);
  const auto& first = rehearsed.traces[0];
  REQUIRE(first.returned.size() == 2);
  CHECK(first.returned[0].fate == Fate::listed);
  CHECK(first.returned[1].fate == Fate::unusable);
  CHECK_FALSE(first.returned[1].problem.empty());
  CHECK_FALSE(first.error.empty());
  const auto& second = rehearsed.traces[1].returned.at(0);
  CHECK(second.fate == Fate::repeats);
  CHECK(second.hint.url == "/a.css");
  CHECK(second.first->name == "first");
}

TEST_CASE("what a rehearsal has pushed counts as sent", "[explain]") {
  Stage stage("nghttp");
  stage.add("page", {"/a.css"});
  FinalHead head;
  head.response.status = 200;
  head.links.add(hint(Kind::style, "https://shop.example/a.css"), nullptr);
  CHECK(outcomes(stage.run(&head)) == Texts{"/a.css push sent", "https://shop.example/a.css link already_sent"});
}

TEST_CASE("who may not be hinted gets no Link", "[explain]") {
  Stage stage("nghttp");
  stage.add("page", {"/a.css"});
  stage.made.method = "POST";
  CHECK(stage.run().links.empty());
}

TEST_CASE("no Link goes with an answer that takes no hints", "[explain]") {
  Stage stage("curl");
  stage.add("page", {"/a.css"});
  CHECK(outcomes(stage.run()) == Texts{"/a.css link not_navigation"});
  FinalHead head;
  head.response.status = 404;
  CHECK(outcomes(stage.run(&head)) == Texts{"/a.css none not_navigation"});
  stage.rules.back().methods = {"POST"};
  stage.made.method = "POST";
  CHECK(outcomes(stage.run()) == Texts{"/a.css none not_for_this_method"});
}

TEST_CASE("the rule on whose account a hint is one visitor's is known", "[explain]") {
  Stage stage("curl");
  stage.add("guard", {}).when.cookie = {{"session", "*"}};
  stage.rules.back().final = true;
  stage.add("own", {"/own.css"}).when.no_cookie = {{"theme", "*"}};
  stage.add("behind", {"/behind.css"});
  FinalHead head;
  head.response.status = 200;
  head.storable = true;
  const auto cause = [](const Rehearsed& rehearsed, std::size_t entry) {
    const RuleTrace* trace = personal_cause(rehearsed, rehearsed.decisions.list.entries()[entry]);
    return trace != nullptr ? trace->rule->name + " " + std::string(trace->personal) : "nobody";
  };
  Rehearsed rehearsed = stage.run(&head);
  CHECK(outcomes(rehearsed) == Texts{"/own.css none shared_cache", "/behind.css none shared_cache"});
  CHECK(cause(rehearsed, 0) == "own cookies");
  CHECK(cause(rehearsed, 1) == "guard cookies");
  stage.rules.front().final = false;
  rehearsed = stage.run(&head);
  CHECK(outcomes(rehearsed) == Texts{"/own.css none shared_cache", "/behind.css link not_navigation"});
  CHECK(cause(rehearsed, 1) == "nobody");
  head.links.add(hint(Kind::style, "/of-application.css"), nullptr);
  CHECK(cause(stage.run(&head), 2) == "nobody");
}

TEST_CASE("what pushes take of the budget is told", "[explain]") {
  Stage stage("nghttp");
  stage.assets.known["/big.css"] = {.status = 200, .bytes = 1'000'000};
  stage.add("page", {"/big.css", "/b.css"});
  const Rehearsed rehearsed = stage.run();
  CHECK(rehearsed.budget.carried == 43'800);
  CHECK(rehearsed.decisions.spending.bytes() == 1'000'250);
  CHECK(rehearsed.decisions.delivered[0].bytes == 1'000'250);
  CHECK(rehearsed.decisions.delivered[1].bytes == 16'634);
}
