// SPDX-License-Identifier: MIT
// The table behind reason.h. A reason's position here is its value, which the test of this file holds to.
#include "push/reason.h"

#include <array>
#include <cstddef>

#include "base/check.h"

namespace outrider::push {
namespace {

constexpr std::array<ReasonText, 44> table{{
    {Reason::sent, "sent", "sent by the best way that this client can use"},
    {Reason::client_disabled_push, "client_disabled_push", "the client refuses pushes (SETTINGS_ENABLE_PUSH is 0)"},
    {Reason::client_stream_limit, "client_stream_limit", "the client allows no more pushes at the same time"},
    {Reason::push_limit, "push_limit", "as many pushes are open on this connection as the server allows"},
    {Reason::already_sent, "already_sent", "the asset has already been sent on this connection"},
    {Reason::in_cookie, "in_cookie", "the client has the asset already, as its cookie says"},
    {Reason::version_unknown, "version_unknown",
     "the client has been here before, and it is not known yet which version of the asset is the present one"},
    {Reason::over_budget, "over_budget",
     "the connection cannot carry more before the page is ready, or budget_bytes is reached"},
    {Reason::own_url, "own_url", "the hint names the very URL that was requested"},
    {Reason::not_navigation, "not_navigation", "the client is not opening a page (Sec-Fetch-Mode is not navigate)"},
    {Reason::prefetch, "prefetch", "the client is only prefetching or prerendering the page"},
    {Reason::bot, "bot", "the client is a bot, which gets Link alone"},
    {Reason::cross_origin, "cross_origin", "the URL is on another origin, which this connection may not push for"},
    {Reason::not_an_asset, "not_an_asset",
     "a preconnect, or an image that has only a set of sources, cannot be pushed"},
    {Reason::nopush, "nopush", "the hint says nopush"},
    {Reason::rule_says_otherwise, "rule_says_otherwise", "the rule's deliver key asks for another way"},
    {Reason::push_off, "push_off", "the site's configuration says push = false"},
    {Reason::push_unsupported, "push_unsupported", "the table of clients says that this browser has no use for pushes"},
    {Reason::asset_failed, "asset_failed", "the asset's last answers were errors"},
    {Reason::asset_redirects, "asset_redirects", "the asset's last answer was a redirect"},
    {Reason::asset_varies, "asset_varies", "the asset varies by request fields that a promise does not repeat"},
    {Reason::needs_credentials, "needs_credentials",
     "the asset wants cookies or authorization, which a promise repeats only where the hint's `with` names them"},
    {Reason::wrong_type, "wrong_type", "the asset's media type is not what the hint says, and no hint fits it"},
    {Reason::browser_chooses, "browser_chooses",
     "the hint has media, imagesrcset or imagesizes, by which the browser chooses; only Link can carry them"},
    {Reason::not_cacheable, "not_cacheable",
     "the asset may not be kept, or goes stale within 5 s: browsers would fetch it a second time after a 103"},
    {Reason::save_data, "save_data", "the client saves data (Save-Data: on) and is pushed nothing"},
    {Reason::client_denied, "client_denied", "the table of clients denies this user agent all but Link"},
    {Reason::client_opted_out, "client_opted_out", "the client asks for no hints ahead of the page (no-early-hints)"},
    {Reason::early_hints_off, "early_hints_off", "the site's configuration says early_hints = \"off\""},
    {Reason::page_redirects, "page_redirects", "the page's last answers were redirects"},
    {Reason::answer_ready, "answer_ready", "the page is sent at once, so that a 103 would not come sooner"},
    {Reason::behind_proxy, "behind_proxy", "a proxy stands in between and does not pass this on"},
    {Reason::early_hints_unsupported, "early_hints_unsupported", "this browser cannot use this kind of hint in a 103"},
    {Reason::early_hints_already_sent, "early_hints_already_sent", "a 103 has already been sent for this request"},
    {Reason::early_hints_too_late, "early_hints_too_late", "the head of the response was there before the hint"},
    {Reason::not_http2, "not_http2", "the connection does not speak HTTP/2"},
    {Reason::not_for_this_method, "not_for_this_method", "only a GET of the client's own is pushed for or gets a 103"},
    {Reason::conditional_request, "conditional_request",
     "the client has the page already and asks whether it changed; it may have the assets too"},
    {Reason::connection_closing, "connection_closing", "the connection is being closed and takes no new streams"},
    {Reason::switched_off, "switched_off", "this is switched off; outrider status says by whom"},
    {Reason::no_answer, "no_answer", "the asset has no good answer"},
    {Reason::cache_digest, "cache_digest", "the client has the asset already, as its Cache-Digest says"},
    {Reason::shared_cache, "shared_cache",
     "a shared cache may store the response, and the hint is for this visitor alone"},
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
