// SPDX-License-Identifier: MIT
// What has been promised for one page against what may be: of the page as a whole, and of each rule that has a limit of
// its own.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace outrider::push {

struct Rule;

/// Bytes that may be promised for one page.
struct Budget {
  /// As much as the connection can carry: the asset that crosses it is still promised. Nothing: not limited by that.
  std::optional<std::uint64_t> carried;
  /// What the site allows: never crossed. Nothing: not limited.
  std::optional<std::uint64_t> allowed;
};

class Spending {
 public:
  /// Whether one more asset of this size may be promised for the rule, which may be null.
  bool has_room(const Budget& budget, const Rule* rule, std::uint64_t bytes) const;
  void add(const Rule* rule, std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t of(const Rule& rule) const;

  std::uint64_t bytes_ = 0;
  std::vector<std::pair<const Rule*, std::uint64_t>> by_rule_;  // of those with a limit
};

}  // namespace outrider::push
