// SPDX-License-Identifier: MIT
#include "push/spending.h"

#include <algorithm>

#include "push/rule.h"

namespace outrider::push {

std::uint64_t Spending::of(const Rule& rule) const {
  const auto known =
      std::find_if(by_rule_.begin(), by_rule_.end(), [&](const auto& each) { return each.first == &rule; });
  return known == by_rule_.end() ? 0 : known->second;
}

bool Spending::has_room(const Budget& budget, const Rule* rule, std::uint64_t bytes) const {
  if (budget.carried && bytes_ >= *budget.carried) return false;
  if (budget.ahead && (promises_ + 1) * promise_bytes > *budget.ahead) return false;
  bytes += budget.open_elsewhere;
  if (budget.allowed && bytes_ + bytes > *budget.allowed) return false;
  if (rule != nullptr && rule->budget_bytes) return of(*rule) + bytes <= *rule->budget_bytes;
  return budget.allowed || !budget.within_limits_only;
}

void Spending::add(const Rule* rule, std::uint64_t bytes) {
  bytes_ += bytes;
  ++promises_;
  if (rule == nullptr || !rule->budget_bytes) return;
  for (auto& [known, spent] : by_rule_) {
    if (known != rule) continue;
    spent += bytes;
    return;
  }
  by_rule_.emplace_back(rule, bytes);
}

}  // namespace outrider::push
