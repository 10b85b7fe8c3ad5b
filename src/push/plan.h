// SPDX-License-Identifier: MIT
// hints × client × connection → deliveries with reasons: a pure function, the heart of the server. The final response's
// Link is the full list whichever delivery was used, push_only entries and shadow rules excepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "push/push_list.h"
#include "push/reason.h"
#include "push/request.h"
#include "push/spending.h"

namespace outrider::push {

class Switches;

enum class How : std::uint8_t { none, link, early_hints, push };

std::string_view name_of(How how);

struct Delivery {
  std::size_t entry = 0;  // index into the push list
  How how = How::none;
  Reason reason = Reason::sent;  // why not by the better way; `sent` where it went by the best one
  std::uint64_t bytes = 0;       // of a push: what it takes of the budget
};

/// Which requests get a 103: what the site's configuration says.
enum class EarlyHintsFor : std::uint8_t { nobody, navigations, everybody };

/// What the connection, the site and the route say, apart from the client itself.
struct Situation {
  bool http2 = false;
  bool pushed_request = false;    // this request is itself a push: nothing is delivered
  bool answer_ready = false;      // the page will be sent at once: a 103 would not come sooner
  bool page_redirects = false;    // its last answers did: what is hinted for them may be for another page
  bool head_known = false;        // the head of the final response is there, and it is no 304
  bool early_hints_sent = false;  // one has gone out for this request
  bool response_started = false;  // only Link is left
  bool connection_closing = false;
  bool passes_early_hints = false;  // a trusted proxy in front forwards 103 also over HTTP/1.1
  bool push = true;                 // what the site allows
  EarlyHintsFor early_hints = EarlyHintsFor::navigations;
  /// How many more pushes may be open on the connection now, by the client's limit and by ours.
  std::uint32_t client_push_room = 0;
  std::uint32_t own_push_room = 0;
  Budget budget;                       // of the page
  const Spending* spending = nullptr;  // what has been promised for it already; null: nothing
  /// What an operator has switched off, and the name of the request's site; null where nothing is off.
  const Switches* switches = nullptr;
  std::string_view site;
};

struct Plan {
  std::vector<Delivery> deliveries;  // one for each entry, in list order
  bool any(How how) const;
};

/// Decides for every entry of `list`. A delivery that is switched off is not used: what would be pushed or go into a
/// 103 goes into Link, and what a rule has in Link goes nowhere; the application's own Link field is not ours.
/// Same-origin means the request's scheme and `authority` (host with port). Request::assets tells what is known of an
/// asset. In the response phase say `answer_ready`: the head is there already. A push that waits for the head of a
/// conditional request's answer has reason `conditional_request`: plan it again with `head_known`.
Plan plan(const PushList& list, const Request& request, std::string_view authority, const Situation& situation);

/// The path (with query, without fragment) that a hint asks to push, if it is on this origin; else empty. A default
/// port counts as none.
std::string_view same_origin_path(std::string_view url, std::string_view scheme, std::string_view authority);

/// The Link values for the final response: every entry that is not push_only; whoever sends them leaves out what is
/// switched off.
std::vector<std::string> final_links(const PushList& list);
/// The Link values for a 103: the entries that the plan gives to early_hints.
std::vector<std::string> early_links(const PushList& list, const Plan& plan);

}  // namespace outrider::push
