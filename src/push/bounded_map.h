// SPDX-License-Identifier: MIT
// A map of texts that never holds more than a number of entries, nor more than about a number of bytes: what is too
// much goes, that which was used longest ago first. A lookup allocates nothing. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
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
  /// `most`: entries, at least one. `most_bytes`: of keys, values and what holds them; a single entry may exceed it.
  BoundedMap(std::size_t most, std::size_t most_bytes)
      : most_(std::max<std::size_t>(most, 1)), most_bytes_(most_bytes) {}
  BoundedMap(const BoundedMap&) = delete;
  BoundedMap& operator=(const BoundedMap&) = delete;

  /// Counts as use. nullptr where there is none; else valid until the next call of at(), weigh() or take().
  Value* find(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }
  /// The same, and does not count as use.
  const Value* peek(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found != by_key_.end() ? &found->second->value : nullptr;
  }
  /// The same as find(), made where there is none.
  Value& at(std::string_view key) {
    if (Value* known = find(key)) return *known;
    entries_.push_front(Entry{std::string(key), Value(), 0});
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += base_bytes(entries_.front());
    forget_oldest();
    return entries_.front().value;
  }
  /// Counts as use. The value takes `bytes` beside its own size now; at first none. Nothing where there is none.
  void weigh(std::string_view key, std::size_t bytes) {
    if (find(key) == nullptr) return;
    Entry& entry = entries_.front();
    bytes_ = bytes_ - entry.bytes + bytes;
    entry.bytes = bytes;
    forget_oldest();
  }
  /// The value, which the map then no longer has; nothing where it had none.
  std::optional<Value> take(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return std::nullopt;
    const auto entry = found->second;
    std::optional<Value> value(std::move(entry->value));
    remove(entry);
    return value;
  }
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    Value value;
    std::size_t bytes;  // as it was weighed
  };
  using Entries = std::list<Entry>;

  /// With the nodes of list and index, about.
  static std::size_t base_bytes(const Entry& entry) { return sizeof(Entry) + entry.key.size() + 10 * sizeof(void*); }

  void forget_oldest() {
    while (entries_.size() > most_ || (bytes_ > most_bytes_ && entries_.size() > 1)) remove(std::prev(entries_.end()));
  }
  void remove(typename Entries::iterator entry) {
    bytes_ -= base_bytes(*entry) + entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
  }

  std::size_t most_, most_bytes_;
  std::size_t bytes_ = 0;
  Entries entries_;  // the last used first
  std::unordered_map<std::string_view, typename Entries::iterator> by_key_;
};

}  // namespace outrider::push
