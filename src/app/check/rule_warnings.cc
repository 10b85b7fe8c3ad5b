// SPDX-License-Identifier: MIT
#include "app/check/rule_warnings.h"

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/check/made_pages.h"
#include "app/check/page_warnings.h"
#include "app/check/reach.h"
#include "base/text.h"
#include "push/substitute.h"
#include "script/pattern_lint.h"

namespace outrider::app {
namespace {

void for_each_rule(const Offline& offline, const std::function<void(const config::Site&, const push::Rule&)>& visit) {
  for (std::size_t i = 0; i != offline.config().sites.size(); ++i) {
    for (const push::Rule& rule : rules_of(offline, i)) visit(offline.config().sites[i], rule);
  }
}

/// Of what a rule hints, what its own text does not tell; empty where it tells all, or of what is another server's.
std::string what_is_unknown(const push::Rule& rule) {
  if (rule.hints_function >= 0) return "what its function returns";
  for (const push::Hint& hint : rule.hints) {
    const auto captures = push::wanted_captures(hint.url);
    if (!captures.empty() && hint.url.starts_with('/')) {
      return fmt::format("what {{{}}} of {} \"{}\" stands for", captures.front(), name_of(hint.kind), hint.url);
    }
  }
  return {};
}

/// Rules without a name are named by file and line, and two files may be called alike.
bool is_named(const push::Rule& rule) {
  return !rule.name.starts_with(std::filesystem::path(rule.place.file).filename().string() + ":");
}

}  // namespace

void judge_rules(const Offline& offline, HintPlaces& places, Warnings& warnings) {
  std::map<std::string, std::pair<const push::Rule*, const config::Site*>> names;
  const auto& sites = offline.config().sites;
  for (std::size_t i = 0; i != sites.size(); ++i) {
    for (const push::Rule& rule : rules_of(offline, i)) {
      judge_declared_repeats(sites[i], rule, places, warnings);
      if (!is_named(rule)) continue;
      const auto [first, is_new] = names.emplace(rule.name, std::pair(&rule, &sites[i]));
      const auto& [other, site] = first->second;
      // Sites may share a file.
      if (is_new || other->place == rule.place) continue;
      warnings.add(about(rule, "name", WarningId::duplicate_name,
                         fmt::format("the site {} has another rule of that name at {}; `outrider off --rule` without "
                                     "--site would mean both: give one of them another name",
                                     site->name, other->place.text())));
    }
  }
  for (const Unreached& each : unreached_rules(offline)) {
    warnings.add(about(*each.rule, each.key, WarningId::never_matches, each.why));
  }
}

void judge_patterns(const std::vector<RuleSource>& sources, std::size_t steps, Warnings& warnings) {
  for (const RuleSource& source : sources) {
    for (const script::SlowPattern& slow : script::slow_patterns(*source.text)) {
      const std::string_view advice = slow.pattern.starts_with('^') ? "use" : "begin it with ^, or use";
      const std::size_t longest = script::longest_subject(slow.degree, steps);
      warnings.add(
          {WarningId::slow_pattern,
           {source.shown, slow.line},
           {},
           {},
           fmt::format("the pattern \"{}\" may back-track without bound: up to about n^{} ways for a text of n "
                       "bytes, so that one of more than {} bytes can reach the limit of {} steps "
                       "(limits.rule_pattern_steps), which ends the rule; {} classes that have no characters in common",
                       printable(slow.pattern), slow.degree, longest, steps, advice)});
    }
  }
}

void judge_unknown(const Gather& gather, const Offline& offline, Warnings& warnings) {
  std::set<AsWritten> known;  // or told of as never matching
  for (const Unreached& each : unreached_rules(offline)) known.insert(as_written(*each.rule));
  for_each_rule(offline, [&](const config::Site&, const push::Rule& rule) {
    if (gather.was_asked(rule)) known.insert(as_written(rule));
  });
  for_each_rule(offline, [&](const config::Site& site, const push::Rule& rule) {
    const std::string what = what_is_unknown(rule);
    if (what.empty() || known.contains(as_written(rule)) || is_foreign(rule, site, offline.sites())) return;
    const bool late = rule.phase == push::Phase::response;
    warnings.add(
        about(rule, "hints", WarningId::unknown_hints,
              fmt::format("nothing tells {}: {}; write a test with a request{}", what, gather.why_not_asked(rule),
                          late ? " and a response that it matches" : " that it matches")));
  });
}

}  // namespace outrider::app
