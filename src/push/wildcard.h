// SPDX-License-Identifier: MIT
// The part of a path pattern that begins with the first `**`, where that is no simple one. Two kinds of wildcard and
// captures cannot be matched by the greedy way of a glob, so this fills a table of "can the rest of the pattern match
// the rest of the text", one row a token: time pattern × text, and of all ways to match the one where earlier wildcards
// take least.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "push/request.h"

namespace outrider::push {

class Wildcard {
 public:
  /// `text` is a valid pattern's tail (Pattern::parse sees to that), without the slash before it.
  explicit Wildcard(std::string_view text);

  /// True if all of `text` matches; captures are appended to `captures` (which may be null). Does not allocate for a
  /// text of ordinary size.
  bool matches(std::string_view text, std::vector<Capture>* captures) const;

  /// What every matching text ends with: ".html" of "a**/*.html"; empty where it ends with a wildcard or a capture.
  std::string_view suffix() const;
  void append_capture_names(std::vector<std::string_view>& names) const;

 private:
  struct Token {
    enum class Type {
      literal,   // these bytes
      star,      // any run without a slash
      any,       // any run
      segments,  // nothing, or any run that ends with a slash: "**/"
      capture,   // a whole segment that is not empty
    };
    Type type;
    std::string text;  // the literal or the capture's name
  };
  class Table;

  void append_segment(std::string_view segment, bool last);
  void append_literal(std::string_view text);
  /// The literals stand in the text one behind the other: what every match has, and cheap to see.
  bool has_literals(std::string_view text) const;
  void fill_row(std::size_t token, std::string_view text, Table& table) const;
  void capture_along(std::string_view text, const Table& table, std::vector<Capture>& captures) const;

  std::vector<Token> tokens_;
};

}  // namespace outrider::push
