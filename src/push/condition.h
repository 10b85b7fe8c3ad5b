// SPDX-License-Identifier: MIT
// Declared conditions of a rule (`when = { … }`): data that C++ matches and that can be explained field by field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "push/request.h"

namespace outrider::push {

/// `name = glob` over cookies, header fields or query parameters.
struct Named {
  std::string name;  // a glob for cookies, exact (lower case) for headers, exact for query parameters
  std::string glob = "*";

  bool operator==(const Named&) const = default;
};

/// client = "chromium>=120": a family and, perhaps, a comparison with the major version.
struct ClientCondition {
  enum class Compare : std::uint8_t { any, less, at_most, equal, at_least, more };
  Family family = Family::other;
  Compare compare = Compare::any;
  int version = 0;

  /// Errors name the families and the form.
  static Result<ClientCondition> parse(std::string_view text);
  bool holds(const Browser& browser) const;

  bool operator==(const ClientCondition&) const = default;
};

struct Conditions {
  std::vector<Named> cookie;     // every one must be there
  std::vector<Named> no_cookie;  // none may be there
  std::vector<Named> header, query;
  std::vector<ClientCondition> client;  // one must hold, if any are given
  std::optional<bool> mobile, bot, save_data;
  std::vector<std::string> language;  // one must be the best match of Accept-Language
  std::vector<Network> network;       // the client's address is in one
  std::vector<std::string> country;

  bool empty() const;
  /// The name of the first condition that does not hold ("no_cookie"), or empty if all hold. Notes in request.reads
  /// what was looked at for that; a query parameter is not noted, because a cache tells URLs apart anyway.
  std::string_view failing(const Request& request) const;

  bool operator==(const Conditions&) const = default;
};

/// The first of `offered` that Accept-Language prefers (RFC 4647 3.4 lookup), or empty.
std::string_view best_language(std::string_view accept_language, const std::vector<std::string>& offered);

}  // namespace outrider::push
