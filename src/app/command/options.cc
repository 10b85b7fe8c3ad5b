// SPDX-License-Identifier: MIT
#include "app/command/options.h"

#include <charconv>

namespace outrider::app {

std::function<std::string(std::string)> up_to(std::int64_t most) {
  return [most](const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && number >= 1 && number <= most) return std::string();
    return "expected a number from 1 to " + std::to_string(most) + ", found \"" + text + "\"";
  };
}

std::function<std::string(std::string)> some(const std::string& what) {
  return [what](const std::string& text) { return text.empty() ? "expected " + what + ", found nothing" : ""; };
}

}  // namespace outrider::app
