// SPDX-License-Identifier: MIT
#include "push/rule.h"

#include <algorithm>

namespace outrider::push {

Place Rule::place_of(std::string_view key) const {
  const auto known = std::find_if(lines.begin(), lines.end(), [&](const KeyLine& each) { return each.key == key; });
  return {place.file, known != lines.end() ? known->line : place.line};
}

}  // namespace outrider::push
