// SPDX-License-Identifier: MIT
// All rules of a site with the index that finds the few that can match a request: a hash of exact paths and a trie of
// patterns, so that the cost does not grow with the number of rules. Immutable once built; shared by all threads.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "push/request.h"
#include "push/rule.h"

namespace outrider::push {

/// A rule whose selector (host, method, path, except) fits the request, with what its pattern captured.
struct Match {
  const Rule* rule = nullptr;
  std::vector<Capture> captures;
};

class RuleSet {
 public:
  /// Takes the rules in their order: files by name, rules by line.
  explicit RuleSet(std::vector<Rule> rules);
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  /// Appends the rules whose selector fits, in rule order. Does not allocate where none fits. `host` is in lower case
  /// and without a port, `path` decoded and normalised without the query.
  void find(std::string_view host, std::string_view method, std::string_view path, std::vector<Match>& matches) const;

  const std::vector<Rule>& rules() const { return rules_; }
  bool has_response_phase() const { return has_response_phase_; }

 private:
  struct Index;
  std::vector<Rule> rules_;
  std::unique_ptr<Index> index_;
  bool has_response_phase_ = false;
};

}  // namespace outrider::push
