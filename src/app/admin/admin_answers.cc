// SPDX-License-Identifier: MIT
#include "app/admin/admin_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/admin/admin_body.h"
#include "app/admin/explain_answers.h"
#include "base/text.h"
#include "observe/prometheus.h"

namespace outrider::app {
namespace {

constexpr std::int64_t longest_off_s = 366 * 86'400;

http::AdminResponse reload_response(const ReloadOutcome& outcome, bool dry_run) {
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
  wish.done = [reply, dry_run = wish.dry_run](const ReloadOutcome& outcome) { reply(reload_response(outcome, dry_run)); };
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
  wish.done = [reply](const ReloadOutcome& outcome) { reply(reload_response(outcome, false)); };
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

constexpr std::array<Route, 11> routes{{
    {"GET", "/v1/status", status},
    {"GET", "/v1/generations", generations},
    {"GET", "/metrics", metrics},
    {"POST", "/v1/reload", reload},
    {"POST", "/v1/rollback", rollback},
    {"POST", "/v1/off", off},
    {"POST", "/v1/on", on},
    {"POST", "/v1/drain", drain},
    {"POST", "/v1/undrain", undrain},
    {"POST", "/v1/explain", explain_one},
    {"POST", "/v1/request", recent_one},
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
