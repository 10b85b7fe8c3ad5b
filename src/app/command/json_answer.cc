// SPDX-License-Identifier: MIT
#include "app/command/json_answer.h"

#include <fmt/format.h>

namespace outrider::app {

using Json = nlohmann::ordered_json;

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

Json error_json(const std::string& config, const std::string& message) {
  return {{"ok", false}, {"config", config}, {"error", message}};
}

Json problems_json(const std::string& config, const std::vector<Problem>& problems) {
  Json json{{"ok", false}, {"config", config}, {"problems", Json::array()}};
  for (const auto& [place, message] : problems) {
    json["problems"].push_back({{"file", place.file}, {"line", place.line}, {"message", message}});
  }
  return json;
}

}  // namespace outrider::app
