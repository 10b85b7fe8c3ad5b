// SPDX-License-Identifier: MIT
#include "push/asset_type.h"

#include <algorithm>
#include <iterator>

namespace outrider::push {
namespace {

/// RFC 9239, and what servers said before it.
bool is_javascript(std::string_view type) {
  constexpr std::string_view types[] = {"text/javascript", "application/javascript", "application/x-javascript",
                                        "text/ecmascript", "application/ecmascript", "text/jscript"};
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

bool is_font(std::string_view type) {
  return type.starts_with("font/") || type.starts_with("application/font-") ||
         type.starts_with("application/x-font-") || type == "application/vnd.ms-fontobject";
}

/// "woff2" of "font/woff2" (RFC 8081) and of what it was called before.
std::string_view font_format(std::string_view type) {
  for (const std::string_view prefix : {"font/", "application/font-", "application/x-font-"}) {
    if (!type.starts_with(prefix)) continue;
    type.remove_prefix(prefix.size());
    if (type == "truetype") return "ttf";
    return type == "opentype" ? "otf" : type;
  }
  return {};
}

bool says_nothing(std::string_view type) {
  return type.empty() || type == "application/octet-stream" || type == "binary/octet-stream";
}

}  // namespace

bool same_type(std::string_view a, std::string_view b) {
  if (a == b || says_nothing(a) || says_nothing(b) || (is_javascript(a) && is_javascript(b))) return true;
  const std::string_view format = font_format(a);
  return !format.empty() && format == font_format(b);
}

bool type_fits(Kind kind, std::string_view media_type) {
  if (says_nothing(media_type)) return true;
  switch (kind) {
    case Kind::style:
      return media_type == "text/css";
    case Kind::script:
    case Kind::module:
      return is_javascript(media_type);
    case Kind::font:
      return is_font(media_type);
    case Kind::image:
      return media_type.starts_with("image/");
    case Kind::fetch:
    case Kind::preconnect:
      break;
  }
  return true;
}

std::optional<Kind> kind_of_type(std::string_view media_type) {
  for (const Kind kind : {Kind::style, Kind::script, Kind::font, Kind::image}) {
    if (!says_nothing(media_type) && type_fits(kind, media_type)) return kind;
  }
  return std::nullopt;
}

}  // namespace outrider::push
