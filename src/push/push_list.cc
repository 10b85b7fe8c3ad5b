// SPDX-License-Identifier: MIT
#include "push/push_list.h"

#include <algorithm>
#include <utility>

namespace outrider::push {

bool PushList::contains(std::string_view url) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.hint.url == url; });
}

bool PushList::repeats(const Hint& hint) const {
  if (!hint.url.empty()) return contains(hint.url);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.hint.url.empty() && entry.hint.imagesrcset == hint.imagesrcset;
  });
}

bool PushList::add(Hint hint, const Rule* rule) {
  if (full() || repeats(hint)) return false;
  entries_.push_back({std::move(hint), rule});
  return true;
}

}  // namespace outrider::push
