// SPDX-License-Identifier: MIT
// What the plan makes of an asset's own answers, of what the client has, of the budget and of the site's settings.
#include "push/plan.h"

#include "unit/push/plan_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

AssetFacts css() {
  AssetFacts facts;
  facts.status = 200;
  facts.bytes = 10'000;
  facts.type = "text/css";
  facts.version = "1";
  return facts;
}

/// How a stylesheet with these facts goes to a client that takes pushes, to a Chromium that opens a page, and over
/// HTTP/1.1.
struct Ways {
  std::string push, early, link;
};

template <class Change>
Ways ways(const Change& change) {
  Bench pushing, early, old;
  pushing.accepting_push();
  old.test.request.protocol = "HTTP/1.1";
  for (Bench* bench : {&pushing, &early, &old}) {
    bench->assets.known["/a.css"] = css();
    change(bench->assets.known["/a.css"]);
  }
  return {pushing.style(), early.style(), old.style()};
}

}  // namespace

TEST_CASE("an asset that is well known goes early") {
  const Ways good = ways([](AssetFacts&) {});
  CHECK(good.push == "push sent");
  CHECK(good.early == "early_hints sent");
}

TEST_CASE("an asset whose answers were bad goes into Link alone") {
  for (const int status : {404, 410, 500, 503}) {
    const Ways bad = ways([&](AssetFacts& facts) { facts.status = status; });
    CHECK(bad.push == "link asset_failed");
    CHECK(bad.early == "link asset_failed");
    CHECK(bad.link == "link not_http2");
  }
  const Ways broken = ways([](AssetFacts& facts) {
    facts.promise_failed = true;
    facts.status = 0;
  });
  CHECK(broken.push == "link asset_failed");
  CHECK(broken.early == "link asset_failed");
  const Ways got_since = ways([](AssetFacts& facts) {
    facts.promise_failed = true;
    facts.status = 200;
  });
  CHECK(got_since.push == "link asset_failed");
  CHECK(got_since.early == "early_hints sent");
  const Ways elsewhere = ways([](AssetFacts& facts) { facts.status = 301; });
  CHECK(elsewhere.push == "link asset_redirects");
  CHECK(elsewhere.early == "link asset_redirects");
  CHECK(elsewhere.link == "link not_http2");
  const Ways refused = ways([](AssetFacts& facts) { facts.status = 403; });
  CHECK(refused.push == "link needs_credentials");
  CHECK(refused.early == "link asset_failed");
}

TEST_CASE("an asset that wants cookies is not promised without them, but hinted") {
  const auto wants = [](AssetFacts& facts) { facts.needs_cookies = true; };
  CHECK(ways(wants).push == "link needs_credentials");
  CHECK(ways(wants).early == "early_hints sent");
  Bench bench;
  bench.accepting_push().assets.known["/a.css"] = css();
  bench.assets.known["/a.css"].needs_cookies = true;
  Hint carrying = hint(Kind::style, "/a.css");
  carrying.with = {"cookie"};
  CHECK(bench.one(carrying) == "link needs_credentials");
  CHECK(bench.with("cookie", "a=b").one(carrying) == "push sent");
}

TEST_CASE("what was refused to others is promised to who brings the right") {
  Bench bench;
  bench.accepting_push().assets.known["/a.css"] = css();
  bench.assets.known["/a.css"].status = 401;
  Hint carrying = hint(Kind::style, "/a.css");
  carrying.with = {"authorization"};
  CHECK(bench.style() == "link needs_credentials");
  CHECK(bench.one(carrying) == "link needs_credentials");
  bench.with("authorization", "Bearer x");
  CHECK(bench.one(carrying) == "push sent");
  // A promise without it failed: that says nothing of one with it.
  bench.assets.known["/a.css"].promise_failed = true;
  CHECK(bench.one(carrying) == "push sent");
  bench.assets.known["/a.css"].status = 404;
  CHECK(bench.one(carrying) == "link asset_failed");
}

TEST_CASE("an asset that is another one for other clients is not promised") {
  const Ways varying = ways([](AssetFacts& facts) { facts.varies = true; });
  CHECK(varying.push == "link asset_varies");
  CHECK(varying.early == "early_hints sent");
}

TEST_CASE("what browsers would fetch twice stays out of a 103") {
  const Ways stale = ways([](AssetFacts& facts) { facts.goes_stale = true; });
  CHECK(stale.push == "push sent");
  CHECK(stale.early == "link not_cacheable");
  CHECK(stale.link == "link not_http2");
}

TEST_CASE("what is no stylesheet is not hinted as one") {
  const Ways html = ways([](AssetFacts& facts) { facts.type = "text/html"; });
  CHECK(html.push == "none wrong_type");
  CHECK(html.early == "none wrong_type");
  Bench old;
  old.test.request.protocol = "HTTP/1.1";
  old.list.add({.hint = hint(Kind::style, "/a.css"), .rule = &old.rule, .wrong_type = true});
  CHECK(old.run().deliveries[0].reason == Reason::wrong_type);
  CHECK(old.run().deliveries[0].how == How::none);
  const Ways vague = ways([](AssetFacts& facts) { facts.type = "application/octet-stream"; });
  CHECK(vague.push == "push sent");
  // What the application says is its own matter.
  Bench bench;
  bench.accepting_push().assets.known["/a.css"].type = "text/html";
  bench.list.add(hint(Kind::style, "/a.css"), nullptr);
  CHECK(bench.run().deliveries[0].how == How::link);
}

TEST_CASE("what the client's cookie names is not pushed") {
  Bench bench;
  bench.accepting_push().assets.cookie["/a.css"] = Cached::yes;
  CHECK(bench.style() == "link in_cookie");
  CHECK(bench.push_only() == "none in_cookie");
  bench.assets.cookie["/a.css"] = Cached::perhaps;
  CHECK(bench.style() == "link version_unknown");
  bench.assets.cookie["/a.css"] = Cached::no;
  CHECK(bench.style() == "push sent");
}

TEST_CASE("the asset that crosses what the connection carries is the last") {
  Bench bench;
  bench.accepting_push();
  for (const char* url : {"/1.css", "/2.css", "/3.css"}) {
    bench.assets.known[url] = css();
    bench.list.add(hint(Kind::style, url), nullptr);
  }
  bench.situation.budget.carried = 10'300;
  Plan result = bench.run();
  CHECK(result.deliveries[0].how == How::push);
  CHECK(result.deliveries[0].bytes == 10'250);
  CHECK(result.deliveries[1].how == How::push);
  // This client navigates: what cannot be pushed goes into a 103.
  CHECK(result.deliveries[2].how == How::early_hints);
  CHECK(result.deliveries[2].reason == Reason::over_budget);

  Spending spending;
  spending.add(nullptr, 10'300);
  bench.situation.spending = &spending;
  CHECK_FALSE(bench.run().any(How::push));
  bench.situation.answer_ready = true;
  CHECK(bench.run().deliveries[0].how == How::link);
}

TEST_CASE("what the site allows is never crossed") {
  Bench bench;
  bench.accepting_push();
  for (const char* url : {"/1.css", "/2.css"}) {
    bench.assets.known[url] = css();
    bench.list.add(hint(Kind::style, url), nullptr);
  }
  bench.situation.budget.allowed = 10'300;
  const Plan result = bench.run();
  CHECK(result.deliveries[0].how == How::push);
  CHECK(result.deliveries[1].reason == Reason::over_budget);
  bench.situation.budget.allowed = 0;
  CHECK_FALSE(bench.run().any(How::push));
}

TEST_CASE("a rule's own budget holds for its own entries") {
  Bench bench;
  bench.accepting_push();
  bench.rule.budget_bytes = 10'300;
  for (const char* url : {"/1.css", "/2.css", "/3.css"}) bench.assets.known[url] = css();
  bench.list.add(hint(Kind::style, "/1.css"), &bench.rule);
  bench.list.add(hint(Kind::style, "/2.css"), &bench.rule);
  bench.list.add(hint(Kind::style, "/3.css"), nullptr);
  const Plan result = bench.run();
  CHECK(result.deliveries[0].how == How::push);
  CHECK(result.deliveries[1].reason == Reason::over_budget);
  CHECK(result.deliveries[2].how == How::push);
  Spending spending;
  spending.add(&bench.rule, 10'300);
  bench.situation.spending = &spending;
  CHECK(bench.run().deliveries[0].reason == Reason::over_budget);
}

TEST_CASE("promises take no more room than there is ahead of the page") {
  Bench bench;
  bench.accepting_push();
  for (const char* url : {"/1.css", "/2.css", "/3.css"}) bench.list.add(hint(Kind::style, url), nullptr);
  bench.situation.budget.ahead = 600;
  CHECK(bench.run().deliveries[1].how == How::push);
  CHECK(bench.run().deliveries[2].reason == Reason::over_budget);
  Spending spending;
  spending.add(nullptr, 10'000);
  bench.situation.spending = &spending;
  CHECK(bench.run().deliveries[1].reason == Reason::over_budget);
  bench.situation.budget.ahead = 0;
  CHECK_FALSE(bench.run().any(How::push));
}

TEST_CASE("where nobody knows what the connection carries only what a limit allows is promised") {
  Bench bench;
  bench.accepting_push().situation.budget.within_limits_only = true;
  CHECK(bench.style() == "early_hints over_budget");
  SECTION("the site's") {
    bench.situation.budget.allowed = 17'000;
    CHECK(bench.style() == "push sent");
    bench.situation.budget.open_elsewhere = 1'000;
    CHECK(bench.style() == "early_hints over_budget");
  }
  SECTION("or the rule's") {
    bench.rule.budget_bytes = 17'000;
    CHECK(bench.style() == "push sent");
    bench.situation.budget.open_elsewhere = 1'000;
    CHECK(bench.style() == "early_hints over_budget");
  }
}

TEST_CASE("an asset of unknown size takes its part of the budget") {
  Bench bench;
  bench.accepting_push().situation.budget.allowed = 16'000;
  CHECK(bench.style() == "early_hints over_budget");
  bench.situation.budget.allowed = 17'000;
  CHECK(bench.style() == "push sent");
}

TEST_CASE("where pushes have no room a 103 serves who can use it") {
  Bench bench;
  bench.accepting_push().situation.client_push_room = 0;
  CHECK(bench.style() == "early_hints client_stream_limit");
  CHECK(bench.push_only() == "none client_stream_limit");
  bench.rule.deliver = Deliver::push;
  CHECK(bench.style() == "link client_stream_limit");
}

TEST_CASE("who saves data is pushed nothing") {
  Bench bench("nghttp2/1.52.0", false);
  CHECK(bench.accepting_push().with("save-data", "on").style() == "link save_data");
  Bench navigating;
  CHECK(navigating.accepting_push().with("save-data", "on").style() == "early_hints save_data");
  Bench early;
  CHECK(early.with("save-data", "on").style() == "early_hints sent");
}

TEST_CASE("who wants nothing ahead of the page gets Link") {
  Bench out;
  CHECK(out.accepting_push().with("no-early-hints", "?1").style() == "link client_opted_out");
  Bench in;
  CHECK(in.with("no-early-hints", "?0").style() == "early_hints sent");
  Bench denied("EvilReader/1.0");
  CHECK(denied.accepting_push().style() == "link client_denied");
}

TEST_CASE("the site's settings hold") {
  Bench bench;
  bench.test.request.early_hints = EarlyHintsFor::nobody;
  CHECK(bench.style() == "link early_hints_off");
  bench.test.request.early_hints = EarlyHintsFor::everybody;
  CHECK(bench.style() == "early_hints sent");
  Bench fetching(chromium_agent, false);
  CHECK(fetching.style() == "link not_navigation");
  fetching.test.request.early_hints = EarlyHintsFor::everybody;
  CHECK(fetching.style() == "early_hints sent");
  Bench pushing;
  pushing.accepting_push().situation.push = false;
  CHECK(pushing.style() == "early_hints push_off");
  CHECK(pushing.push_only() == "none push_off");
}

TEST_CASE("a browser that the table does not know gets Link") {
  Bench bench(safari_agent);
  bench.fields[0].value = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/100.0";
  CHECK(bench.style() == "link early_hints_unsupported");
  CHECK(bench.accepting_push().style() == "link push_unsupported");
}

TEST_CASE("a page that only redirects gets no 103") {
  Bench bench;
  bench.situation.page_redirects = true;
  CHECK(bench.style() == "link page_redirects");
  CHECK(bench.accepting_push().style() == "push sent");
}

TEST_CASE("a conditional request is pushed for once its answer is a page") {
  Bench bench;
  bench.accepting_push().with("if-none-match", "\"1\"");
  CHECK(bench.style() == "link conditional_request");
  bench.situation.head_known = true;
  CHECK(bench.style() == "push sent");
  bench.situation.unchanged = true;
  CHECK(bench.style() == "link conditional_request");
}
