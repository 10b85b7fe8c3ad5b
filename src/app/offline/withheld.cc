// SPDX-License-Identifier: MIT
#include "app/offline/withheld.h"

#include <fmt/format.h>

#include <algorithm>

namespace outrider::app {

std::vector<const push::RuleTrace*> withholding(const Answer& answer) {
  std::vector<const push::RuleTrace*> rules;
  const push::Decisions& decisions = answer.rehearsed.decisions;
  for (std::size_t i = 0; i != decisions.delivered.size(); ++i) {
    if (decisions.delivered[i].reason != push::Reason::shared_cache) continue;
    const push::RuleTrace* cause = personal_cause(answer.rehearsed, decisions.list.entries()[i]);
    if (cause != nullptr && std::find(rules.begin(), rules.end(), cause) == rules.end()) rules.push_back(cause);
  }
  return rules;
}

std::string private_pages(const config::Route& route) {
  const std::string age = route.max_age_s ? fmt::format(", max-age={}", *route.max_age_s) : std::string();
  return fmt::format("headers = {{ [\"cache-control\"] = \"private{}\" }}", age);
}

}  // namespace outrider::app
