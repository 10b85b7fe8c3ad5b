// SPDX-License-Identifier: MIT
// What a response says about caches (RFC 9111), as far as hints depend on it: whether its Link may be seen by somebody
// else, whether what it says is said to everybody, and whether an asset that came early is still there when the page
// asks for it. Pure functions of heads; what makes no sense in a field reads as if it were absent.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "push/request.h"

namespace outrider::push {

/// All Cache-Control fields together (RFC 9111 5.2.2). Directives that are not known are ignored.
struct CacheControl {
  bool no_store = false;
  bool no_cache = false;    // without field names; with them the response itself may be reused
  bool is_private = false;  // likewise
  bool is_public = false;
  bool must_revalidate = false;
  bool must_understand = false;
  std::optional<std::uint32_t> max_age_s, s_maxage_s;  // the first of each; absent where it cannot be read

  bool operator==(const CacheControl&) const = default;
};

CacheControl cache_control(Fields fields);

/// What CDN-Cache-Control says in the same words (RFC 9213): it counts for shared caches instead of Cache-Control and
/// Expires. Nothing where it is absent, empty or malformed, and so is to be ignored (2.1).
std::optional<CacheControl> targeted_cache_control(Fields fields);

/// Whether a cache that serves several users may store a response with this head (RFC 9111 3). `authorized`: the
/// request had an Authorization field. A response that says nothing about it (max-age, s-maxage, Expires, public) is
/// not stored, or with `heuristics` stored by its status (4.2.2): true where a cache stands in between.
bool may_be_stored_for_all(bool authorized, const Response& response, bool heuristics);

/// How long the client itself may use a response without asking again (RFC 9111 4.2): by max-age, by Expires, else a
/// tenth of the time since it was last modified (4.2.2), as browsers have it; less the age that it comes with. `now`
/// counts where there is no Date.
std::chrono::seconds freshness(Fields fields, std::chrono::sys_seconds now);

/// Vary names `*`, Cookie or Authorization: the next visitor may be told something else.
bool varies_by_visitor(Fields fields);

/// What a promise repeats of the page's request, and every request of one browser has alike.
inline constexpr std::array<std::string_view, 4> fields_of_all_requests{"accept-encoding", "accept-language",
                                                                        "user-agent", "origin"};

/// Vary names `*` or a field that is not among `allowed` (lower case): an asset that was promised or hinted without
/// that field may be another one than the page gets.
bool varies_beyond(Fields fields, std::span<const std::string_view> allowed = fields_of_all_requests);

/// The Vary field `existing` with `names` (lower case) behind it as far as it lacks them (RFC 9110 12.5.5). With `*` on
/// either side it is what was there, or `*`: nothing can be added to that.
std::string merged_vary(std::string_view existing, std::span<const std::string> names);

}  // namespace outrider::push
