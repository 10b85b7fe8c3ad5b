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

/// What a promise takes of a connection beside its asset: the frames of the promise and the response's head.
inline constexpr std::uint64_t promise_bytes = 250;

/// Bytes that may be promised for one page.
struct Budget {
  /// As much as the connection can carry: the asset that crosses it is still promised. Nothing: not limited by that.
  std::optional<std::uint64_t> carried;
  /// What the site allows: never crossed. Nothing: not limited.
  std::optional<std::uint64_t> allowed;
  /// What the promises themselves may take, because the page comes behind them; their assets go behind the page.
  /// Nothing: not limited.
  std::optional<std::uint64_t> ahead;
  /// Nobody knows what the connection carries: what neither the site nor its rule limits is not promised.
  bool within_limits_only = false;
  /// Promised for other pages of the connection, and still open: it has its part of what the site and the rules allow.
  std::uint64_t open_elsewhere = 0;
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
  std::uint64_t promises_ = 0;
  std::vector<std::pair<const Rule*, std::uint64_t>> by_rule_;  // of those with a limit
};

}  // namespace outrider::push
