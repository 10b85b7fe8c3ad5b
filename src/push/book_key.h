// SPDX-License-Identifier: MIT
// Under what the books (asset_book.h, page_book.h) keep what they know: scheme, host and path in one text, put together
// on the stack, because every request asks. What is too long for it is nothing that a book remembers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace outrider::push {

/// Whose path it is. What a host answers over http says nothing of https: mostly it redirects from the one to the
/// other.
struct SchemeHost {
  std::string_view host;  // with its port, where that is not the scheme's own
  bool secure = true;     // https
};

class BookKey {
 public:
  static constexpr std::size_t longest_host = 255;  // RFC 1035 2.3.4
  static constexpr std::size_t longest_path = 1'024;

  BookKey(SchemeHost of, std::string_view path) {
    if (of.host.size() > longest_host || path.size() > longest_path) return;
    auto end = std::copy(of.host.begin(), of.host.end(), text_.begin());
    // No host holds a space or a tab, so that two triples never make the same key.
    *end++ = of.secure ? ' ' : '\t';
    end = std::copy(path.begin(), path.end(), end);
    size_ = static_cast<std::size_t>(end - text_.begin());
  }

  bool fits() const { return size_ != 0; }
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, longest_host + 1 + longest_path> text_;
  std::size_t size_ = 0;
};

}  // namespace outrider::push
