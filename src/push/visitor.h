// SPDX-License-Identifier: MIT
// Who asked, as far as the books (asset_book.h, page_book.h) must tell two visitors apart: a short keyed hash of the
// address, of IPv6 about the end site's network alone, because one visitor has all of it (RFC 6177, RFC 8981). No
// address is kept, and without the key nobody can choose two that collide. One per worker.
#pragma once

#include <array>
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

}  // namespace outrider::push
