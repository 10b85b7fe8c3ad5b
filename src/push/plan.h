// SPDX-License-Identifier: MIT
// hints × client × connection → deliveries with reasons: a pure function, the heart of the server. The final response's
// Link is the full list whichever delivery was used, but for push_only entries, shadow rules and hints of a wrong
// type.
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
  std::uint64_t bytes = 0;       // what a push takes of the budget, or would take if that were not over
};

/// What the connection, the site and the route say, apart from the client itself.
struct Situation {
  bool pushed_request = false;    // this request is itself a push: nothing is delivered
  bool answer_ready = false;      // the page will be sent at once: a 103 would not come sooner
  bool page_redirects = false;    // its last answers did: what is hinted for them may be for another page
  bool head_known = false;        // the head of the final response is there: a 103 would come behind it
  bool unchanged = false;         // that head says 304: the client has the page, and may have what belongs to it
  bool early_hints_sent = false;  // one has gone out for this request
  bool connection_closing = false;
  bool push = true;  // what the site allows
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
/// Entries that may go behind the page (PushPriority::after) take what the others leave of budget and room.
/// Same-origin means the request's scheme and `authority` (host with port). A push that waits for the head of a
/// conditional request's answer has reason `conditional_request`: plan it again with `head_known`.
///
/// Request::assets tells what is known of an asset:
///   - It fails or redirects: only Link. A page that names the asset fetches it anyway, and how it answers is what the
///     asset and its rule's generation are judged by: without it nobody would learn that it is there again.
///   - Its type is not the hint's: nothing, because browsers would fetch it in vain, and once more for the page. Where
///     another kind fits, whoever asks for a plan has corrected that before, and has marked what none fits
///     (Entry::wrong_type): that is why a plan looks for no type where it needs no other fact of the asset.
///   - It goes stale at once: pushed and in Link, but not in a 103, after which browsers fetch it again.
///   - It wants cookies, or varies: in a 103 and in Link, but not pushed: a promise has only what `with` repeats.
/// What the application says stays in Link whatever is known.
Plan plan(const PushList& list, const Request& request, std::string_view authority, const Situation& situation);

/// The path (with query, without fragment) that a hint asks to push, if it is on this origin; else empty. A default
/// port counts as none.
std::string_view same_origin_path(std::string_view url, std::string_view scheme, std::string_view authority);

/// The Link values for a 103: the entries that the plan gives to early_hints.
std::vector<std::string> early_links(const PushList& list, const Plan& plan);

}  // namespace outrider::push
