// SPDX-License-Identifier: MIT
#include "app/check/page_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "app/check/asset_warnings.h"
#include "push/origin.h"

namespace outrider::app {
namespace {

/// The options in which two hints of one URL differ: "kind, crossorigin".
std::string differences(const push::Hint& a, const push::Hint& b) {
  std::string text;
  const auto compare = [&](bool same, std::string_view name) {
    if (!same) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  compare(a.kind == b.kind, "kind");
  compare(a.crossorigin == b.crossorigin, "crossorigin");
  compare(a.fetchpriority == b.fetchpriority, "fetchpriority");
  compare(a.priority == b.priority, "priority");
  compare(a.nopush == b.nopush, "nopush");
  compare(a.push_only == b.push_only, "push_only");
  compare(a.type == b.type, "type");
  compare(a.integrity == b.integrity, "integrity");
  compare(a.media == b.media, "media");
  compare(a.imagesrcset == b.imagesrcset, "imagesrcset");
  compare(a.imagesizes == b.imagesizes, "imagesizes");
  compare(a.with == b.with, "with");
  return text;
}

void warn_of_repeat(const Hinted& again, const push::Rule& first, const Place& place, const push::Hint& had,
                    Warnings& warnings) {
  const std::string unlike = differences(had, again.hint);
  if (unlike.empty()) return;
  const std::string whose = &first == again.rule ? "the same rule" : fmt::format("rule \"{}\"", first.name);
  warnings.add(about(again, WarningId::repeated_url,
                     fmt::format("is hinted by {} at {} already, with another {}; the first one counts: make them "
                                 "alike, or remove one",
                                 whose, place.text(), unlike)));
}

void judge_repeats(const AskedPage& page, HintPlaces& places, Warnings& warnings) {
  struct First {
    const push::Rule* rule;
    const push::Hint* hint;
    Place place;
  };
  std::map<std::pair<bool, std::string>, First> firsts;  // by whether it is a shadow's, which is a list of its own
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Hint& hint = trace.returned[i].hint;
      if (hint.url.empty() || trace.returned[i].fate == push::Returned::Fate::unusable) continue;
      const Place place = places.of(*trace.rule, i);
      const auto [first, is_new] =
          firsts.emplace(std::pair(trace.rule->shadow, hint.url), First{trace.rule, &hint, place});
      if (is_new) continue;
      const Hinted again{page.answer.site, trace.rule, hint, place, {}};
      warn_of_repeat(again, *first->second.rule, first->second.place, *first->second.hint, warnings);
    }
  }
}

void judge_budget(const AskedPage& page, const Offline& offline, std::uint64_t budget_bytes, Warnings& warnings) {
  const config::Site& site = *page.answer.site;
  std::uint64_t all = 0;
  std::map<const push::Rule*, std::uint64_t> of_rules;
  const auto& entries = page.answer.rehearsed.decisions.list.entries();
  for (const push::Entry& entry : entries) {
    if (entry.rule == nullptr || entry.hint.kind == push::Kind::preconnect) continue;
    const Served served = served_by({&site, entry.rule, entry.hint, {}, {}}, offline.sites());
    const std::uint64_t bytes = served.site != nullptr ? offline.look().facts(*served.site, served.path).bytes : 0;
    all += bytes;
    of_rules[entry.rule] += bytes;
  }
  constexpr std::string_view advice = "what exceeds it is not pushed: hint less, or raise it";
  for (const auto& [rule, bytes] : of_rules) {
    if (!rule->budget_bytes || bytes <= *rule->budget_bytes) continue;
    warnings.add(about(*rule, "hints", WarningId::over_budget,
                       fmt::format("for {} it hints {} bytes, and its budget_bytes is {}; {}", page.url, bytes,
                                   *rule->budget_bytes, advice)));
  }
  const std::uint64_t budget = site.budget_bytes.value_or(budget_bytes);
  if (all <= budget || of_rules.empty()) return;
  const auto heaviest = std::max_element(of_rules.begin(), of_rules.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string whose = site.budget_bytes ? fmt::format("the site's budget_bytes is {}; {}", budget, advice)
                                              : fmt::format(
                                                    "{} is what check takes for too much; hint less, or name "
                                                    "your own limit with budget_bytes or --budget",
                                                    budget);
  warnings.add(
      about(*heaviest->first, "hints", WarningId::over_budget,
            fmt::format("for {} all rules together hint {} bytes, most of them here, and {}", page.url, all, whose)));
}

/// Fonts take a connection of their own kind, without credentials.
void judge_font_connections(const AskedPage& page, HintPlaces& places, Warnings& warnings) {
  const auto& traces = page.answer.rehearsed.traces;
  const auto has_font_of = [&](const push::Origin& origin) {
    for (const push::Entry& entry : page.answer.rehearsed.decisions.list.entries()) {
      const auto parts = push::split_origin(entry.hint.url);
      if (entry.hint.kind == push::Kind::font && parts && same_origin(parts->origin, origin)) return true;
    }
    return false;
  };
  for (const push::RuleTrace& trace : traces) {
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Hint& hint = trace.returned[i].hint;
      const auto parts = push::split_origin(hint.url);
      if (hint.kind != push::Kind::preconnect || hint.crossorigin == push::CrossOrigin::anonymous || !parts) continue;
      if (!has_font_of(parts->origin)) continue;
      const Hinted hinted{page.answer.site, trace.rule, hint, places.of(*trace.rule, i), {}};
      warnings.add(about(hinted, WarningId::font_crossorigin,
                         "is without crossorigin, and a font comes from there: browsers open another connection for "
                         "it; write { crossorigin = true }, or a second preconnect with it"));
    }
  }
}

bool has_listener(const config::Config& config, std::string_view authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.ends_with(']')) return true;
  const std::string port(authority.substr(colon + 1));
  return port == "443" || port == "80" ||
         std::any_of(config.listen.begin(), config.listen.end(), [&](const config::Listen& listen) {
           return !listen.address.is_unix() && std::to_string(listen.address.port()) == port;
         });
}

}  // namespace

Warning about(const push::Rule& rule, std::string_view key, WarningId id, std::string_view message) {
  return {id, rule.place_of(key), rule.name, {}, fmt::format("rule \"{}\": {}", rule.name, message)};
}

void judge_declared_repeats(const config::Site& site, const push::Rule& rule, HintPlaces& places, Warnings& warnings) {
  for (std::size_t i = 0; i != rule.hints.size(); ++i) {
    for (std::size_t first = 0; first != i; ++first) {
      if (rule.hints[first].url != rule.hints[i].url || rule.hints[i].url.empty()) continue;
      const Hinted again{&site, &rule, rule.hints[i], places.of(rule, i), {}};
      warn_of_repeat(again, rule, places.of(rule, first), rule.hints[first], warnings);
      break;
    }
  }
}

void judge_hint(const Hinted& hinted, const Offline& offline, Warnings& warnings) {
  const push::Hint& hint = hinted.hint;
  if (hint.kind == push::Kind::font && hint.crossorigin == push::CrossOrigin::use_credentials) {
    warnings.add(about(hinted, WarningId::font_crossorigin,
                       "is with credentials; browsers fetch every font without, and so fetch it twice; leave "
                       "crossorigin out"));
  }
  const auto parts = push::split_origin(hint.url);
  if (hint.kind != push::Kind::preconnect || !parts) return;
  std::string host;
  if (!http::host_of(parts->origin.authority, host) || !has_listener(offline.config(), parts->origin.authority)) return;
  // Of a site with several names nobody knows which one a page will have.
  const bool own =
      hinted.host.empty() ? hinted.site->aliases.empty() && host == hinted.site->name : host == hinted.host;
  if (!own) return;
  warnings.add(about(hinted, WarningId::own_origin,
                     "is to the page's own origin, to which the browser is connected already; remove it"));
}

void judge_page(const AskedPage& page, const Offline& offline, std::uint64_t budget_bytes, HintPlaces& places,
                Warnings& warnings) {
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    if (trace.error.empty()) continue;
    warnings.add(about(*trace.rule, "hints", WarningId::rule_fails,
                       fmt::format("fails for {}: {}; mend it, or give the rule a condition that leaves such a request "
                                   "out",
                                   page.what, trace.error)));
  }
  judge_repeats(page, places, warnings);
  judge_font_connections(page, places, warnings);
  judge_budget(page, offline, budget_bytes, warnings);
}

}  // namespace outrider::app
