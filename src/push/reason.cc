// SPDX-License-Identifier: MIT
// The table behind reason.h. A reason's position here is its value, which the test of this file holds to.
#include "push/reason.h"

#include <array>
#include <cstddef>

#include "base/check.h"

namespace outrider::push {
namespace {

constexpr std::array<ReasonText, 27> table{{
    {Reason::sent, "sent", "sent by the best way that this client can use"},
    {Reason::client_disabled_push, "client_disabled_push", "the client refuses pushes (SETTINGS_ENABLE_PUSH is 0)"},
    {Reason::client_stream_limit, "client_stream_limit", "the client allows no more pushes at the same time"},
    {Reason::push_limit, "push_limit", "as many pushes are open on this connection as the server allows"},
    {Reason::already_sent, "already_sent", "the asset has already been sent on this connection"},
    {Reason::own_url, "own_url", "the hint names the very URL that was requested"},
    {Reason::not_navigation, "not_navigation", "the client is not opening a page (Sec-Fetch-Mode is not navigate)"},
    {Reason::prefetch, "prefetch", "the client is only prefetching or prerendering the page"},
    {Reason::bot, "bot", "the client is a bot, which gets Link alone"},
    {Reason::cross_origin, "cross_origin", "the URL is on another origin, which this connection may not push for"},
    {Reason::not_an_asset, "not_an_asset",
     "a preconnect, or an image that has only a set of sources, cannot be pushed"},
    {Reason::nopush, "nopush", "the hint says nopush"},
    {Reason::rule_says_otherwise, "rule_says_otherwise", "the rule's deliver key asks for another way"},
    {Reason::answer_ready, "answer_ready", "the page is sent at once, so that a 103 would not come sooner"},
    {Reason::behind_proxy, "behind_proxy", "a proxy stands in between and does not pass this on"},
    {Reason::early_hints_unsupported, "early_hints_unsupported", "this browser cannot use this kind of hint in a 103"},
    {Reason::early_hints_already_sent, "early_hints_already_sent", "a 103 has already been sent for this request"},
    {Reason::early_hints_too_late, "early_hints_too_late", "the response had begun before a 103 could be sent"},
    {Reason::push_too_late, "push_too_late", "the response had begun before the push could be promised"},
    {Reason::not_http2, "not_http2", "the connection does not speak HTTP/2"},
    {Reason::not_for_this_method, "not_for_this_method", "only a GET of the client's own is pushed for or gets a 103"},
    {Reason::conditional_request, "conditional_request",
     "the client has the page already and asks whether it changed; it may have the assets too"},
    {Reason::connection_closing, "connection_closing", "the connection is being closed and takes no new streams"},
    {Reason::switched_off, "switched_off", "an operator has switched this off"},
    {Reason::no_answer, "no_answer", "the asset has no good answer"},
    {Reason::library_declined, "library_declined", "the HTTP/2 library declined to push"},
    {Reason::shadow, "shadow", "the rule is a shadow rule: evaluated and counted, delivered to nobody"},
}};

static_assert(static_cast<std::size_t>(Reason::shadow) + 1 == table.size());

}  // namespace

std::span<const ReasonText> reasons() {
  return table;
}

const ReasonText& text_of(Reason reason) {
  const auto position = static_cast<std::size_t>(reason);
  CHECK(position < table.size());
  return table[position];
}

std::string_view name_of(Reason reason) {
  return text_of(reason).name;
}

}  // namespace outrider::push
