// SPDX-License-Identifier: MIT
// The delivery table, row by row, and then what gets in a delivery's way.
#include "push/plan.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/plan_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;

TEST_CASE("a client that accepts push is given pushes, and Link for the rest") {
  Bench bench;
  bench.accepting_push();
  CHECK(bench.style() == "push sent");
  CHECK(bench.module() == "push sent");
  CHECK(bench.push_only() == "push sent");
  CHECK(bench.preconnect() == "link not_an_asset");
  CHECK(bench.one(hint(Kind::script, "https://cdn.example/a.js")) == "link cross_origin");
  CHECK(bench.one(hint(Kind::script, "https://shop.example/a.js")) == "push sent");
  Hint nopush = hint(Kind::style, "/a.css");
  nopush.nopush = true;
  CHECK(bench.one(nopush) == "link nopush");
  Hint sources = hint(Kind::image, "");
  sources.imagesrcset = "/a 1x";
  CHECK(bench.one(sources) == "link not_an_asset");
}

TEST_CASE("a client that accepts push need not navigate") {
  Bench bench("nghttp2/1.52.0", false);
  bench.accepting_push();
  CHECK(bench.style() == "push sent");
}

TEST_CASE("Chromium and Firefox get one 103 with everything") {
  for (std::string_view agent : {chromium_agent, firefox_agent}) {
    INFO(agent);
    Bench bench(agent);
    CHECK(bench.style() == "early_hints sent");
    CHECK(bench.module() == "early_hints sent");
    CHECK(bench.preconnect() == "early_hints sent");
    CHECK(bench.one(hint(Kind::script, "https://cdn.example/a.js")) == "early_hints sent");
    CHECK(bench.push_only() == "none client_disabled_push");
  }
}

TEST_CASE("unknown browsers get preload and preconnect early") {
  for (std::string_view agent : {"curl/8", ""}) {
    INFO(agent);
    Bench bench(agent);
    CHECK(bench.style() == "early_hints sent");
    CHECK(bench.module() == "link early_hints_unsupported");
    CHECK(bench.preconnect() == "early_hints sent");
  }
}

TEST_CASE("Safari gets preconnect early, preload in Link") {
  Bench bench(safari_agent);
  CHECK(bench.style() == "link early_hints_unsupported");
  CHECK(bench.module() == "link early_hints_unsupported");
  CHECK(bench.preconnect() == "early_hints sent");
}

TEST_CASE("anything else gets Link") {
  Bench plain(chromium_agent, false);
  CHECK(plain.style() == "link not_navigation");
  Bench old;
  old.test.request.protocol = "HTTP/1.1";
  CHECK(old.style() == "link not_http2");
  CHECK(old.push_only() == "none not_http2");
  Bench claims;
  claims.accepting_push().test.request.protocol = "HTTP/1.1";
  CHECK(claims.style() == "link not_http2");
}

TEST_CASE("prefetch and prerender get Link") {
  for (std::string_view purpose : {"prefetch", "prefetch;prerender"}) {
    Bench early;
    CHECK(early.with("sec-purpose", purpose).style() == "link prefetch");
    Bench pushing;
    CHECK(pushing.accepting_push().with("sec-purpose", purpose).style() == "link prefetch");
    CHECK(pushing.push_only() == "none prefetch");
  }
}

TEST_CASE("bots get Link alone") {
  Bench early(bot_agent);
  CHECK(early.style() == "link bot");
  CHECK(early.accepting_push().style() == "link bot");
  CHECK(early.push_only() == "none bot");
}

TEST_CASE("only a GET is pushed for or gets a 103") {
  for (std::string_view method : {"HEAD", "POST", "OPTIONS"}) {
    Bench bench;
    bench.accepting_push().test.request.method = method;
    CHECK(bench.style() == "link not_for_this_method");
    bench.test.request.client.accepts_push = false;
    CHECK(bench.style() == "link not_for_this_method");
  }
}

TEST_CASE("a push does not recurse") {
  Bench bench;
  bench.accepting_push().situation.pushed_request = true;
  CHECK(bench.style() == "none not_for_this_method");
}

TEST_CASE("deliver narrows the ways") {
  Bench pushing, early;
  pushing.accepting_push();
  pushing.rule.deliver = early.rule.deliver = Deliver::push;
  CHECK(pushing.style() == "push sent");
  CHECK(early.style() == "link client_disabled_push");
  pushing.rule.deliver = early.rule.deliver = Deliver::early_hints;
  CHECK(pushing.style() == "early_hints sent");
  CHECK(early.style() == "early_hints sent");
  CHECK(pushing.push_only() == "none rule_says_otherwise");
  pushing.rule.deliver = early.rule.deliver = Deliver::link;
  CHECK(pushing.style() == "link rule_says_otherwise");
  CHECK(early.style() == "link rule_says_otherwise");
  CHECK(pushing.push_only() == "none rule_says_otherwise");
}

TEST_CASE("where the browser chooses, only Link can say so") {
  for (auto member : {&Hint::media, &Hint::imagesrcset, &Hint::imagesizes}) {
    Hint chosen = hint(Kind::image, "/a.avif");
    chosen.*member = "x";
    Bench pushing, early;
    pushing.accepting_push();
    CHECK(pushing.one(chosen) == "link browser_chooses");
    CHECK(early.one(chosen) == "link browser_chooses");
    // A 103 cannot say it, whoever asks for one; a push goes to everybody where somebody asks for it.
    pushing.rule.deliver = early.rule.deliver = Deliver::early_hints;
    CHECK(pushing.one(chosen) == "link browser_chooses");
    CHECK(early.one(chosen) == "link browser_chooses");
    pushing.rule.deliver = Deliver::push;
    CHECK(pushing.one(chosen) == "push sent");
    pushing.rule.deliver = Deliver::automatic;
    chosen.push_only = true;
    CHECK(pushing.one(chosen) == "push sent");
  }
  Bench early;
  Hint sources = hint(Kind::image, "");
  sources.imagesrcset = "/a 1x";
  CHECK(early.one(sources) == "link browser_chooses");
}

TEST_CASE("hints of the application are delivered like a rule's") {
  Bench bench;
  bench.accepting_push().list.add(hint(Kind::style, "/a.css"), nullptr);
  CHECK(bench.run().any(How::push));
  CHECK_FALSE(bench.run().any(How::link));
}

TEST_CASE("behind a proxy nothing is pushed, and a 103 goes only where it is passed on") {
  Bench bench;
  bench.behind_proxy().accepting_push();
  CHECK(bench.style() == "link behind_proxy");
  CHECK(bench.push_only() == "none behind_proxy");
  bench.test.request.protocol = "HTTP/2";
  CHECK(bench.style() == "link behind_proxy");
  bench.test.request.protocol = "HTTP/1.1";
  bench.test.request.client.passes_early_hints = true;
  CHECK(bench.style() == "early_hints sent");
  CHECK(bench.push_only() == "none behind_proxy");
  Bench direct;
  direct.test.request.protocol = "HTTP/1.1";
  direct.test.request.client.passes_early_hints = true;
  CHECK(direct.style() == "link not_http2");
}

TEST_CASE("a 103 must come in time, once, and before the answer") {
  Bench bench;
  bench.situation.answer_ready = true;
  CHECK(bench.style() == "link answer_ready");
  bench.situation.early_hints_sent = true;
  CHECK(bench.style() == "link early_hints_already_sent");
  bench.situation.head_known = true;
  CHECK(bench.style() == "link early_hints_too_late");
}

TEST_CASE("an answer at hand, or a 103 before, does not stop a push") {
  Bench bench;
  bench.accepting_push();
  bench.situation.answer_ready = bench.situation.early_hints_sent = true;
  CHECK(bench.style() == "push sent");
}

TEST_CASE("a push needs an open connection and an unconditional answer") {
  Bench bench;
  bench.accepting_push();
  bench.situation.connection_closing = true;
  CHECK(bench.style() == "link connection_closing");
  for (std::string_view name : {"if-none-match", "if-modified-since"}) {
    Bench conditional;
    CHECK(conditional.accepting_push().with(name, "x").style() == "link conditional_request");
    Bench early;
    CHECK(early.with(name, "x").style() == "early_hints sent");
  }
}

TEST_CASE("what was sent on the connection is not pushed again") {
  Bench bench;
  bench.accepting_push();
  bench.assets.sent_paths.insert("/a.css");
  CHECK(bench.style() == "link already_sent");
  CHECK(bench.push_only() == "none already_sent");
  CHECK(bench.one(hint(Kind::style, "/a.css?v=2")) == "push sent");
  CHECK(bench.one(hint(Kind::style, "https://shop.example/a.css#x")) == "link already_sent");
}

TEST_CASE("one asset under two names is pushed once") {
  Bench bench;
  bench.accepting_push();
  bench.list.add(hint(Kind::style, "/a.css"), nullptr);
  bench.list.add(hint(Kind::style, "https://shop.example/a.css"), nullptr);
  const Plan result = bench.run();
  CHECK(result.deliveries[0].how == How::push);
  CHECK(result.deliveries[1].how == How::link);
  CHECK(result.deliveries[1].reason == Reason::already_sent);
}

TEST_CASE("a request's own URL is not pushed") {
  Bench bench;
  bench.accepting_push();
  bench.test.request.path = "/a.css";
  CHECK(bench.style() == "link own_url");
  bench.test.request.query = "v=1";
  CHECK(bench.style() == "push sent");
  CHECK(bench.one(hint(Kind::style, "/a.css?v=1")) == "link own_url");
}

TEST_CASE("each push takes room of both limits") {
  Bench bench;
  bench.accepting_push();
  for (const char* url : {"/1", "/2", "/3"}) bench.list.add(hint(Kind::style, url), nullptr);
  bench.list.add(hint(Kind::preconnect, "https://cdn.example"), nullptr);
  bench.situation.client_push_room = 2;
  Plan result = bench.run();
  CHECK(result.deliveries[1].how == How::push);
  CHECK(result.deliveries[2].reason == Reason::client_stream_limit);
  bench.situation.own_push_room = 1;
  result = bench.run();
  CHECK(result.deliveries[0].how == How::push);
  CHECK(result.deliveries[1].reason == Reason::push_limit);
  CHECK(result.deliveries[2].reason == Reason::push_limit);
  CHECK(result.deliveries[3].reason == Reason::not_an_asset);
  bench.situation.client_push_room = 0;
  CHECK_FALSE(bench.run().any(How::push));
}

TEST_CASE("what may go behind the page has what the others leave of the budget") {
  Bench bench;
  bench.accepting_push();
  bench.assets.known["/hero.jpg"] = {.status = 200, .bytes = 1'000'000};
  bench.assets.known["/app.css"] = {.status = 200, .bytes = 36};
  bench.situation.budget.carried = 43'800;
  Hint hero = hint(Kind::image, "/hero.jpg");
  hero.priority = PushPriority::after;
  bench.list.add(hero, nullptr);
  for (const char* url : {"/app.css", "/more.css"}) bench.list.add(hint(Kind::style, url), nullptr);
  Plan result = bench.run();
  for (std::size_t i = 0; i != 3; ++i) {
    CHECK(result.deliveries[i].entry == i);
    CHECK(result.deliveries[i].how == How::push);
  }
  bench.situation.budget.carried = 300;
  result = bench.run();
  CHECK(result.deliveries[0].reason == Reason::over_budget);
  CHECK(result.deliveries[0].bytes == 1'000'250);
  CHECK(result.deliveries[1].how == How::push);
  CHECK(result.deliveries[1].bytes == 286);
  bench.situation.client_push_room = 1;
  result = bench.run();
  CHECK(result.deliveries[0].reason == Reason::client_stream_limit);
  CHECK(result.deliveries[1].how == How::push);
}

TEST_CASE("where nobody knows of assets everything may be pushed") {
  Bench bench;
  bench.accepting_push().assets.sent_paths.insert("/a.css");
  bench.list.add(hint(Kind::style, "/a.css"), nullptr);
  bench.test.request.fields = bench.fields;
  bench.test.request.clients = &browsers();
  CHECK(plan(bench.list, bench.test.request, "shop.example", bench.situation).any(How::push));
}

TEST_CASE("the same-origin path leaves out origin and fragment") {
  const auto path = [](std::string_view url) {
    return std::string(same_origin_path(url, "https", "shop.example:443"));
  };
  CHECK(path("/a.css?x#y") == "/a.css?x");
  CHECK(path("https://SHOP.example/a") == "/a");
  CHECK(path("https://shop.example") == "/");
  CHECK(path("https://shop.example?x").empty());
  CHECK(path("http://shop.example/a").empty());
  CHECK(path("https://shop.example:8443/a").empty());
  CHECK(path("https://shop.example.evil/a").empty());
  CHECK(path("//shop.example/a").empty());
  CHECK(path("").empty());
}

TEST_CASE("a 103 has what the plan gave to it") {
  Bench bench(safari_agent);
  bench.list.add(hint(Kind::preconnect, "https://cdn.example"), nullptr);
  bench.list.add(hint(Kind::style, "/a.css"), nullptr);
  Hint only = hint(Kind::script, "/b.js");
  only.push_only = true;
  bench.list.add(only, nullptr);
  CHECK(early_links(bench.list, bench.run()) == std::vector<std::string>{"<https://cdn.example>; rel=preconnect"});
}

TEST_CASE("rules are told that a 103 may be sent exactly where one is") {
  using Fields = std::vector<Field>;
  const Fields extras[] = {{}, {{"sec-purpose", "prefetch"}}, {{"no-early-hints", "?1"}}};
  const std::string_view none = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/100.0";
  for (std::string_view agent :
       {chromium_agent, firefox_agent, safari_agent, bot_agent, none, std::string_view("EvilReader/1")}) {
    for (int bits = 0; bits != 64; ++bits) {
      for (const EarlyHintsFor whom : {EarlyHintsFor::nobody, EarlyHintsFor::navigations, EarlyHintsFor::everybody}) {
        for (const Fields& extra : extras) {
          Bench bench(agent, (bits & 1) != 0);
          bench.fields.insert(bench.fields.end(), extra.begin(), extra.end());
          Request& request = bench.test.request;
          request.protocol = (bits & 2) != 0 ? "HTTP/2" : "HTTP/1.1";
          request.method = (bits & 4) != 0 ? "GET" : "HEAD";
          request.client.behind_proxy = (bits & 8) != 0;
          request.client.passes_early_hints = (bits & 16) != 0;
          request.client.accepts_push = (bits & 32) != 0;
          request.early_hints = whom;
          bench.rule.deliver = Deliver::early_hints;
          const bool sent = bench.preconnect() == "early_hints sent";
          if (sent != request.accepts_early_hints()) FAIL(agent << " " << bits << " " << static_cast<int>(whom));
        }
      }
    }
  }
}

TEST_CASE("an empty list needs no plan") {
  Bench bench;
  CHECK(bench.run().deliveries.empty());
  CHECK_FALSE(bench.run().any(How::none));
}
