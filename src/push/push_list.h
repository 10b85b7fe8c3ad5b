// SPDX-License-Identifier: MIT
// What all matching rules returned for one request: in order, without repeats.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "push/hint.h"
#include "push/rule.h"

namespace outrider::push {

struct Entry {
  Hint hint;
  /// The rule that gave it, or nullptr where the application did (a Link header, an upstream's 103).
  const Rule* rule = nullptr;
  /// It came from what only this visitor is or has (Reads::personal): it stays out of what a shared cache may store.
  bool personal = false;
  /// Its asset is, as far as is known, of a media type that no kind of hint fits. Delivering finds that out.
  bool wrong_type = false;
};

/// A list has one of the two: they have the same URL, or without one the same sources. Connections without credentials
/// are not those with them (https://html.spec.whatwg.org/#preconnect), so that a page may need one of each.
bool is_repeat(const Hint& a, const Hint& b);

class PushList {
 public:
  static constexpr std::size_t max_entries = 64;

  /// False where the list has such a hint already (the first wins) or the list is full. A repeat for everybody of a
  /// personal entry makes that one everybody's, if they are equal: an option might tell what the URL does not.
  bool add(Entry entry);
  bool add(Hint hint, const Rule* rule, bool personal = false) { return add({std::move(hint), rule, personal}); }
  bool contains(std::string_view url) const;
  /// The entry for which `add` would refuse the hint as a repeat; nullptr where there is none.
  const Entry* first_of(const Hint& hint) const;
  bool repeats(const Hint& hint) const { return first_of(hint) != nullptr; }
  bool full() const { return entries_.size() >= max_entries; }
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace outrider::push
