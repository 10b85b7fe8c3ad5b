// SPDX-License-Identifier: MIT
// A response's head that can be told beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "push/request.h"

namespace outrider::http {

/// The head of an answer that is known before anybody has asked for it, as far as it tells something of hints.
struct RouteHead {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::uint64_t bytes = 0;                                  // of a file,
  std::string version;                                      // which changes when it does

  /// Views into it.
  std::vector<push::Field> views() const;
};

/// The route has the answer at hand: a 103 would not come sooner than it. `path` is decoded and normalised.
bool answers_at_once(const config::Route& route, std::string_view path);

}  // namespace outrider::http
