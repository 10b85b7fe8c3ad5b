// SPDX-License-Identifier: MIT
// What an operator has switched off: hints at large, of a site, of a rule, by one delivery. Immutable; a worker gets
// new ones as it gets new rules. Hints that are not sent are always safe, so this holds across generations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/plan.h"

namespace outrider::push {

/// One thing that is off. An empty site or rule and a missing delivery mean all of them.
struct Switch {
  std::string site;  // a site's name, as the configuration has it
  std::string rule;  // a rule's name
  std::optional<How> delivery;

  bool operator==(const Switch&) const = default;
};

class Switches {
 public:
  Switches() = default;
  explicit Switches(std::vector<Switch> switches) : switches_(std::move(switches)) {}

  bool empty() const { return switches_.empty(); }
  /// Nothing of this site goes to anybody: its rules need not run.
  bool site_is_off(std::string_view site) const;
  /// The rule's hints go to nobody: it need not run.
  bool rule_is_off(std::string_view site, std::string_view rule) const;
  /// This delivery is not to be used for the rule's hints; `rule` is empty for what the application says.
  bool delivery_is_off(std::string_view site, std::string_view rule, How delivery) const;

 private:
  std::vector<Switch> switches_;
};

}  // namespace outrider::push
