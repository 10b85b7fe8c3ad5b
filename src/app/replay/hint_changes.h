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

HintChanges changes_between(const push::PushList& before, const push::PushList& now);

/// By the deliveries that were logged: URLs alone, without what the application said, what shadow rules returned, and
/// what was switched off. What the application said does not count as added either, nor what the rules of these names
/// said, which are not asked now.
HintChanges changes_since(const std::vector<observe::LoggedDelivery>& before, const push::PushList& now,
                          const std::vector<std::string_view>& not_asked);

/// How the URL of a hint is shown that has none.
inline constexpr std::string_view no_url = "(a set of sources)";

/// A rule of the server's had it in the list, and nobody had switched it off.
bool was_hinted(const observe::LoggedDelivery& delivery);
/// An operator had switched off what would have been hinted.
bool was_switched_off(const observe::LoggedDelivery& delivery);

}  // namespace outrider::app
