// SPDX-License-Identifier: MIT
// A map of texts that never holds more than a number of entries: a new one takes the place of the one that was used
// longest ago. A lookup allocates nothing. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace outrider::push {

template <class Value>
class BoundedMap {
 public:
  /// `most`: entries, at least one.
  explicit BoundedMap(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}
  BoundedMap(const BoundedMap&) = delete;
  BoundedMap& operator=(const BoundedMap&) = delete;

  /// Counts as use. nullptr where there is none; else valid until the next call of at() or take().
  Value* find(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }
  /// The same, made where there is none.
  Value& at(std::string_view key) {
    if (Value* known = find(key)) return *known;
    if (entries_.size() >= most_) {
      by_key_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(std::string(key), Value());
    by_key_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }
  /// The value, which the map then no longer has; nothing where it had none.
  std::optional<Value> take(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    const auto entry = found->second;
    // First, because its key is a view of the entry's.
    by_key_.erase(found);
    std::optional<Value> value(std::move(entry->second));
    entries_.erase(entry);
    return value;
  }
  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<const std::string, Value>>;

  std::size_t most_;
  Entries entries_;  // the last used first
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_;
};

}  // namespace outrider::push
