// SPDX-License-Identifier: MIT
// The rule index: rules that name their hosts in full are filed under each of them, the others under "any host", each
// with a path index of its own. A lookup asks two of these and filters what they give by method, host glob and except.
#include "push/rule_set.h"

#include <algorithm>
#include <utility>

#include "push/path_index.h"
#include "push/selection.h"

namespace outrider::push {
namespace {

/// Hosts without a wildcard, and at least one of them.
bool names_hosts(const Rule& rule) {
  return !rule.hosts.empty() && std::none_of(rule.hosts.begin(), rule.hosts.end(), [](const std::string& host) {
    return host.find('*') != std::string::npos;
  });
}

void file(const Rule& rule, std::size_t position, PathIndex& index) {
  const auto ordinal = static_cast<std::uint32_t>(position);
  if (rule.paths.empty()) index.add_everywhere({ordinal, 0});
  for (std::size_t i = 0; i < rule.paths.size(); ++i) {
    index.add(rule.paths[i], {ordinal, static_cast<std::uint32_t>(i)});
  }
}

}  // namespace

struct RuleSet::Index {
  PathIndex any_host;
  TextMap<PathIndex> by_host;
};

RuleSet::RuleSet(std::vector<Rule> rules) : rules_(std::move(rules)), index_(std::make_unique<Index>()) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const Rule& rule = rules_[i];
    has_response_phase_ = has_response_phase_ || rule.phase == Phase::response;
    if (!names_hosts(rule)) file(rule, i, index_->any_host);
    if (names_hosts(rule)) {
      for (const std::string& host : rule.hosts) file(rule, i, index_->by_host[host]);
    }
  }
}

RuleSet::~RuleSet() = default;

void RuleSet::find(std::string_view host, std::string_view method, std::string_view path,
                   std::vector<Match>& matches) const {
  std::vector<PatternId> found;  // allocates with the first that fits, not before
  const auto consider = [&](PatternId id) {
    const Rule& rule = rules_[id.rule];
    if (fits_method(rule, method) && fits_host(rule, host) && !is_excepted(rule, path)) found.push_back(id);
  };
  index_->any_host.find(path, consider);
  if (!index_->by_host.empty()) {
    if (const auto own = index_->by_host.find(host); own != index_->by_host.end()) own->second.find(path, consider);
  }
  if (found.empty()) return;

  std::sort(found.begin(), found.end());
  // Of a rule's several patterns the first that matches gives the captures.
  const auto same_rule = [](PatternId a, PatternId b) { return a.rule == b.rule; };
  found.erase(std::unique(found.begin(), found.end(), same_rule), found.end());
  matches.reserve(matches.size() + found.size());
  for (PatternId id : found) {
    const Rule& rule = rules_[id.rule];
    Match& match = matches.emplace_back();
    match.rule = &rule;
    if (!rule.paths.empty()) rule.paths[id.path].matches(path, &match.captures);
  }
}

}  // namespace outrider::push
