// SPDX-License-Identifier: MIT
// Which part of a page an HTML parser needs in order to tell what the head names. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace outrider::script {

/// What HTML takes for white space.
inline constexpr std::string_view html_space = " \t\r\n\f";

struct HtmlHead {
  std::string text;
  /// What follows is the body, so that more of the page would tell nothing more.
  bool whole = false;
};

/// The text up to the body, without <noscript>, or up to where it is no head that anybody would write: at most 256 KiB
/// and 1,000 tags. What stands in comments and scripts ends no head.
HtmlHead cut_html_head(std::string_view page);

}  // namespace outrider::script
