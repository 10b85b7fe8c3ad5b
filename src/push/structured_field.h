// SPDX-License-Identifier: MIT
// Reads dictionaries among Structured Field values (RFC 8941 3.2), strictly: a value with any fault counts as a whole
// as not sent (4.2). Pure, in one pass, without an allocation. Only what our fields need is handed on; everything else
// is checked and passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace outrider::push {

/// The value of a dictionary's member, without its parameters.
struct FieldItem {
  enum class Type { boolean, integer, other };  // `other`: decimal, string, token, byte sequence, inner list
  Type type = Type::other;
  std::int64_t integer = 0;
  bool boolean = false;
};

/// Calls `member` for each member in the order in which they stand. A key may come twice: then its last member counts.
/// False if the text is malformed; what was handed on before is then void. An empty text is an empty dictionary.
bool read_dictionary(std::string_view text,
                     const std::function<void(std::string_view key, const FieldItem& item)>& member);

}  // namespace outrider::push
