// SPDX-License-Identifier: MIT
// What would be decided for a request, by the same steps as for one that came, but nothing goes out: for `outrider
// explain`, tests beside the rules, replay. It says as much as is given: what only a connection, a response or
// experience knows has to be assumed by whoever asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/decisions.h"
#include "push/evaluate.h"
#include "push/final_head.h"
#include "push/request.h"
#include "push/rule_set.h"

namespace outrider::push {

class Switches;

/// What surrounds a request. Everything outlives the rehearsal and what comes of it.
struct Setting {
  const RuleSet* rules = nullptr;     // null: the site has none
  FunctionHost* functions = nullptr;  // may be null where no rule has a function
  const Switches* switches = nullptr;
  std::string_view site;
  bool push = true;                           // what the site allows
  std::optional<std::uint64_t> budget_bytes;  // by the site
  std::uint32_t client_push_room = 100;       // as browsers and tools allow
  std::uint32_t own_push_room = 64;
  std::uint64_t open_bytes = 0;  // promised on the connection for other pages, and not at their end
  bool connection_closing = false;
  bool answers_at_once = false;  // the route has the page at hand
  // Of the page, by experience.
  bool page_redirects = false;
  std::optional<std::chrono::microseconds> think_time;
  std::optional<std::uint64_t> page_bytes;
  std::vector<Hint> learned;  // what its application says to everybody
};

struct Rehearsed {
  /// `delivered` says what would have gone how: with an answer that takes no hints, such as an error, no Link goes.
  Decisions decisions;
  /// Of the rules whose selector fits, in their order, those of the request phase first. A rule behind a final one, or
  /// of the response phase where no head is given, has none.
  std::vector<RuleTrace> traces;
  std::vector<std::string> early_links;  // the Link values of the 103, empty where none goes out
  std::vector<std::string> links;        // of the final response, beside its own; without a head as if it were a page
  Budget budget;                         // as it was when hints were delivered last
};

/// Of an entry that is one visitor's: the rule that looked at something personal, which is its own, or a final one
/// before it, on which depends whether it is asked at all. Null where none did.
const RuleTrace* personal_cause(const Rehearsed& rehearsed, const Entry& entry);

/// `head` may be null: then the response phase does not come.
Rehearsed rehearse(const Request& request, const Setting& setting, const FinalHead* head);

}  // namespace outrider::push
