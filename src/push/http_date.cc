// SPDX-License-Identifier: MIT
#include "push/http_date.h"

#include <algorithm>
#include <array>

namespace outrider::push {
namespace {

constexpr std::string_view shape = "www, 00 mmm 0000 00:00:00 GMT";  // w, m: letters; 0: digits; else as it stands

bool has_shape(std::string_view text) {
  if (text.size() != shape.size()) return false;
  return std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
    if (s == '0') return c >= '0' && c <= '9';
    if (s == 'w' || s == 'm') return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return c == s;
  });
}

unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<unsigned>(digit - '0');
  return value;
}

/// From 1; 0 for what is none.
unsigned month(std::string_view name) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : static_cast<unsigned>(found - names.begin()) + 1;
}

}  // namespace

std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
  if (!has_shape(text)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(number(text.substr(12, 4)))),
                                         std::chrono::month(month(text.substr(8, 3))),
                                         std::chrono::day(number(text.substr(5, 2)))};
  const unsigned hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
                 second = number(text.substr(23, 2));
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace outrider::push
