// SPDX-License-Identifier: MIT
#include "script/moment.h"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace outrider::script {
namespace {

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

struct Parts {
  std::array<int, 6> number{};  // year, month, day, hour, minute, second
};

std::optional<Parts> take_parts(std::string_view text) {
  Parts parts;
  constexpr std::array<std::size_t, 6> digits{4, 2, 2, 2, 2, 2};
  constexpr std::array<char, 6> before{0, '-', '-', ' ', ':', ':'};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    // A moment may end after the day, the minute or the second.
    if ((i == 3 || i == 5) && (text.empty() || text == "Z")) return parts;
    if (before[i] != 0 && !take(text, before[i])) return std::nullopt;
    const auto number = take_number(text, digits[i]);
    if (!number) return std::nullopt;
    parts.number[i] = *number;
  }
  if (!text.empty() && text != "Z") return std::nullopt;
  return parts;
}

}  // namespace

Result<std::chrono::system_clock::time_point> parse_moment(std::string_view text) {
  using namespace std::chrono;
  const auto parts = take_parts(text);
  if (!parts) {
    return failure(
        fmt::format("expected a moment in UTC as in \"2026-11-27\" or \"2026-11-27 08:00\", found \"{}\"", text));
  }
  const auto& [y, mo, d, h, mi, s] = parts->number;
  const year_month_day day{year{y}, month{static_cast<unsigned>(mo)}, std::chrono::day{static_cast<unsigned>(d)}};
  if (!day.ok()) return failure(fmt::format("no calendar has the day in \"{}\"", text));
  if (h > 23 || mi > 59 || s > 59) return failure(fmt::format("no clock shows the time in \"{}\"", text));
  return sys_days{day} + hours{h} + minutes{mi} + seconds{s};
}

}  // namespace outrider::script
