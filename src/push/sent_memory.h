// SPDX-License-Identifier: MIT
// What one connection has been sent: a push is never repeated on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace outrider::push {

class SentMemory {
 public:
  /// After this many the memory is full: `contains` says yes to all, so that nothing is pushed any more.
  static constexpr std::size_t max_entries = 1024;

  bool contains(std::string_view host, std::string_view path) const;
  void insert(std::string_view host, std::string_view path);
  bool full() const { return hashes_.size() >= max_entries; }
  std::size_t size() const { return hashes_.size(); }

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

}  // namespace outrider::push
