// SPDX-License-Identifier: MIT
// Who asked, as far as the books (asset_book.h, page_book.h) must tell two visitors apart: a short keyed hash of the
// address, of IPv6 about the end site's network alone, because one visitor has all of it (RFC 6177, RFC 8981). No
// address is kept, and without the key nobody can choose two that collide. One per worker, or one for all workers where
// somebody who comes to several must be one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace outrider::push {

using Visitor = std::uint32_t;

class VisitorHash {
 public:
  /// With a key of its own, which nobody knows.
  VisitorHash();
  /// `address`: as text, without a port.
  Visitor operator()(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> key_;
};

/// Who came, and for whom of them something failed: a bit of 64 for each visitor; two may share one.
struct Visitors {
  std::uint64_t all = 0, failing = 0;

  void add(const Visitors& more) {
    all |= more.all;
    failing |= more.failing;
  }
};

/// Visitors as a worker sees them, until another thread takes them.
class SeenVisitors {
 public:
  void saw(Visitor visitor, bool failed) {
    const std::uint64_t bit = std::uint64_t{1} << (visitor % 64);
    all_.fetch_or(bit, std::memory_order_relaxed);
    if (failed) failing_.fetch_or(bit, std::memory_order_relaxed);
  }
  /// Those since this was asked last. Any thread.
  Visitors take() {
    return {all_.exchange(0, std::memory_order_relaxed), failing_.exchange(0, std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::uint64_t> all_{0}, failing_{0};
};

}  // namespace outrider::push
