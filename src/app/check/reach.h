// SPDX-License-Identifier: MIT
// Rules that no request can reach: behind a final one, for hosts of nobody, for paths that are asked of nobody, or out
// of time. What is said is proven.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "app/offline/offline.h"
#include "push/rule.h"

namespace outrider::app {

/// A rule as its file has it, which may be several sites'.
using AsWritten = std::tuple<std::string, int, std::string>;
AsWritten as_written(const push::Rule& rule);

/// The rules of a site of the configuration, by its position.
const std::vector<push::Rule>& rules_of(const Offline& offline, std::size_t site);

struct Unreached {
  const push::Rule* rule = nullptr;
  std::string_view key;  // of it, that is to blame
  std::string why;       // a predicate: "never matches: ..."
};

/// The rules that no request reaches on any of the sites that have them, each once.
std::vector<Unreached> unreached_rules(const Offline& offline);

}  // namespace outrider::app
