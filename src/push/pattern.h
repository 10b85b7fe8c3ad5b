// SPDX-License-Identifier: MIT
// Path patterns and globs. `*` stays within a segment, `**` crosses them, `{name}` captures one whole segment. Matching
// takes time in proportion to pattern × text, whatever the text: there is no back-tracking without bound.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"

namespace outrider::push {

/// A piece of a compiled pattern.
struct Segment {
  enum class Type { literal, glob, capture, many };  // many: a segment that is "**"
  Type type;
  std::string text;  // the literal, the glob, or the capture's name
};

class Pattern {
 public:
  /// Errors: no leading slash, an unclosed or empty or repeated {name}, {name} that is not a whole segment, "***".
  static Result<Pattern> parse(std::string_view text);

  /// True if the whole decoded path matches; captures are appended to `captures` (which may be null).
  bool matches(std::string_view path, std::vector<Capture>* captures) const;
  const std::string& text() const { return text_; }
  const std::vector<Segment>& segments() const { return segments_; }
  /// No wildcard and no capture: an exact path.
  bool is_exact() const;
  std::vector<std::string_view> capture_names() const;

 private:
  std::string text_;
  std::vector<Segment> segments_;
};

/// `*` matches any run of bytes (crossing slashes), everything else itself. Used for cookies, headers, hosts.
bool glob_matches(std::string_view glob, std::string_view text);

}  // namespace outrider::push
