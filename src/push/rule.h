// SPDX-License-Identifier: MIT
// A rule: a selector (host, method, path pattern, conditions) and a list of hints or a function that returns one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "push/condition.h"
#include "push/hint.h"
#include "push/pattern.h"

namespace outrider::push {

enum class Deliver : std::uint8_t { automatic, push, early_hints, link };

/// The line of a key in the table that a rule is written as.
struct KeyLine {
  std::string_view key;  // "share", or a condition's: "no_cookie"; of static storage
  int line = 0;

  bool operator==(const KeyLine&) const = default;
};

struct Rule {
  std::string name;  // never empty: "file.lua:12" where the author gave none
  Place place;
  /// Of the keys that can make a rule not match, where they are in other lines than `place`.
  std::vector<KeyLine> lines;
  std::vector<std::string> hosts;    // globs in lower case; empty = every host of the site
  std::vector<std::string> methods;  // upper case; empty = GET and HEAD
  std::vector<Pattern> paths;        // empty = every path
  std::vector<Pattern> except;
  Conditions when;
  /// Functions are numbers that mean something to the FunctionHost alone; -1 = none.
  int when_function = -1;
  int hints_function = -1;
  std::vector<Hint> hints;  // declared ones; urls may hold {name} of a capture
  Phase phase = Phase::request;
  Deliver deliver = Deliver::automatic;
  bool final = false;
  bool shadow = false;
  std::optional<double> share;                // of visitors, (0, 1]
  std::optional<std::uint64_t> budget_bytes;  // what its entries may push for one page at most
  std::optional<std::chrono::system_clock::time_point> from, until;

  bool operator==(const Rule&) const = default;

  /// Where a key of its table is written; its own place where that is not known.
  Place place_of(std::string_view key) const { return {place.file, line_of(key)}; }
  int line_of(std::string_view key) const;
};

}  // namespace outrider::push
