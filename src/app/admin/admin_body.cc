// SPDX-License-Identifier: MIT
#include "app/admin/admin_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace outrider::app {

http::AdminResponse refuse(int status, std::string message) {
  return {status, "application/json", dump(Json{{"error", std::move(message)}})};
}

Body::Body(const std::string& text) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  json_ = Json::parse(text, nullptr, false);
  if (json_.is_discarded() || !json_.is_object()) throw Refusal{400, "the body is no JSON object"};
}

std::vector<std::string> Body::texts(const char* name) {
  constexpr const char* expected = "a list of strings";
  const Json list = take(name, &Json::is_array, expected, Json::array());
  std::vector<std::string> texts;
  for (const Json& each : list) {
    if (!each.is_string()) throw Refusal{400, wrong(name, expected)};
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

std::int64_t Body::number(const char* name, std::int64_t most, std::int64_t least) {
  return number_if_any(name, least, most).value_or(0);
}

std::optional<std::int64_t> Body::number_if_any(const char* name, std::int64_t least, std::int64_t most) {
  // One beyond an int64_t would come out of take() as another.
  const std::string found = json_.contains(name) ? json_[name].dump() : std::string();
  const auto value = take(name, &Json::is_number_integer, "a whole number", std::int64_t{0});
  if (found.empty() || found == "null") return std::nullopt;
  if (value >= least && value <= most && found == std::to_string(value)) return value;
  throw Refusal{400, fmt::format("\"{}\": expected a whole number from {} to {}, found {}", name, least, most, found)};
}

void Body::end() const {
  for (const auto& [name, value] : json_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    throw Refusal{400, fmt::format("unknown member \"{}\"{}", name, did_you_mean(name, known_))};
  }
}

std::string Body::wrong(const char* name, const char* expected) {
  return fmt::format("\"{}\": expected {}", name, expected);
}

}  // namespace outrider::app
