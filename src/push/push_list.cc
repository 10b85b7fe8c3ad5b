// SPDX-License-Identifier: MIT
#include "push/push_list.h"

#include <algorithm>
#include <utility>

namespace outrider::push {

bool PushList::contains(std::string_view url) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.hint.url == url; });
}

const Entry* PushList::first_of(const Hint& hint) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    if (entry.hint.url != hint.url) return false;
    return !hint.url.empty() || entry.hint.imagesrcset == hint.imagesrcset;
  });
  return found == entries_.end() ? nullptr : &*found;
}

bool PushList::add(Entry entry) {
  if (const Entry* first = first_of(entry.hint)) {
    if (!entry.personal && first->hint == entry.hint)
      entries_[static_cast<std::size_t>(first - entries_.data())].personal = false;
    return false;
  }
  if (full()) return false;
  entries_.push_back(std::move(entry));
  return true;
}

}  // namespace outrider::push
