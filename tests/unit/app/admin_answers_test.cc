// SPDX-License-Identifier: MIT
#include "app/admin/admin_answers.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "app/admin/explain_answers.h"

#include "status_facts.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// Notes what it is told and answers what it was given.
class FakeOperations final : public AdminOperations {
 public:
  void facts(std::function<void(const StatusFacts&)> done) override { done(example_facts()); }
  void ask(ReloadWish wish) override {
    wishes.push_back(wish);
    wish.done(outcome);
  }
  Result<void> off(OffSwitches::Entry entry, std::function<void()> done) override {
    if (!refuse_off.empty()) return failure(refuse_off);
    offs.push_back(std::move(entry));
    done();
    return {};
  }
  void on(const push::Switch& what, const std::string& who, std::function<void(std::size_t)> done) override {
    ons.emplace_back(what, who);
    done(switches);
  }
  void drain(const std::string& who) override { drains.push_back(who); }
  void undrain(const std::string& who) override { undrains.push_back(who); }
  Result<void> explain(const Asked& asked, std::function<void(const Result<Json>&)> done) override {
    if (asked.url == "nonsense") return failure("\"nonsense\" is no URL");
    asks.push_back(asked);
    done(explanation);
    return {};
  }
  void recent(const std::string& id, std::function<void(const Result<Json>&)> done) override {
    ids.push_back(id);
    done(explanation);
  }
  bool nothing_was_asked() const {
    return wishes.empty() && offs.empty() && ons.empty() && drains.empty() && undrains.empty() && asks.empty() &&
           ids.empty();
  }

  std::vector<ReloadWish> wishes;
  ReloadOutcome outcome{true, true, true, 3, "d1g", 14, {}, {}, {"workers: …"}};
  std::string refuse_off;
  std::vector<OffSwitches::Entry> offs;
  std::size_t switches = 1;
  std::vector<std::pair<push::Switch, std::string>> ons;
  std::vector<std::string> drains, undrains;
  std::vector<Asked> asks;
  std::vector<std::string> ids;
  Result<Json> explanation = Json{{"entries", Json::array()}};
};

struct Answer {
  int status = 0;
  std::string type;
  json body;
  std::string text;
};

Answer ask(FakeOperations& operations, const std::string& method, const std::string& path,
           const std::string& body = {}) {
  Answer answer;
  int times = 0;
  http::AdminRequest request;
  request.method = method;
  request.path = path;
  request.body = body;
  request.who = "root (pid 7)";
  answer_admin(
      request,
      [&](const http::AdminResponse& response) {
        ++times;
        answer.status = response.status;
        answer.type = response.content_type;
        answer.text = response.body;
        answer.body = json::parse(response.body, nullptr, false);
      },
      operations);
  CHECK(times == 1);
  return answer;
}

Answer post(FakeOperations& operations, const std::string& path, const std::string& body = {}) {
  return ask(operations, "POST", path, body);
}

/// The text of an answer that refuses with `status`; the operations must not have been touched.
std::string refusal(int status, const std::string& path, const std::string& body) {
  FakeOperations operations;
  const Answer answer = post(operations, path, body);
  INFO(answer.text);
  CHECK(answer.status == status);
  CHECK(operations.nothing_was_asked());
  return answer.body.value("error", "");
}

}  // namespace

TEST_CASE("admin: status, generations and metrics") {
  FakeOperations operations;
  CHECK(ask(operations, "GET", "/v1/status").text == status_json(example_facts()));
  CHECK(ask(operations, "GET", "/v1/status").type == "application/json");
  CHECK(ask(operations, "HEAD", "/v1/status").status == 200);
  CHECK(ask(operations, "GET", "/v1/generations").body["live"] == 2);
  const Answer metrics = ask(operations, "GET", "/metrics");
  CHECK(metrics.text == metrics_text(example_facts()));
  CHECK(metrics.type == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("admin: what is not there, and methods that are not possible") {
  FakeOperations operations;
  for (const char* path : {"/", "/v1/status/", "/v1", "/V1/STATUS", "/v1/reload2", "/\xff"}) {
    INFO(path);
    const Answer answer = ask(operations, "GET", path);
    CHECK(answer.status == 404);
    CHECK(answer.type == "application/json");
    CHECK_THAT(answer.body["error"].get<std::string>(), Contains("/v1/status") && Contains("/metrics"));
  }
  const auto wrong = [&](const char* method, const char* path) {
    const Answer answer = ask(operations, method, path);
    CHECK(answer.status == 405);
    return answer.body.value("error", "");
  };
  CHECK(wrong("POST", "/v1/status") == "POST is not possible at /v1/status; GET is");
  CHECK(wrong("GET", "/v1/reload") == "GET is not possible at /v1/reload; POST is");
  CHECK(wrong("HEAD", "/v1/drain") == "HEAD is not possible at /v1/drain; POST is");
  wrong("DELETE", "/metrics");
  wrong("get", "/metrics");
  CHECK(operations.nothing_was_asked());
}

TEST_CASE("admin: a reload answers what became of it") {
  FakeOperations operations;
  const Answer answer = post(operations, "/v1/reload");
  CHECK(answer.status == 200);
  CHECK(answer.body == json::parse(R"({"ok": true, "changed": true, "generation": 3, "digest": "d1g", "rules": 14,
                                       "needs_restart": ["workers: …"]})"));
  const ReloadWish& wish = operations.wishes.at(0);
  CHECK(wish.kind == ReloadWish::Kind::reload);
  CHECK(wish.origin.cause == "reload");
  CHECK(wish.origin.who == "root (pid 7)");
  CHECK_FALSE(wish.dry_run);
  CHECK_FALSE(wish.skip_tests);
  CHECK_FALSE(wish.only_news);

  post(operations, "/v1/reload", " {\"skip_tests\": true, \"dry_run\": null}\n");
  CHECK(operations.wishes.at(1).skip_tests);
  CHECK_FALSE(operations.wishes.at(1).dry_run);
}

TEST_CASE("admin: a dry run answers the difference, and nothing of a change") {
  FakeOperations operations;
  operations.outcome.changed = false;
  operations.outcome.difference = {"~ rules/shop.lua"};
  const Answer answer = post(operations, "/v1/reload", R"({"dry_run": true})");
  CHECK(operations.wishes.at(0).dry_run);
  CHECK(answer.status == 200);
  CHECK(answer.body["difference"] == json::parse(R"(["~ rules/shop.lua"])"));
  CHECK_FALSE(answer.body.contains("changed"));
}

TEST_CASE("admin: a reload that is refused says every problem, as check would") {
  FakeOperations operations;
  operations.outcome = {};
  operations.outcome.generation = 2;
  operations.outcome.digest = "old";
  operations.outcome.problems = {{{"rules/a.lua", 3}, "rule \"\xff\": bad"}, {{}, "the token"}};
  for (const char* body : {"", R"({"dry_run": true})"}) {
    const Answer answer = post(operations, "/v1/reload", body);
    CHECK(answer.status == 422);
    CHECK(answer.body["ok"] == false);
    CHECK(answer.body["generation"] == 2);
    CHECK(answer.body["digest"] == "old");
    CHECK_FALSE(answer.body.contains("changed"));
    CHECK_FALSE(answer.body.contains("difference"));
    REQUIRE(answer.body["problems"].size() == 2);
    CHECK(answer.body["problems"][0] == json::parse(R"({"file": "rules/a.lua", "line": 3, "message": "rule \"�\": bad",
                                                        "text": "rules/a.lua:3: rule \"�\": bad"})"));
    CHECK(answer.body["problems"][1]["text"] == "the token");
  }
}

TEST_CASE("admin: rollback to the one before, or to a number") {
  FakeOperations operations;
  CHECK(post(operations, "/v1/rollback").status == 200);
  CHECK(post(operations, "/v1/rollback", R"({"generation": 41})").body["generation"] == 3);
  CHECK(post(operations, "/v1/rollback", R"({"generation": null})").status == 200);
  REQUIRE(operations.wishes.size() == 3);
  CHECK(operations.wishes[0].kind == ReloadWish::Kind::rollback);
  CHECK(operations.wishes[0].target == 0);
  CHECK(operations.wishes[0].why == "rolled back by root (pid 7)");
  CHECK(operations.wishes[1].target == 41);
  CHECK(operations.wishes[2].target == 0);
}

TEST_CASE("admin: off, for all and for one thing, for ever and for a while") {
  FakeOperations operations;
  const Answer all = post(operations, "/v1/off", "{}");
  CHECK(all.status == 200);
  CHECK(all.body == json::parse(R"({"ok": true, "off": "all hints"})"));
  CHECK(operations.offs.at(0).what == push::Switch{});
  CHECK_FALSE(operations.offs.at(0).until);
  CHECK(operations.offs.at(0).who == "root (pid 7)");

  const Answer one =
      post(operations, "/v1/off", R"({"site": "WWW.Example", "rule": "Cart", "delivery": "early_hints", "for_s": 90})");
  CHECK(one.body["off"] == "early_hints of rule \"Cart\" of site www.example");
  const OffSwitches::Entry& entry = operations.offs.at(1);
  CHECK(entry.what == push::Switch{"www.example", "Cart", push::How::early_hints});
  REQUIRE(entry.until);
  CHECK(*entry.until - entry.since == std::chrono::seconds(90));
  CHECK(one.body["until"] == rfc3339(*entry.until));
  CHECK(post(operations, "/v1/off", R"({"for_s": null})").status == 200);
}

TEST_CASE("admin: off of what is not there is refused") {
  FakeOperations operations;
  operations.refuse_off = "there is no site \"x\" in the configuration";
  const Answer answer = post(operations, "/v1/off", R"({"site": "x"})");
  CHECK(answer.status == 422);
  CHECK(answer.body["error"] == "there is no site \"x\" in the configuration");
}

TEST_CASE("admin: on takes back, and says so where nothing was off") {
  FakeOperations operations;
  operations.switches = 2;
  CHECK(post(operations, "/v1/on").body == json::parse(R"({"ok": true, "on": "all hints", "switches": 2})"));
  CHECK(post(operations, "/v1/on", R"({"delivery": "link"})").status == 200);
  CHECK(operations.ons.at(1).first == push::Switch{"", "", push::How::link});
  CHECK(operations.ons.at(1).second == "root (pid 7)");
  operations.switches = 0;
  CHECK(post(operations, "/v1/on", "{}").status == 200);
  const Answer nothing = post(operations, "/v1/on", R"({"rule": "cart"})");
  CHECK(nothing.status == 422);
  CHECK_THAT(nothing.body["error"].get<std::string>(), Contains("rule \"cart\" was not off"));
}

TEST_CASE("admin: drain and undrain") {
  FakeOperations operations;
  CHECK(post(operations, "/v1/drain").body == json::parse(R"({"ok": true, "draining": true})"));
  CHECK(post(operations, "/v1/undrain", "{}").body == json::parse(R"({"ok": true, "draining": false})"));
  CHECK(operations.drains == std::vector<std::string>{"root (pid 7)"});
  CHECK(operations.undrains == std::vector<std::string>{"root (pid 7)"});
}

TEST_CASE("admin: bodies that are wrong do nothing and say what is wrong") {
  for (const char* path : {"/v1/reload", "/v1/rollback", "/v1/off", "/v1/on", "/v1/drain", "/v1/undrain"}) {
    INFO(path);
    for (const char* body : {"{", "[]", "5", "null", "\"x\"", "dry_run=true", "{\"a\": \"\xff\"}", "{} {}"}) {
      INFO(body);
      CHECK(refusal(400, path, body) == "the body is no JSON object");
    }
    CHECK_THAT(refusal(400, path, R"({"unheard": 1})"), Contains("unknown member \"unheard\""));
  }
  CHECK(refusal(400, "/v1/reload", R"({"dry_rum": true})") == "unknown member \"dry_rum\"; did you mean \"dry_run\"?");
  CHECK(refusal(400, "/v1/off", R"({"sites": "x"})") == "unknown member \"sites\"; did you mean \"site\"?");
  CHECK(refusal(400, "/v1/reload", R"({"dry_run": "yes"})") == "\"dry_run\": expected true or false");
  CHECK(refusal(400, "/v1/rollback", R"({"generation": "41"})") == "\"generation\": expected a whole number");
  CHECK(refusal(400, "/v1/rollback", R"({"generation": 1.5})") == "\"generation\": expected a whole number");
  CHECK(refusal(400, "/v1/off", R"({"site": 7})") == "\"site\": expected a string");
  CHECK(refusal(400, "/v1/off", R"({"rule": ["x"]})") == "\"rule\": expected a string");
  CHECK(refusal(400, "/v1/off", R"({"delivery": "psh"})") ==
        "\"delivery\": expected \"push\", \"early_hints\" or \"link\", found \"psh\"; did you mean \"push\"?");
  CHECK_THAT(refusal(400, "/v1/on", R"({"delivery": "none"})"), Contains("found \"none\""));
}

TEST_CASE("admin: numbers out of their range are refused as they were written") {
  CHECK(refusal(400, "/v1/rollback", R"({"generation": 0})") ==
        "\"generation\": expected a whole number from 1 to 9007199254740992, found 0");
  CHECK_THAT(refusal(400, "/v1/rollback", R"({"generation": -3})"), Contains("found -3"));
  CHECK_THAT(refusal(400, "/v1/rollback", R"({"generation": 18446744073709551615})"),
             Contains("found 18446744073709551615"));
  // As an int64_t this would be 1.
  CHECK_THAT(refusal(400, "/v1/rollback", R"({"generation": 18446744073709551617})"), Contains("a whole number"));
  CHECK_THAT(refusal(400, "/v1/off", R"({"for_s": 0})"), Contains("from 1 to 31622400, found 0"));
  CHECK_THAT(refusal(400, "/v1/off", R"({"for_s": 31622401})"), Contains("found 31622401"));
  FakeOperations operations;
  CHECK(post(operations, "/v1/off", R"({"for_s": 31622400})").status == 200);
}

TEST_CASE("what is asked about a request comes as it was typed", "[admin]") {
  FakeOperations operations;
  Asked asked;
  asked.url = "/page?x=1";
  asked.method = "HEAD";
  asked.headers = {"Accept: text/css"};
  asked.cookies = {"a=1"};
  asked.client = "chromium=102";
  asked.address = "192.0.2.7";
  asked.country = "nl";
  asked.rtt_ms = 40;
  asked.think_ms = 0;
  asked.response = "HTTP/2 200";
  const Answer answer = ask(operations, "POST", "/v1/explain", body_of(asked));
  CHECK(answer.status == 200);
  CHECK(answer.body.contains("entries"));
  REQUIRE(operations.asks.size() == 1);
  const Asked& came = operations.asks.front();
  CHECK(came.url == asked.url);
  CHECK(came.method == asked.method);
  CHECK(came.headers == asked.headers);
  CHECK(came.cookies == asked.cookies);
  CHECK(came.client == asked.client);
  CHECK(came.address == asked.address);
  CHECK(came.country == asked.country);
  CHECK(came.rtt_ms == asked.rtt_ms);
  CHECK(came.think_ms == asked.think_ms);
  CHECK(came.response == asked.response);
  CHECK(ask(operations, "POST", "/v1/explain", R"({"url": "/"})").status == 200);
  CHECK(operations.asks.back().method == "GET");
  CHECK_FALSE(operations.asks.back().think_ms);
}

TEST_CASE("a question that cannot be answered is refused with the reason", "[admin]") {
  FakeOperations operations;
  CHECK(ask(operations, "POST", "/v1/explain", "{}").status == 400);
  CHECK(ask(operations, "POST", "/v1/explain", R"({"url": "/", "think_ms": 3600001})").status == 400);
  CHECK(ask(operations, "POST", "/v1/request", "{}").status == 400);
  CHECK(ask(operations, "POST", "/v1/request", R"({"id": "0123456789abcdeg"})").status == 400);
  CHECK(operations.nothing_was_asked());
  CHECK(ask(operations, "POST", "/v1/explain", R"({"url": "nonsense"})").status == 422);
  operations.explanation = failure("nobody knows");
  const Answer unknown = ask(operations, "POST", "/v1/request", R"({"id": "0123456789ABCDEF"})");
  CHECK(unknown.status == 404);
  CHECK(unknown.body["error"] == "nobody knows");
  CHECK(operations.ids == std::vector<std::string>{"0123456789abcdef"});
  CHECK(ask(operations, "POST", "/v1/explain", R"({"url": "/"})").status == 503);
}
