// SPDX-License-Identifier: MIT
#include "observe/log_time.h"

#include <charconv>

namespace outrider::observe {
namespace {

using std::chrono::system_clock;

/// Takes digits, or fixed texts, from the front of what is left; what does not fit makes the whole unreadable.
class Taker {
 public:
  explicit Taker(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int number = 0;
    const std::string_view digits = take(count);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    // from_chars takes a minus sign, too.
    if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') good_ = false;
    return number;
  }
  void text(std::string_view wanted) {
    if (take(wanted.size()) != wanted) good_ = false;
  }
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) good_ = false;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;

  /// "08:00:30".
  void take_clock(Taker& taker) {
    hour = taker.digits(2);
    taker.text(":");
    minute = taker.digits(2);
    taker.text(":");
    second = taker.digits(2);
  }

  std::optional<system_clock::time_point> point() const {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    // The clock counts nanoseconds in 64 bits: from 1677 to 2262. 60 is a leap second.
    if (!date.ok() || year < 1900 || year > 2200 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
  }
};

int month_named(std::string_view name) {
  constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto at = names.find(name);
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

}  // namespace

std::optional<system_clock::time_point> read_rfc3339(std::string_view text) {
  Taker taker(text);
  Moment moment;
  moment.year = taker.digits(4);
  taker.text("-");
  moment.month = taker.digits(2);
  taker.text("-");
  moment.day = taker.digits(2);
  taker.text("T");
  moment.take_clock(taker);
  taker.text(".");
  const int milliseconds = taker.digits(3);
  taker.text("Z");
  const auto point = moment.point();
  if (!taker.done() || !point) return std::nullopt;
  return *point + std::chrono::milliseconds(milliseconds);
}

std::optional<system_clock::time_point> read_apache_time(std::string_view text) {
  Taker taker(text);
  Moment moment;
  moment.day = taker.digits(2);
  taker.text("/");
  moment.month = month_named(taker.take(3));
  taker.text("/");
  moment.year = taker.digits(4);
  taker.text(":");
  moment.take_clock(taker);
  taker.text(" ");
  const std::string_view sign = taker.take(1);
  const auto hours = std::chrono::hours(taker.digits(2));
  const auto offset = hours + std::chrono::minutes(taker.digits(2));
  const auto point = moment.point();
  if (!taker.done() || !point || (sign != "+" && sign != "-")) return std::nullopt;
  return sign == "+" ? *point - offset : *point + offset;
}

}  // namespace outrider::observe
