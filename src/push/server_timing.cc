// SPDX-License-Identifier: MIT
#include "push/server_timing.h"

#include <string_view>

namespace outrider::push {
namespace {

constexpr std::size_t longest_text = 100;
/// What `, outrider;desc="and N more"` takes for any N.
constexpr std::size_t reserved_bytes = 64;

/// What a quoted-string may hold without an escape or with one (RFC 9110 5.6.4); what else there is, is left out.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) continue;
    if (result.size() == longest_text) return result.replace(longest_text - 3, 3, "...");
    result += c;
  }
  return result;
}

std::string metric(std::string_view description) {
  std::string result = "outrider;desc=\"";
  for (const char c : description) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result += '"';
}

std::string metric(const DeliveryRecord& delivery) {
  std::string description(name_of(delivery.how));
  description.append(1, ' ').append(shown(delivery.url)).append(" (").append(shown(delivery.rule));
  if (delivery.reason != Reason::sent) description.append(", ").append(name_of(delivery.reason));
  return metric(description.append(1, ')'));
}

}  // namespace

std::string server_timing(std::span<const DeliveryRecord> deliveries) {
  std::string result;
  std::size_t shown_entries = 0;
  for (; shown_entries != deliveries.size() && shown_entries != most_timing_entries; ++shown_entries) {
    const std::string next = metric(deliveries[shown_entries]);
    if (result.size() + 2 + next.size() + reserved_bytes > most_timing_bytes) break;
    if (!result.empty()) result += ", ";
    result += next;
  }
  const std::size_t left = deliveries.size() - shown_entries;
  if (left != 0) result.append(", ").append(metric("and " + std::to_string(left) + " more"));
  return result;
}

}  // namespace outrider::push
