// SPDX-License-Identifier: MIT
#include "app/check/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "app/check/made_pages.h"
#include "push/covering.h"
#include "push/path_index.h"

namespace outrider::app {
namespace {

/// The final rules before one, filed so that only those are tried for each that comes which could cover it: one that
/// covers a rule matches an example of its paths.
class Finals {
 public:
  explicit Finals(const std::vector<push::Rule>& rules) : rules_(rules) {}

  void add(std::size_t position) {
    const push::Rule& rule = rules_[position];
    const auto ordinal = static_cast<std::uint32_t>(position);
    if (!push::ends_for_all(rule)) return;
    if (rule.paths.empty()) index_.add_everywhere({ordinal, 0});
    for (const push::Pattern& path : rule.paths) index_.add(path, {ordinal, 0});
  }

  /// The first one that covers `rule`, or nullptr.
  const push::Rule* covering(const push::Rule& rule) const {
    std::size_t first = rules_.size();
    index_.find(rule.paths.empty() ? "/" : rule.paths.front().example(), [&](push::PatternId id) {
      if (id.rule < first && push::covers(rules_[id.rule], rule)) first = id.rule;
    });
    return first < rules_.size() ? &rules_[first] : nullptr;
  }

 private:
  const std::vector<push::Rule>& rules_;
  push::PathIndex index_;
};

bool all_paths(const push::Rule& rule, const auto& holds) {
  return !rule.paths.empty() && std::all_of(rule.paths.begin(), rule.paths.end(), holds);
}

bool excepts_all(const push::Rule& rule) {
  return all_paths(rule, [&](const push::Pattern& path) {
    return std::any_of(rule.except.begin(), rule.except.end(),
                       [&](const push::Pattern& except) { return push::covers(except, path); });
  });
}

/// Whatever the other rules are; without the hosts, which are another site's where several have its file.
std::optional<Unreached> why_alone(const Offline& offline, const push::Rule& rule) {
  const std::string& health = offline.config().health;
  if (rule.until && *rule.until <= std::chrono::system_clock::now()) {
    return Unreached{&rule, "to", "never matches any more: its time is over; remove it, or correct its end"};
  }
  if (excepts_all(rule)) {
    return Unreached{&rule, "except",
                     "never matches: its except takes all that its path matches; narrow that, or remove it"};
  }
  if (!health.empty() && all_paths(rule, [&](const push::Pattern& path) { return path.text() == health; })) {
    return Unreached{&rule, "path",
                     fmt::format("never has its turn: {} is the health path, for which no rule is asked; correct its "
                                 "path, or remove it",
                                 health)};
  }
  return std::nullopt;
}

/// What is known of a rule by all sites that have it.
struct Reach {
  const push::Rule* rule = nullptr;
  bool is_reached = false;
  std::string foreign_to;  // sites
  std::optional<Unreached> reason;
};

Unreached conclusion(const Reach& reach) {
  if (reach.reason) return *reach.reason;
  const bool several = reach.foreign_to.find(',') != std::string::npos;
  return {reach.rule, "host",
          fmt::format("never matches: none of its hosts is a name of the site{} {}; correct host, or make it an alias "
                      "of the site",
                      several ? "s" : "", reach.foreign_to)};
}

}  // namespace

AsWritten as_written(const push::Rule& rule) {
  return {rule.place.file, rule.place.line, rule.name};
}

const std::vector<push::Rule>& rules_of(const Offline& offline, std::size_t site) {
  static const std::vector<push::Rule> none;
  const auto& set = offline.loaded().workers.front()->sets[site];
  return set != nullptr ? set->rules() : none;
}

std::vector<Unreached> unreached_rules(const Offline& offline) {
  const auto& sites = offline.config().sites;
  std::map<AsWritten, Reach> known;
  for (std::size_t i = 0; i != sites.size(); ++i) {
    const std::vector<push::Rule>& rules = rules_of(offline, i);
    Finals finals(rules);
    for (std::size_t position = 0; position != rules.size(); ++position) {
      const push::Rule& rule = rules[position];
      Reach& reach = known[as_written(rule)];
      reach.rule = &rule;
      const push::Rule* earlier = finals.covering(rule);
      // What is covered covers nothing that the other does not.
      if (earlier == nullptr) finals.add(position);
      if (is_foreign(rule, sites[i], offline.sites())) {
        reach.foreign_to += (reach.foreign_to.empty() ? "" : ", ") + sites[i].name;
      } else if (earlier != nullptr) {
        reach.reason = Unreached{&rule, "path",
                                 fmt::format("never has its turn: rule \"{}\" at {} is final and matches all that it "
                                             "could; put it before that one, or narrow that one's path",
                                             earlier->name, earlier->place.text())};
      } else if (auto reason = why_alone(offline, rule)) {
        reach.reason = std::move(reason);
      } else {
        reach.is_reached = true;
      }
    }
  }
  std::vector<Unreached> all;
  for (const auto& [key, reach] : known) {
    if (!reach.is_reached) all.push_back(conclusion(reach));
  }
  return all;
}

}  // namespace outrider::app
