// SPDX-License-Identifier: MIT
// What all matching rules returned for one request: in order, without repeats.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "push/hint.h"
#include "push/rule.h"

namespace outrider::push {

struct Entry {
  Hint hint;
  /// The rule that gave it, or nullptr where the application did (a Link header, an upstream's 103).
  const Rule* rule = nullptr;
};

class PushList {
 public:
  static constexpr std::size_t max_entries = 64;

  /// False where the URL is in the list already (the first wins) or the list is full.
  bool add(Hint hint, const Rule* rule);
  bool contains(std::string_view url) const;
  /// True where `add` would refuse the hint as a repeat: same URL, or same set of sources where there is no URL.
  bool repeats(const Hint& hint) const;
  bool full() const { return entries_.size() >= max_entries; }
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace outrider::push
