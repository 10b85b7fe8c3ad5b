// SPDX-License-Identifier: MIT
#include "push/rule.h"

#include <algorithm>

namespace outrider::push {

int Rule::line_of(std::string_view key) const {
  const auto known = std::find_if(lines.begin(), lines.end(), [&](const KeyLine& each) { return each.key == key; });
  return known != lines.end() ? known->line : place.line;
}

}  // namespace outrider::push
