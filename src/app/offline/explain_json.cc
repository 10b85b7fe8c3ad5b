// SPDX-License-Identifier: MIT
#include "app/offline/explain_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/offline/withheld.h"
#include "push/condition_text.h"
#include "push/delivering.h"
#include "push/names.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

void say(Json& json, const char* name, std::string_view text) {
  if (!text.empty()) json[name] = text;
}

Json options_of(const push::Hint& hint) {
  Json options = Json::object();
  if (hint.crossorigin != push::own_crossorigin(hint.kind)) say(options, "crossorigin", name_of(hint.crossorigin));
  if (hint.fetchpriority != push::FetchPriority::automatic) {
    say(options, "fetchpriority", name_of(hint.fetchpriority));
  }
  say(options, "priority", name_of(hint.priority));
  if (hint.nopush) options["nopush"] = true;
  if (hint.push_only) options["push_only"] = true;
  say(options, "type", hint.type);
  say(options, "integrity", hint.integrity);
  say(options, "media", hint.media);
  say(options, "imagesrcset", hint.imagesrcset);
  say(options, "imagesizes", hint.imagesizes);
  if (!hint.with.empty()) options["with"] = hint.with;
  return options;
}

Json hint_json(const push::Hint& hint) {
  Json json{{"kind", name_of(hint.kind)}, {"url", hint.url}};
  if (Json options = options_of(hint); !options.empty()) json["options"] = std::move(options);
  return json;
}

std::string_view name_of_fate(push::Returned::Fate fate) {
  using Fate = push::Returned::Fate;
  switch (fate) {
    case Fate::listed:
      return "listed";
    case Fate::repeats:
      return "repeats";
    case Fate::unusable:
      return "unusable";
    case Fate::no_room:
      return "no_room";
  }
  return {};
}

Json returned_json(const push::Returned& returned) {
  Json json = hint_json(returned.hint);
  json["fate"] = name_of_fate(returned.fate);
  if (returned.fate == push::Returned::Fate::repeats) {
    json["first"] = returned.first != nullptr ? returned.first->name : std::string("application");
  }
  say(json, "problem", returned.problem);
  return json;
}

/// The rule's index among the traces, or their number where it has none.
std::size_t trace_of(const Answer& answer, const push::Rule& rule) {
  const auto& traces = answer.rehearsed.traces;
  const auto found =
      std::find_if(traces.begin(), traces.end(), [&](const push::RuleTrace& trace) { return trace.rule == &rule; });
  return static_cast<std::size_t>(found - traces.begin());
}

void add_trace(Json& json, const push::RuleTrace& trace, const std::string& condition) {
  const push::Rule& rule = *trace.rule;
  if (trace.matched) {
    json["state"] = "matched";
  } else {
    json["state"] = trace.error.empty() ? "condition" : "failed";
    json["condition"] = condition;
    json["condition_place"] = rule.place_of(trace.failed_condition).text();
  }
  say(json, "error", trace.error);
  const bool said_nothing = trace.matched && trace.error.empty() && rule.hints_function >= 0;
  if (!trace.returned.empty() || said_nothing) {
    json["returned"] = Json::array();
    for (const push::Returned& each : trace.returned) json["returned"].push_back(returned_json(each));
  }
}

/// Of a rule that fits and was not asked.
const char* state_of(const push::Rule& rule, const Answer& answer) {
  const auto& off = answer.switched_off;
  if (std::find(off.begin(), off.end(), &rule) != off.end()) return "switched_off";
  if (rule.phase == push::Phase::response) {
    const int status = answer.head_known ? answer.head_status : 200;
    if (!push::takes_hints(answer.made.method, status)) return "no_page";
    if (!answer.head_known) return "needs_response";
  }
  return "behind_final";
}

/// The key of the rule's table that does not fit, as it is written there.
void add_selector(Json& json, const push::Considered& considered, const Answer& answer) {
  const push::Rule& rule = *considered.rule;
  json["state"] = "selector";
  json["selector"] = name_of(*considered.unfit);
  const std::string text =
      push::why_unfit(rule, *considered.unfit, answer.made.host, answer.made.method, answer.made.path);
  if (text.empty()) return;
  json["condition"] = text;
  json["condition_place"] = rule.place_of(name_of(*considered.unfit)).text();
}

Json considered_json(const push::Considered& considered, const Answer& answer) {
  const push::Rule& rule = *considered.rule;
  Json json{{"rule", rule.name}, {"place", rule.place.text()}};
  const std::size_t trace = trace_of(answer, rule);
  if (considered.unfit) {
    add_selector(json, considered, answer);
  } else if (trace != answer.rehearsed.traces.size()) {
    add_trace(json, answer.rehearsed.traces[trace], answer.conditions[trace]);
  } else {
    json["state"] = state_of(rule, answer);
  }
  for (const push::Capture& capture : considered.captures) json["captures"][std::string(capture.name)] = capture.value;
  if (rule.final) json["final"] = true;
  if (rule.shadow) json["shadow"] = true;
  return json;
}

Json entry_json(const push::Entry& entry, push::Delivered delivered) {
  Json json = hint_json(entry.hint);
  json["rule"] = entry.rule != nullptr ? entry.rule->name : std::string("application");
  json["how"] = name_of(delivered.how);
  json["reason"] = name_of(delivered.reason);
  if (delivered.bytes != 0) json["bytes"] = delivered.bytes;
  return json;
}

Json withheld_json(const Answer& answer) {
  Json json = Json::array();
  for (const push::RuleTrace* each : withholding(answer)) {
    json.push_back({{"rule", each->rule->name},
                    {"place", each->rule->place.text()},
                    {"looks_at", each->personal},
                    {"cure", private_pages(*answer.route)}});
  }
  return json;
}

/// Empty where it is not over.
Json budget_json(const push::Rehearsed& rehearsed) {
  Json json, rules;
  bool is_over = false;
  const push::Decisions& decisions = rehearsed.decisions;
  for (std::size_t i = 0; i != decisions.delivered.size(); ++i) {
    if (decisions.delivered[i].reason != push::Reason::over_budget) continue;
    is_over = true;
    const push::Rule* rule = decisions.list.entries()[i].rule;
    if (rule != nullptr && rule->budget_bytes) rules[rule->name] = *rule->budget_bytes;
  }
  if (!is_over) return json;
  json["taken"] = decisions.spending.bytes();
  const push::Budget& budget = rehearsed.budget;
  if (budget.carried) json["connection"] = *budget.carried;
  if (budget.ahead) json["promises"] = *budget.ahead;
  if (budget.allowed) json["site"] = *budget.allowed;
  if (!rules.empty()) json["rules"] = std::move(rules);
  return json;
}

Json entries_json(const Answer& answer) {
  const push::Decisions& decisions = answer.rehearsed.decisions;
  Json json = Json::array();
  const auto& entries = decisions.list.entries();
  for (std::size_t i = 0; i != entries.size(); ++i) {
    json.push_back(entry_json(entries[i], decisions.delivered[i]));
    const AskedAsset& asset = answer.assets[i];
    if (asset.status == 0) continue;
    json.back()["asset"]["status"] = asset.status;
    if (!asset.file.empty()) json.back()["asset"]["file"] = asset.file;
  }
  for (const push::Entry& entry : decisions.shadow.entries()) {
    json.push_back(entry_json(entry, {push::How::none, push::Reason::shadow}));
  }
  for (const push::Entry& entry : decisions.switched_off.entries()) {
    json.push_back(entry_json(entry, {push::How::none, push::Reason::switched_off}));
  }
  return json;
}

Json request_json(const Question& question, const Answer& answer, std::string_view client) {
  const push::MadeRequest& request = answer.made;
  const std::string& authority = request.authority.empty() ? request.host : request.authority;
  Json json{{"method", request.method},
            {"url", fmt::format("{}://{}{}", request.scheme, authority, question.target)},
            {"protocol", answer.connection ? answer.connection->protocol : request.protocol}};
  say(json, "client", client);
  return json;
}

}  // namespace

Json explain_json(const push::WorkerRules& rules, const Question& question, const Answer& answer,
                  std::string_view client) {
  Json json{{"request", request_json(question, answer, client)}};
  if (answer.site != nullptr) json["site"] = answer.site->name;
  if (answer.route != nullptr) json["route"] = answer.route->prefix;
  json["digest"] = rules.digest;
  if (answer.status != 0) {
    json["refused"] = {{"status", answer.status}, {"why", answer.why}};
    json["assumptions"] = answer.assumptions;
    return json;
  }
  json["response"] = {{"known", answer.head_known}};
  if (answer.head_known) json["response"]["status"] = answer.head_status;
  json["rules"] = answer.considered.size();
  json["rules_fit"] = std::count_if(answer.considered.begin(), answer.considered.end(),
                                    [](const push::Considered& each) { return !each.unfit; });
  json["considered"] = Json::array();
  for (const push::Considered& each : answer.considered) json["considered"].push_back(considered_json(each, answer));
  json["entries"] = entries_json(answer);
  if (Json withheld = withheld_json(answer); !withheld.empty()) json["withheld"] = std::move(withheld);
  if (Json budget = budget_json(answer.rehearsed); !budget.empty()) json["budget"] = std::move(budget);
  json["early_hints"] = answer.rehearsed.early_links;
  json["link"] = answer.rehearsed.links;
  json["vary"] = answer.vary;
  json["assumptions"] = answer.assumptions;
  return json;
}

}  // namespace outrider::app
