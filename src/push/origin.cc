// SPDX-License-Identifier: MIT
#include "push/origin.h"

#include <algorithm>

#include "base/text.h"

namespace outrider::push {
namespace {

std::string_view without_default_port(const Origin& origin) {
  std::string_view authority = origin.authority;
  const std::string_view port = equals_ignoring_case(origin.scheme, "https")  ? ":443"
                                : equals_ignoring_case(origin.scheme, "http") ? ":80"
                                                                              : "";
  const bool ends =
      !port.empty() && authority.size() > port.size() && authority.substr(authority.size() - port.size()) == port;
  // In "2001:db8::80" without brackets, which is no authority anyway, the end is no port.
  if (ends) authority.remove_suffix(port.size());
  return authority;
}

}  // namespace

std::optional<SplitUrl> split_origin(std::string_view url) {
  const auto mark = url.find("://");
  if (mark == std::string_view::npos || mark == 0 ||
      url.substr(0, mark).find_first_of("/?#") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto end = std::min(url.find_first_of("/?#", mark + 3), url.size());
  const std::string_view authority = url.substr(mark + 3, end - mark - 3);
  if (authority.empty()) return std::nullopt;
  return SplitUrl{{url.substr(0, mark), authority}, url.substr(end)};
}

bool same_origin(const Origin& a, const Origin& b) {
  return equals_ignoring_case(a.scheme, b.scheme) &&
         equals_ignoring_case(without_default_port(a), without_default_port(b));
}

}  // namespace outrider::push
