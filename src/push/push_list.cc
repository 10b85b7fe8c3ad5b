// SPDX-License-Identifier: MIT
#include "push/push_list.h"

#include <algorithm>
#include <utility>

namespace outrider::push {

bool is_repeat(const Hint& a, const Hint& b) {
  if (a.url != b.url) return false;
  if (a.url.empty()) return a.imagesrcset == b.imagesrcset;
  const auto is_anonymous = [](const Hint& hint) {
    return hint.kind == Kind::preconnect && hint.crossorigin == CrossOrigin::anonymous;
  };
  return is_anonymous(a) == is_anonymous(b);
}

bool PushList::contains(std::string_view url) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.hint.url == url; });
}

const Entry* PushList::first_of(const Hint& hint) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return is_repeat(entry.hint, hint); });
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
