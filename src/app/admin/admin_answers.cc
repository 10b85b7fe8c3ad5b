// SPDX-License-Identifier: MIT
#include "app/admin/admin_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/admin/admin_json.h"
#include "base/text.h"
#include "observe/prometheus.h"

namespace outrider::app {
namespace {

constexpr std::int64_t longest_off_s = 366 * 86'400;

/// Becomes an answer with "error".
struct Refusal {
  int status;
  std::string message;
};

http::AdminResponse refuse(int status, std::string message) {
  return {status, "application/json", dump(Json{{"error", std::move(message)}})};
}

/// The members of a body that is a JSON object, each checked when it is taken.
class Body {
 public:
  explicit Body(const std::string& text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
    json_ = Json::parse(text, nullptr, false);
    if (json_.is_discarded() || !json_.is_object()) throw Refusal{400, "the body is no JSON object"};
  }

  bool boolean(const char* name) { return take(name, &Json::is_boolean, "true or false", false); }
  std::string text(const char* name) { return take(name, &Json::is_string, "a string", std::string()); }
  /// 0 where it is missing or null.
  std::int64_t number(const char* name, std::int64_t most) {
    // One beyond an int64_t would come out of take() as another.
    const std::string found = json_.contains(name) ? json_[name].dump() : std::string();
    const auto value = take(name, &Json::is_number_integer, "a whole number", std::int64_t{0});
    if (found.empty() || found == "null" || (value >= 1 && value <= most && found == std::to_string(value)))
      return value;
    throw Refusal{400, fmt::format("\"{}\": expected a whole number from 1 to {}, found {}", name, most, found)};
  }
  /// Nothing may be left that nobody asked for.
  void end() const {
    for (const auto& [name, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      throw Refusal{400, fmt::format("unknown member \"{}\"{}", name, did_you_mean(name, known_))};
    }
  }

 private:
  template <class Value>
  Value take(const char* name, bool (Json::*is)() const noexcept, const char* expected, Value standard) {
    known_.emplace_back(name);
    if (!json_.contains(name) || json_[name].is_null()) return standard;
    if (!(json_[name].*is)()) throw Refusal{400, fmt::format("\"{}\": expected {}", name, expected)};
    return json_[name].get<Value>();
  }

  Json json_ = Json::object();
  std::vector<std::string_view> known_;
};

http::AdminResponse answer_of(const ReloadOutcome& outcome, bool dry_run) {
  Json json{{"ok", outcome.fine}};
  if (outcome.fine && !dry_run) json["changed"] = outcome.changed;
  json["generation"] = outcome.generation;
  json["digest"] = outcome.digest;
  json["rules"] = outcome.rules;
  if (outcome.fine) json["needs_restart"] = outcome.needs_restart;
  if (dry_run && outcome.fine) json["difference"] = outcome.difference;
  if (!outcome.fine) json["problems"] = Json::array();
  for (const Problem& problem : outcome.problems) {
    json["problems"].push_back({{"file", problem.place.file},
                                {"line", problem.place.line},
                                {"message", problem.message},
                                {"text", problem.text()}});
  }
  return {outcome.fine ? 200 : 422, "application/json", dump(json)};
}

push::Switch switch_of(Body& body) {
  push::Switch what;
  what.site = lower_case(body.text("site"));
  what.rule = body.text("rule");
  const std::string delivery = body.text("delivery");
  if (delivery.empty()) return what;
  for (const push::How how : {push::How::push, push::How::early_hints, push::How::link}) {
    if (push::name_of(how) == delivery) what.delivery = how;
  }
  if (what.delivery) return what;
  throw Refusal{400, fmt::format("\"delivery\": expected \"push\", \"early_hints\" or \"link\", found \"{}\"{}",
                                 delivery, did_you_mean(delivery, {"push", "early_hints", "link"}))};
}

using Reply = http::AdminReply;

void status(const http::AdminRequest&, const Reply& reply, AdminOperations& operations) {
  operations.facts([reply](const StatusFacts& facts) { reply({200, "application/json", status_json(facts)}); });
}

void generations(const http::AdminRequest&, const Reply& reply, AdminOperations& operations) {
  operations.facts([reply](const StatusFacts& facts) { reply({200, "application/json", generations_json(facts)}); });
}

void metrics(const http::AdminRequest&, const Reply& reply, AdminOperations& operations) {
  operations.facts([reply](const StatusFacts& facts) {
    reply({200, observe::prometheus_content_type, metrics_text(facts)});
  });
}

void reload(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body body(request.body);
  ReloadWish wish;
  wish.origin = {"reload", request.who};
  wish.dry_run = body.boolean("dry_run");
  wish.skip_tests = body.boolean("skip_tests");
  body.end();
  wish.done = [reply, dry_run = wish.dry_run](const ReloadOutcome& outcome) { reply(answer_of(outcome, dry_run)); };
  operations.ask(std::move(wish));
}

void rollback(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body body(request.body);
  ReloadWish wish;
  wish.kind = ReloadWish::Kind::rollback;
  wish.origin = {"rollback", request.who};
  wish.target = static_cast<std::uint64_t>(body.number("generation", std::int64_t{1} << 53));
  body.end();
  wish.why = "rolled back by " + request.who;
  wish.done = [reply](const ReloadOutcome& outcome) { reply(answer_of(outcome, false)); };
  operations.ask(std::move(wish));
}

void off(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body body(request.body);
  OffSwitches::Entry entry;
  entry.what = switch_of(body);
  const std::int64_t seconds = body.number("for_s", longest_off_s);
  body.end();
  entry.since = std::chrono::system_clock::now();
  if (seconds > 0) entry.until = entry.since + std::chrono::seconds(seconds);
  entry.who = request.who;
  Json json{{"ok", true}, {"off", describe(entry.what)}};
  if (entry.until) json["until"] = rfc3339(*entry.until);
  const auto done = [reply, json] { reply({200, "application/json", dump(json)}); };
  if (auto switched = operations.off(std::move(entry), done); !switched) throw Refusal{422, switched.error().message};
}

void on(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body body(request.body);
  const push::Switch what = switch_of(body);
  body.end();
  operations.on(what, request.who, [reply, what](std::size_t count) {
    if (count == 0 && !(what == push::Switch{})) {
      return reply(refuse(422, describe(what) + " was not off; \"outrider status\" shows first what is"));
    }
    reply({200, "application/json", dump(Json{{"ok", true}, {"on", describe(what)}, {"switches", count}})});
  });
}

void drain(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body(request.body).end();
  operations.drain(request.who);
  reply({200, "application/json", dump(Json{{"ok", true}, {"draining", true}})});
}

void undrain(const http::AdminRequest& request, const Reply& reply, AdminOperations& operations) {
  Body(request.body).end();
  operations.undrain(request.who);
  reply({200, "application/json", dump(Json{{"ok", true}, {"draining", false}})});
}

struct Route {
  std::string_view method, path;
  void (*answer)(const http::AdminRequest&, const Reply&, AdminOperations&);
};

constexpr std::array<Route, 9> routes{{
    {"GET", "/v1/status", status},
    {"GET", "/v1/generations", generations},
    {"GET", "/metrics", metrics},
    {"POST", "/v1/reload", reload},
    {"POST", "/v1/rollback", rollback},
    {"POST", "/v1/off", off},
    {"POST", "/v1/on", on},
    {"POST", "/v1/drain", drain},
    {"POST", "/v1/undrain", undrain},
}};

std::string all_paths() {
  std::string paths;
  for (const Route& route : routes) paths += fmt::format("{}{}", paths.empty() ? "" : ", ", route.path);
  return paths;
}

}  // namespace

void answer_admin(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations) {
  const auto route =
      std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return one.path == request.path; });
  if (route == routes.end()) {
    return reply(refuse(404, fmt::format("there is nothing at {}; there are {}", request.path, all_paths())));
  }
  if (request.method != route->method && !(request.method == "HEAD" && route->method == "GET")) {
    return reply(
        refuse(405, fmt::format("{} is not possible at {}; {} is", request.method, request.path, route->method)));
  }
  try {
    route->answer(request, reply, operations);
  } catch (const Refusal& refusal) {
    reply(refuse(refusal.status, refusal.message));
  }
}

}  // namespace outrider::app
