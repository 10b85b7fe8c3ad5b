// SPDX-License-Identifier: MIT
// Path patterns and globs. `*` stays within a segment, `**` crosses them, `{name}` captures one whole segment. Matching
// takes time in proportion to pattern × text, whatever the text: there is no back-tracking without bound.
//
// A pattern is a head, segments that the rule index can file in a trie, and perhaps more: segments behind a gap
// ("/docs/" and then "**/{page}.html" is the head "docs" and, counted from the path's end, the last segment), or a
// tail, which is all from the first segment with a `**` in it where the wildcards are none of these simple kinds
// ("**.php", "**/img/**").
//
// What matches: `*` and `**` match nothing as well ("/img/*" matches "/img/"), `{name}` does not. A whole segment `**`
// stands for any number of segments, none included: "/**/cart" matches "/cart" and "/de/shop/cart"; "/docs/**" matches
// "/docs/" and all below it, but not "/docs".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"
#include "push/wildcard.h"

namespace outrider::push {

/// A piece of a pattern's head.
struct Segment {
  enum class Type { literal, glob, capture };
  Type type;
  std::string text;  // the literal, the glob, or the capture's name

  /// True if one segment of a path (without slashes) fits.
  bool fits(std::string_view segment) const;
};

class Pattern {
 public:
  static constexpr std::size_t max_bytes = 1024;

  /// Errors: no leading slash, an unclosed or empty or repeated {name}, {name} that is not a whole segment, "***", what
  /// no decoded, normalised path can hold (a query, percent-encoding, "..", "//"), more than `max_bytes`.
  static Result<Pattern> parse(std::string_view text);

  /// A path that it matches: "/img/x/1" of "/img/*/{id}".
  std::string example() const;

  /// True if the whole decoded path matches; captures are appended to `captures` (which may be null).
  bool matches(std::string_view path, std::vector<Capture>* captures) const;
  const std::string& text() const { return text_; }
  friend bool operator==(const Pattern& a, const Pattern& b) { return a.text_ == b.text_; }
  /// The head: the segments before the first one with a `**` in it.
  const std::vector<Segment>& segments() const { return segments_; }
  /// The segments that must end the path, behind the head and any number of others; empty where the pattern has not
  /// exactly one `**` or where that is no whole segment with more behind it.
  const std::vector<Segment>& last_segments() const { return last_segments_; }
  /// What follows the head otherwise, or nullptr where there is no `**`.
  const Wildcard* tail() const { return tail_ ? &*tail_ : nullptr; }
  /// No wildcard and no capture: an exact path.
  bool is_exact() const;
  /// In the order in which they stand.
  std::vector<std::string_view> capture_names() const;

 private:
  std::string text_;
  void compile_wild(std::string_view text);

  std::vector<Segment> segments_, last_segments_;
  std::optional<Wildcard> tail_;
};

/// What remains of `text`, segments without the slash in front, when all but the last `count` are left out. Nothing
/// where there are fewer.
std::optional<std::string_view> last_of(std::string_view text, std::size_t count);

/// `*` matches any run of bytes (crossing slashes), everything else itself. Used for cookies, headers, hosts.
bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace outrider::push
