// SPDX-License-Identifier: MIT
// Which hints of a request are others than they were. Their order does not count.
#pragma once

#include <string_view>
#include <vector>

#include "observe/log_reader.h"
#include "push/push_list.h"

namespace outrider::app {

/// URLs; views into what was compared.
struct HintChanges {
  std::vector<std::string_view> added, removed;
  std::vector<std::string_view> altered;  // there before and now, with other options

  bool none() const { return added.empty() && removed.empty() && altered.empty(); }
};

/// Names of rules that were not asked, before or now: what they say is no change.
using NotAskedNames = std::vector<std::string_view>;

HintChanges changes_between(const push::PushList& before, const push::PushList& now, const NotAskedNames& not_asked);

/// By the deliveries that were logged: URLs alone, without what the application said, what shadow rules returned, and
/// what was switched off. What the application said does not count as added either.
HintChanges changes_since(const std::vector<observe::LoggedDelivery>& before, const push::PushList& now,
                          const NotAskedNames& not_asked);

/// How the URL of a hint is shown that has none.
inline constexpr std::string_view no_url = "(a set of sources)";

/// A rule of the server's had it in the list, and nobody had switched it off.
bool was_hinted(const observe::LoggedDelivery& delivery);
/// An operator had switched off what would have been hinted.
bool was_switched_off(const observe::LoggedDelivery& delivery);

}  // namespace outrider::app
