// SPDX-License-Identifier: MIT
// What a client, or an application, says of a response's priority (RFC 9218), and what the scheduler of libh2o, which
// knows the weights of RFC 7540, makes of it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace outrider::push {

/// The parameters that a Priority field names, where they are valid (RFC 9218 4).
struct Priority {
  static constexpr std::uint8_t default_urgency = 3;
  static constexpr std::uint8_t last_urgency = 7;

  std::optional<std::uint8_t> urgency;  // 0, the most urgent, to 7
  std::optional<bool> incremental;      // read, but not expressible by weights: responses of one urgency share evenly

  friend bool operator==(const Priority&, const Priority&) = default;
};

/// Reads a Priority field's value, several fields joined by a comma (RFC 9218 5). Unknown parameters, values of another
/// type and an urgency out of range are as if they were not there; of repeated ones the last counts. A malformed value
/// says nothing.
Priority parse_priority(std::string_view value);

/// The weight (RFC 7540 5.3.2, 1 to 256) of an urgency of 0 to 7: 256, 102, 40, 16, 8, 4, 2, 1. The default urgency has
/// RFC 7540's default weight, so that a stream of a client that says nothing and one that says "u=3" are alike; the
/// others are as far apart as the range allows, since weights only share what the standard would rather have in order.
std::uint16_t weight_of_urgency(std::uint8_t urgency);

}  // namespace outrider::push
