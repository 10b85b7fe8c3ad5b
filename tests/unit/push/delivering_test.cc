// SPDX-License-Identifier: MIT
// The order in which a request's hints are decided and carried out, with a world that takes note of what is done to it.
#include "push/delivering.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "push/switches.h"
#include "unit/push/plan_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Texts = std::vector<std::string>;

namespace {

struct World final : Outside {
  Switches off;
  Situation at;
  Reason answer_to_promises = Reason::sent;
  bool takes_early_hints = true;
  mutable Texts done;

  const Switches* switches() const override { return &off; }
  std::string_view site() const override { return "shop.example"; }
  Situation situation(bool) const override { return at; }
  Reason promise(const Entry& entry, std::uint64_t, bool head_known) override {
    done.push_back("promise " + entry.hint.url + (head_known ? " late" : ""));
    return answer_to_promises;
  }
  bool send_early_hints(const Texts& links) override {
    for (const std::string& link : links) done.push_back("103 " + link);
    return takes_early_hints;
  }
  void hinted(std::string_view path) override { done.push_back("hinted " + std::string(path)); }
  void mistaken(const Entry& entry, std::string_view, std::string_view type, std::optional<Kind> right) override {
    done.push_back(entry.hint.url + " is " + std::string(type) + (right ? "" : ": nothing fits"));
  }
  void announced(const Entry& entry) override { done.push_back("announced " + entry.hint.url); }
};

struct Desk {
  TestRequest test;
  KnownAssets assets;
  World world;
  Rule rule;
  Decisions decisions;
  std::vector<Field> fields;

  explicit Desk(bool accepts_push = false) {
    rule.name = "page";
    test.request.path = "/page";
    test.request.authority = "shop.example";
    test.request.client.accepts_push = accepts_push;
    test.request.clients = &browsers();
    test.request.assets = &assets;
    fields = {{"user-agent", chromium_agent}, {"sec-fetch-mode", "navigate"}};
    world.at.client_push_room = world.at.own_push_room = 100;
  }

  Delivering delivering() {
    test.request.fields = fields;
    return Delivering(decisions, world, test.request);
  }
  PushList list(const std::vector<std::string>& paths) const {
    PushList result;
    for (const std::string& path : paths) result.add(hint(Kind::style, path), &rule);
    return result;
  }
  /// "push sent" … of each entry.
  Texts outcomes() const {
    Texts result;
    for (const Delivered& each : decisions.delivered) {
      result.push_back(std::string(name_of(each.how)) + " " + std::string(name_of(each.reason)));
    }
    return result;
  }
};

PushList of_application(const std::string& path) {
  PushList list;
  list.add(hint(Kind::style, path), nullptr);
  return list;
}

}  // namespace

TEST_CASE("a browser that navigates gets one 103 for all", "[delivering]") {
  Desk desk;
  desk.delivering().deliver(desk.list({"/a.css", "/b.css"}), false);
  CHECK(desk.world.done == Texts{"hinted /a.css", "hinted /b.css", "announced /a.css", "announced /b.css",
                                 "103 </a.css>; rel=preload; as=style", "103 </b.css>; rel=preload; as=style"});
  CHECK(desk.outcomes() == Texts{"early_hints sent", "early_hints sent"});
  CHECK(desk.decisions.early_hints_sent);

  desk.world.done.clear();
  desk.delivering().deliver(of_application("/c.css"), false);
  CHECK(desk.world.done == Texts{"hinted /c.css"});
  CHECK(desk.outcomes().back() == "link early_hints_already_sent");
}

TEST_CASE("a 103 that the connection does not take leaves its entries to Link", "[delivering]") {
  Desk desk;
  desk.world.takes_early_hints = false;
  desk.delivering().deliver(desk.list({"/a.css"}), false);
  CHECK(desk.outcomes() == Texts{"link connection_closing"});
  CHECK_FALSE(desk.decisions.early_hints_sent);
}

TEST_CASE("promises are spent, and one that cannot be made goes another way", "[delivering]") {
  Desk desk(true);
  desk.delivering().deliver(desk.list({"/a.css"}), false);
  CHECK(desk.outcomes() == Texts{"push sent"});
  CHECK(desk.decisions.spending.bytes() > 0);

  desk.world.answer_to_promises = Reason::no_answer;
  PushList list = desk.list({"/b.css"});
  Hint only = hint(Kind::style, "/c.css");
  only.push_only = true;
  list.add(only, &desk.rule);
  desk.delivering().deliver(list, false);
  CHECK(desk.outcomes() == Texts{"push sent", "link no_answer", "none no_answer"});

  desk.world.off = Switches(std::vector<Switch>{Switch{"", "", How::link}});
  desk.delivering().deliver(desk.list({"/d.css"}), false);
  CHECK(desk.outcomes().back() == "none switched_off");
}

TEST_CASE("what is hinted as something else is corrected, and its rule's author told", "[delivering]") {
  Desk desk;
  desk.assets.known["/app.js"] = {.status = 200, .type = "text/javascript"};
  desk.assets.known["/page.html"] = {.status = 200, .type = "text/html"};
  desk.delivering().deliver(desk.list({"/app.js", "/page.html"}), false);
  CHECK(desk.world.done == Texts{"hinted /app.js", "/app.js is text/javascript", "hinted /page.html",
                                 "/page.html is text/html: nothing fits", "announced /app.js",
                                 "103 </app.js>; rel=preload; as=script"});
  CHECK(desk.outcomes() == Texts{"early_hints sent", "none wrong_type"});
  CHECK(desk.decisions.list.entries()[0].hint.kind == Kind::script);
}

TEST_CASE("what fits no kind is not in Link either", "[delivering]") {
  Desk desk;
  desk.test.request.protocol = "HTTP/1.1";
  desk.assets.known["/page.html"] = {.status = 200, .type = "text/html"};
  desk.delivering().deliver(desk.list({"/a.css", "/page.html"}), false);
  CHECK(desk.outcomes() == Texts{"link not_http2", "none wrong_type"});
  CHECK(final_links(desk.decisions, desk.world, {}, false).size() == 1);
}

TEST_CASE("who gets Link alone costs one question for each asset's type", "[delivering]") {
  Desk desk;
  desk.test.request.protocol = "HTTP/1.1";
  desk.assets.known["/b.js"] = {.status = 200, .type = "text/javascript"};
  desk.delivering().deliver(desk.list({"/a.css", "/b.js", "https://elsewhere.example/c.css"}), false);
  CHECK(desk.assets.asked == Texts{"type of /a.css", "type of /b.js"});
}

TEST_CASE("a font that turns out to be a script loses what only fonts need", "[delivering]") {
  Desk desk;
  desk.assets.known["/x"] = {.status = 200, .type = "text/javascript"};
  PushList list;
  Hint font = hint(Kind::font, "/x");
  font.crossorigin = own_crossorigin(Kind::font);
  font.type = "font/woff2";
  list.add(font, &desk.rule);
  desk.delivering().deliver(list, false);
  const Hint& corrected = desk.decisions.list.entries()[0].hint;
  CHECK(corrected.crossorigin == CrossOrigin::none);
  CHECK(corrected.type.empty());
}

TEST_CASE("what a conditional request waits for is pushed once its answer is a page", "[delivering]") {
  Desk desk(true);
  desk.fields.push_back({"if-none-match", "\"1\""});
  desk.delivering().deliver(desk.list({"/a.css"}), false);
  CHECK(desk.outcomes() == Texts{"link conditional_request"});
  CHECK(waits_for_head(desk.decisions, 200));
  CHECK_FALSE(waits_for_head(desk.decisions, 304));

  SECTION("which it is") {
    desk.delivering().head_came(200);
    desk.delivering().deliver(of_application("/own.css"), true);
    CHECK(desk.world.done == Texts{"hinted /a.css", "announced /a.css", "promise /a.css late", "hinted /own.css",
                                   "announced /own.css", "promise /own.css late"});
    CHECK(desk.outcomes() == Texts{"push sent", "push sent"});
  }
  SECTION("which it is not") {
    desk.world.at.unchanged = true;
    desk.delivering().head_came(304);
    CHECK(desk.outcomes() == Texts{"link conditional_request"});
  }
}

TEST_CASE("the final Link is the whole list but what does not belong there", "[delivering]") {
  Desk desk;
  PushList list = desk.list({"/a.css"});
  list.add(hint(Kind::style, "/mine.css"), &desk.rule, true);
  desk.world.at.answer_ready = true;
  desk.delivering().deliver(list, false);
  const PushList own = of_application("/own.css");
  desk.delivering().head_came(200);
  desk.delivering().deliver(own, true);
  CHECK(desk.outcomes() == Texts{"link answer_ready", "link answer_ready", "link early_hints_too_late"});

  SECTION("for the visitor alone") {
    CHECK(final_links(desk.decisions, desk.world, own, false) ==
          Texts{"</a.css>; rel=preload; as=style", "</mine.css>; rel=preload; as=style"});
  }
  SECTION("where a shared cache may store it") {
    CHECK(final_links(desk.decisions, desk.world, own, true) == Texts{"</a.css>; rel=preload; as=style"});
    CHECK(desk.outcomes()[1] == "none shared_cache");
  }
  SECTION("where Link was switched off meanwhile") {
    desk.world.off = Switches(std::vector<Switch>{Switch{"", "page", How::link}});
    CHECK(final_links(desk.decisions, desk.world, own, false).empty());
    CHECK(desk.outcomes()[0] == "none switched_off");
  }
  SECTION("where the application says something else now") {
    CHECK(final_links(desk.decisions, desk.world, {}, false).size() == 3);
  }
}

TEST_CASE("of what goes nowhere it is told first that it is missing", "[delivering]") {
  Desk desk(true);
  desk.assets.known["/gone.css"] = {.status = 404};
  desk.assets.known["/moved.css"] = {.status = 301};
  PushList list;
  for (const char* path : {"/gone.css", "/moved.css", "/sent.css"}) list.add(hint(Kind::style, path), &desk.rule, true);
  desk.assets.sent_paths.insert("/sent.css");
  desk.delivering().deliver(list, false);
  CHECK(final_links(desk.decisions, desk.world, {}, true).empty());
  CHECK(desk.outcomes() == Texts{"none asset_failed", "none asset_redirects", "none shared_cache"});
}

TEST_CASE("what waited for the head goes behind the page last, too", "[delivering]") {
  Desk desk(true);
  desk.fields.push_back({"if-none-match", "\"1\""});
  desk.world.at.own_push_room = 1;
  PushList list;
  Hint hero = hint(Kind::image, "/hero.jpg");
  hero.priority = PushPriority::after;
  list.add(hero, &desk.rule);
  list.add(hint(Kind::style, "/a.css"), &desk.rule);
  desk.delivering().deliver(list, false);
  CHECK(desk.outcomes() == Texts{"link conditional_request", "link conditional_request"});
  desk.delivering().head_came(200);
  CHECK(desk.outcomes() == Texts{"link push_limit", "push sent"});
  CHECK(desk.decisions.spending.bytes() == desk.decisions.delivered[1].bytes);
}

TEST_CASE("hints help pages that come", "[delivering]") {
  CHECK(takes_hints("GET", 200));
  CHECK(takes_hints("HEAD", 304));
  CHECK_FALSE(takes_hints("POST", 200));
  CHECK_FALSE(takes_hints("GET", 302));
  CHECK_FALSE(takes_hints("GET", 404));
}

TEST_CASE("what is told at the end has shadow rules and what is switched off behind it", "[delivering]") {
  Desk desk;
  desk.delivering().deliver(desk.list({"/a.css"}), false);
  desk.decisions.shadow.add(hint(Kind::style, "/s.css"), &desk.rule);
  desk.decisions.switched_off.add(hint(Kind::style, "/o.css"), nullptr);
  const auto records = records_of(desk.decisions);
  REQUIRE(records.size() == 3);
  CHECK(records_of_list(desk.decisions).size() == 1);
  CHECK(records[0].rule == "page");
  CHECK(records[1].reason == Reason::shadow);
  CHECK(records[2].reason == Reason::switched_off);
  CHECK(records[2].rule == "application");
}
