// SPDX-License-Identifier: MIT
#include "app/replay/hint_changes.h"

#include <algorithm>

namespace outrider::app {
namespace {

std::string_view shown(std::string_view url) {
  return url.empty() ? no_url : url;
}

bool is_application(const observe::LoggedDelivery& delivery) {
  return delivery.rule == "application";
}

bool is_of(std::string_view rule, const NotAskedNames& names) {
  return std::find(names.begin(), names.end(), rule) != names.end();
}

}  // namespace

HintChanges changes_between(const push::PushList& before, const push::PushList& now, const NotAskedNames& not_asked) {
  const auto is_beside = [&](const push::Entry& entry) {
    return entry.rule != nullptr && is_of(entry.rule->name, not_asked);
  };
  HintChanges changes;
  for (const push::Entry& entry : now.entries()) {
    const push::Entry* known = before.first_of(entry.hint);
    if (known == nullptr && is_beside(entry)) continue;
    if (known == nullptr) {
      changes.added.push_back(shown(entry.hint.url));
    } else if (!(known->hint == entry.hint)) {
      changes.altered.push_back(shown(entry.hint.url));
    }
  }
  for (const push::Entry& entry : before.entries()) {
    if (!now.repeats(entry.hint) && !is_beside(entry)) changes.removed.push_back(shown(entry.hint.url));
  }
  return changes;
}

HintChanges changes_since(const std::vector<observe::LoggedDelivery>& before, const push::PushList& now,
                          const NotAskedNames& not_asked) {
  // What would be hinted or not, whatever the rules that were asked say.
  const auto is_beside = [&](const observe::LoggedDelivery& delivery) {
    return is_application(delivery) || is_of(delivery.rule, not_asked);
  };
  HintChanges changes;
  for (const push::Entry& entry : now.entries()) {
    const bool known = std::any_of(before.begin(), before.end(), [&](const observe::LoggedDelivery& delivery) {
      return delivery.url == entry.hint.url && (was_hinted(delivery) || is_beside(delivery));
    });
    if (!known) changes.added.push_back(shown(entry.hint.url));
  }
  for (const observe::LoggedDelivery& delivery : before) {
    const bool remains = std::any_of(now.entries().begin(), now.entries().end(),
                                     [&](const push::Entry& entry) { return entry.hint.url == delivery.url; });
    if (was_hinted(delivery) && !is_beside(delivery) && !remains) changes.removed.push_back(shown(delivery.url));
  }
  return changes;
}

bool was_hinted(const observe::LoggedDelivery& delivery) {
  return !is_application(delivery) && delivery.reason != "shadow" && !was_switched_off(delivery);
}

bool was_switched_off(const observe::LoggedDelivery& delivery) {
  return delivery.how == "none" && delivery.reason == "switched_off";
}

}  // namespace outrider::app
