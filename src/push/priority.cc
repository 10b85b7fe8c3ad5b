// SPDX-License-Identifier: MIT
#include "push/priority.h"

#include <array>

#include "base/check.h"
#include "push/structured_field.h"

namespace outrider::push {

Priority parse_priority(std::string_view value) {
  Priority priority;
  const auto take = [&priority](std::string_view key, const FieldItem& item) {
    // A member of the wrong type still takes the place of an earlier one.
    if (key == "u") {
      const bool valid =
          item.type == FieldItem::Type::integer && item.integer >= 0 && item.integer <= Priority::last_urgency;
      priority.urgency = valid ? std::optional(static_cast<std::uint8_t>(item.integer)) : std::nullopt;
    } else if (key == "i") {
      priority.incremental = item.type == FieldItem::Type::boolean ? std::optional(item.boolean) : std::nullopt;
    }
  };
  return read_dictionary(value, take) ? priority : Priority{};
}

std::uint16_t weight_of_urgency(std::uint8_t urgency) {
  constexpr std::array<std::uint16_t, Priority::last_urgency + 1> weights{256, 102, 40, 16, 8, 4, 2, 1};
  CHECK(urgency < weights.size());
  return weights[urgency];
}

}  // namespace outrider::push
