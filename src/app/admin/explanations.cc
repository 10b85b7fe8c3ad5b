// SPDX-License-Identifier: MIT
#include "app/admin/explanations.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/admin/status.h"
#include "app/offline/explain_json.h"
#include "push/url_bytes.h"

namespace outrider::app {
namespace {

/// The workers that did not answer.
std::vector<std::size_t> silent_of(const auto& answers) {
  std::vector<std::size_t> silent;
  for (std::size_t i = 0; i != answers.size(); ++i) {
    if (!answers[i]) silent.push_back(i);
  }
  return silent;
}

/// The index of the answer that is told, or the number of answers where there is none.
std::size_t chosen(const std::vector<std::optional<LiveAnswer>>& answers) {
  std::size_t best = answers.size();
  std::uint64_t newest = 0;
  for (std::size_t i = 0; i != answers.size(); ++i) {
    if (!answers[i]) continue;
    const auto& connection = answers[i]->answer.connection;
    const std::uint64_t since = connection ? connection->since_ms + 1 : 0;
    if (best == answers.size() || since > newest) {
      best = i;
      newest = since;
    }
  }
  return best;
}

/// What the client would get.
auto outcome_of(const Answer& answer) {
  std::vector<std::tuple<std::string, push::How, push::Reason>> entries;
  const push::Decisions& decisions = answer.rehearsed.decisions;
  for (std::size_t i = 0; i != decisions.delivered.size(); ++i) {
    const push::Delivered& delivered = decisions.delivered[i];
    entries.emplace_back(decisions.list.entries()[i].hint.url, delivered.how, delivered.reason);
  }
  return std::tuple(answer.status, std::move(entries), answer.rehearsed.early_links, answer.rehearsed.links);
}

Json connection_json(const http::RehearsedConnection& connection) {
  return {{"address", connection.address},
          {"protocol", connection.protocol},
          {"accepts_push", connection.accepts_push},
          {"requests", connection.requests},
          {"sent", connection.sent},
          {"promised_bytes", connection.promised_bytes}};
}

Json considered_json(const push::RecentRequest::Asked& rule) {
  using What = push::RuleMark::What;
  Json json{{"rule", rule.rule}, {"place", rule.place.text()}};
  if (rule.what == What::switched_off) {
    json["state"] = "switched_off";
  } else if (rule.what == What::matched) {
    json["state"] = "matched";
    json["hints"] = rule.hints;
  } else {
    json["state"] = rule.in_error ? "failed" : "condition";
    json["condition"] = rule.in_error ? "its function failed" : fmt::format("\"{}\" did not hold", rule.condition);
    json["condition_place"] = rule.condition_place.text();
  }
  if (rule.in_error) json["error"] = "something is wrong with it: the error log says what";
  if (rule.final) json["final"] = true;
  if (rule.shadow) json["shadow"] = true;
  return json;
}

/// A path is remembered decoded. Letters beyond ASCII stay readable.
std::string path_in_url(std::string_view path) {
  std::string url;
  for (const char c : path) {
    const bool is_text = static_cast<unsigned char>(c) >= 0x80 || push::stays_in_url(c, push::UrlPart::path);
    if (is_text && c != '%' && c != '?' && c != '#') {
      url += c;
    } else {
      push::append_percent_encoded(url, c);
    }
  }
  return url;
}

Json recent_json(const push::RecentRequest& request, std::size_t worker) {
  Json json{{"request",
             {{"method", request.method},
              {"url", fmt::format("{}://{}{}", request.scheme, request.authority, path_in_url(request.path))},
              {"protocol", request.protocol}}}};
  json["generation"] = request.generation;
  Json recent{{"id", request.id}, {"at", rfc3339(request.begun)}, {"client", request.client}, {"worker", worker}};
  if (request.status) recent["status"] = *request.status;
  recent["early_hints"] = request.early_hints;
  if (request.left_out > 0) recent["left_out"] = request.left_out;
  json["recent"] = std::move(recent);
  json["rules_fit"] = request.rules.size();
  json["considered"] = Json::array();
  for (const auto& rule : request.rules) json["considered"].push_back(considered_json(rule));
  json["entries"] = Json::array();
  for (const auto& entry : request.entries) {
    json["entries"].push_back(
        {{"url", entry.url}, {"rule", entry.rule}, {"how", name_of(entry.how)}, {"reason", name_of(entry.reason)}});
  }
  json["assumptions"] = Json::array();
  return json;
}

}  // namespace

Result<Json> live_explanation(const std::vector<std::optional<LiveAnswer>>& answers, const Asked& asked,
                              bool disk_differs) {
  const std::size_t told = chosen(answers);
  if (told == answers.size()) return failure("no worker answers: rules or a disk hold all of them up");
  const LiveAnswer& one = *answers[told];
  Json json = explain_json(*one.rules, *one.question, one.answer, asked.client);
  json["generation"] = one.rules->generation;
  Json live{{"worker", told}, {"workers", answers.size()}};
  if (const auto silent = silent_of(answers); !silent.empty()) live["silent_workers"] = silent;
  const bool has_connection = one.answer.connection.has_value();
  // What one of them knows of the connection, the others do not.
  live["alike"] = has_connection || std::all_of(answers.begin(), answers.end(), [&](const auto& other) {
                    return !other || outcome_of(other->answer) == outcome_of(one.answer);
                  });
  live["disk_differs"] = disk_differs;
  if (has_connection) live["connection"] = connection_json(*one.answer.connection);
  json["live"] = std::move(live);
  if (!asked.address.empty() && !has_connection && json.contains("assumptions")) {
    json["assumptions"].push_back(fmt::format("{} has no open connection by {}: it is as on a new one", asked.address,
                                              one.question->request.scheme));
  }
  return json;
}

Result<Json> recent_explanation(const std::vector<std::optional<RecentAnswer>>& answers, const std::string& id) {
  push::RecentRequests::Kept all;
  for (std::size_t i = 0; i != answers.size(); ++i) {
    if (!answers[i]) continue;
    if (answers[i]->request) return recent_json(*answers[i]->request, i);
    const push::RecentRequests::Kept& kept = answers[i]->kept;
    all.requests += kept.requests;
    if (kept.oldest && (!all.oldest || *kept.oldest < *all.oldest)) all.oldest = kept.oldest;
  }
  std::string message = fmt::format("nobody remembers the request {}: ", id);
  if (all.requests == 0) {
    message += "none is remembered yet; those are that some rule fits, or that were hinted something";
  } else {
    message += fmt::format(
        "{} are remembered, the oldest from {}; those are that some rule fits, or that were hinted something",
        all.requests, rfc3339(*all.oldest));
  }
  for (const std::size_t worker : silent_of(answers)) message += fmt::format("; worker {} does not answer", worker);
  return failure(std::move(message));
}

}  // namespace outrider::app
