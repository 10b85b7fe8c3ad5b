// SPDX-License-Identifier: MIT
#include "app/check/rule_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/check/page_warnings.h"
#include "base/text.h"
#include "push/covering.h"
#include "script/pattern_lint.h"

namespace outrider::app {
namespace {

const std::vector<push::Rule>& rules_of(const Offline& offline, std::size_t site) {
  static const std::vector<push::Rule> none;
  const auto& set = offline.loaded().workers.front()->sets[site];
  return set != nullptr ? set->rules() : none;
}

/// A host that its site never has. One for any host has them all.
bool is_foreign(const push::Rule& rule, const config::Site& site) {
  std::vector<std::string> names = site.aliases;
  names.push_back(site.name);
  const bool listed = std::all_of(names.begin(), names.end(),
                                  [](const std::string& name) { return name.find('*') == std::string::npos; });
  if (rule.hosts.empty() || !listed) return false;
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) { return push::fits_host(rule, name); });
}

/// The final rules before one, so filed that not all of them have to be tried for each that comes.
class Finals {
 public:
  void add(const push::Rule& rule) {
    if (!rule.final) return;
    bool is_wild = rule.paths.empty();
    for (const push::Pattern& path : rule.paths) {
      is_wild = is_wild || !path.is_exact();
      if (path.is_exact()) by_path_.emplace(path.text(), &rule);
    }
    if (is_wild) wild_.push_back(&rule);
  }

  /// One that covers `rule`, or nullptr.
  const push::Rule* covering(const push::Rule& rule) const {
    for (const push::Rule* each : wild_) {
      if (push::covers(*each, rule)) return each;
    }
    if (rule.paths.empty()) return nullptr;
    // Whatever covers all its paths covers the first.
    const auto [begin, end] = by_path_.equal_range(rule.paths.front().text());
    const auto found = std::find_if(begin, end, [&](const auto& each) { return push::covers(*each.second, rule); });
    return found != end ? found->second : nullptr;
  }

 private:
  std::vector<const push::Rule*> wild_;
  std::multimap<std::string, const push::Rule*> by_path_;
};

void judge_reach(const config::Site& site, const std::vector<push::Rule>& rules, Warnings& warnings) {
  const auto now = std::chrono::system_clock::now();
  Finals finals;
  for (const push::Rule& rule : rules) {
    if (const push::Rule* earlier = finals.covering(rule)) {
      warnings.add(
          about(rule, "path", WarningId::never_matches,
                fmt::format("never has its turn: rule \"{}\" at {} is final and matches all that it could; put "
                            "it before that one, or narrow that one's path",
                            earlier->name, earlier->place.text())));
    } else if (is_foreign(rule, site)) {
      warnings.add(about(rule, "host", WarningId::never_matches,
                         fmt::format("never matches: none of its hosts is a name of the site {}; correct host, or make "
                                     "it an alias of the site",
                                     site.name)));
    } else if (rule.until && *rule.until <= now) {
      warnings.add(about(rule, "to", WarningId::never_matches,
                         "never matches any more: its time is over; remove it, or correct its end"));
    }
    finals.add(rule);
  }
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
    const std::vector<push::Rule>& rules = rules_of(offline, i);
    judge_reach(sites[i], rules, warnings);
    for (const push::Rule& rule : rules) {
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
  for (std::size_t i = 0; i != offline.config().sites.size(); ++i) {
    for (const push::Rule& rule : rules_of(offline, i)) {
      if (rule.hints_function < 0 || gather.was_asked(rule)) continue;
      const bool late = rule.phase == push::Phase::response;
      warnings.add(about(rule, "hints", WarningId::unknown_hints,
                         fmt::format("nothing tells what its function returns: no exact path, test or page of --urls "
                                     "reaches it; write a test with a request{}",
                                     late ? " and a response that it matches" : " that it matches")));
    }
  }
}

}  // namespace outrider::app
