// SPDX-License-Identifier: MIT
#include "app/admin/explanations.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;

namespace {

Asked asked_about(const std::string& url, const std::string& address = {}) {
  Asked asked;
  asked.url = url;
  asked.address = address;
  return asked;
}

/// Of a worker that would deliver one hint so.
LiveAnswer answer_of(const Asked& asked, push::How how, push::Reason reason, std::uint64_t generation = 3) {
  LiveAnswer live;
  auto rules = std::make_shared<push::WorkerRules>();
  rules->generation = generation;
  rules->digest = "d1g";
  live.rules = rules;
  live.question = std::make_shared<const Question>(*question_of(asked, config::Config()));
  live.answer.made = live.question->request;
  live.answer.assets.resize(1);
  push::Decisions& decisions = live.answer.rehearsed.decisions;
  push::Hint hint;
  hint.kind = push::Kind::style;
  hint.url = "/a.css";
  decisions.list.add(hint, nullptr);
  decisions.delivered.push_back({how, reason});
  return live;
}

http::RehearsedConnection connection_since(std::uint64_t ms) {
  http::RehearsedConnection connection;
  connection.address = "192.0.2.7";
  connection.protocol = "HTTP/2";
  connection.since_ms = ms;
  return connection;
}

}  // namespace

TEST_CASE("the first worker that answers is told, and who does not is named", "[explanations]") {
  const Asked asked = asked_about("https://www.example.com/");
  std::vector<std::optional<LiveAnswer>> answers(3);
  CHECK_FALSE(live_explanation(answers, asked, false));
  answers[1] = answer_of(asked, push::How::push, push::Reason::sent);
  answers[2] = answer_of(asked, push::How::push, push::Reason::sent);
  const Json json = *live_explanation(answers, asked, true);
  CHECK(json["generation"] == 3);
  CHECK(json["digest"] == "d1g");
  CHECK(json["live"] ==
        Json{{"worker", 1}, {"workers", 3}, {"silent_workers", {0}}, {"alike", true}, {"disk_differs", true}});
  CHECK(json["entries"][0]["how"] == "push");
}

TEST_CASE("it is said where the workers would not decide alike", "[explanations]") {
  const Asked asked = asked_about("https://www.example.com/");
  std::vector<std::optional<LiveAnswer>> answers(2);
  answers[0] = answer_of(asked, push::How::push, push::Reason::sent);
  answers[1] = answer_of(asked, push::How::link, push::Reason::asset_failed);
  const Json json = *live_explanation(answers, asked, false);
  CHECK(json["live"]["worker"] == 0);
  CHECK(json["live"]["alike"] == false);
}

TEST_CASE("the worker with the client's newest connection is told", "[explanations]") {
  const Asked asked = asked_about("https://www.example.com/", "192.0.2.7");
  std::vector<std::optional<LiveAnswer>> answers(3);
  for (auto& answer : answers) answer = answer_of(asked, push::How::push, push::Reason::sent);
  Json json = *live_explanation(answers, asked, false);
  CHECK(json["live"]["worker"] == 0);
  CHECK_THAT(json["assumptions"].dump(), Contains("192.0.2.7 has no open connection by https"));
  answers[1]->answer.connection = connection_since(20);
  answers[2]->answer.connection = connection_since(10);
  answers[1]->answer.rehearsed.decisions.delivered[0] = {push::How::link, push::Reason::already_sent};
  json = *live_explanation(answers, asked, false);
  CHECK(json["live"]["worker"] == 1);
  CHECK(json["live"]["alike"] == true);  // the others do not know the connection
  CHECK(json["live"]["connection"]["address"] == "192.0.2.7");
  CHECK(json["assumptions"].empty());
}

TEST_CASE("a request that nobody remembers is answered with what is remembered", "[explanations]") {
  std::vector<std::optional<RecentAnswer>> answers(3);
  answers[0].emplace();
  answers[1].emplace();
  auto none = recent_explanation(answers, "0123456789abcdef");
  REQUIRE_FALSE(none);
  CHECK_THAT(none.error().message, Contains("none is remembered yet"));
  CHECK_THAT(none.error().message, Contains("worker 2 does not answer"));
  const std::chrono::system_clock::time_point early{std::chrono::seconds(1'800'000'000)};
  answers[0]->kept = {10, early + std::chrono::seconds(5)};
  answers[1]->kept = {7, early};
  none = recent_explanation(answers, "0123456789abcdef");
  CHECK_THAT(none.error().message, Contains("17 are remembered, the oldest from 2027-01-15T08:00:00Z"));
}

TEST_CASE("a request that is remembered is told in the shape of an explanation", "[explanations]") {
  using What = push::RuleMark::What;
  push::RecentRequest request;
  request.id = "0123456789abcdef";
  request.method = "GET";
  request.scheme = "https";
  request.authority = "www.example.com";
  request.path = "/page";
  request.protocol = "HTTP/2";
  request.generation = 4;
  request.rules.resize(3);
  request.rules[0].rule = "guest";
  request.rules[0].what = What::failed_condition;
  request.rules[0].condition = "no_cookie";
  request.rules[0].condition_place = {"rules/a.lua", 7};
  request.rules[1].rule = "home";
  request.rules[1].hints = 2;
  request.rules[1].final = true;
  request.rules[2].rule = "sale";
  request.rules[2].what = What::switched_off;
  request.entries.push_back({"/a.css", "home", push::How::push, push::Reason::sent});
  std::vector<std::optional<RecentAnswer>> answers(2);
  answers[1].emplace();
  answers[1]->request = request;
  Json json = *recent_explanation(answers, request.id);
  CHECK(json["request"]["url"] == "https://www.example.com/page");
  CHECK(json["generation"] == 4);
  CHECK(json["recent"]["worker"] == 1);
  CHECK_FALSE(json["recent"].contains("status"));
  CHECK(json["considered"][0]["state"] == "condition");
  CHECK(json["considered"][0]["condition"] == "\"no_cookie\" did not hold");
  CHECK(json["considered"][0]["condition_place"] == "rules/a.lua:7");
  CHECK(json["considered"][1]["state"] == "matched");
  CHECK(json["considered"][1]["hints"] == 2);
  CHECK(json["considered"][2]["state"] == "switched_off");
  CHECK(json["entries"][0] == Json{{"url", "/a.css"}, {"rule", "home"}, {"how", "push"}, {"reason", "sent"}});
  answers[1]->request->status = 200;
  json = *recent_explanation(answers, request.id);
  CHECK(json["recent"]["status"] == 200);
  // The path is remembered decoded.
  answers[1]->request->path = "/a?b#c%41 \n|é";
  json = *recent_explanation(answers, request.id);
  CHECK(json["request"]["url"] == "https://www.example.com/a%3Fb%23c%2541%20%0A|é");
}
