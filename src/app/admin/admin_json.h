// SPDX-License-Identifier: MIT
// JSON as the admin plane writes it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace outrider::app {

using Json = nlohmann::ordered_json;

/// A rule's name is the author's bytes: what is no UTF-8 is replaced, not thrown over.
inline std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace outrider::app
