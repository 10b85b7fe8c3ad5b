// SPDX-License-Identifier: MIT
// The one table of reasons: why an entry was delivered as it was, or not. The log, metrics and `explain` all read it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace outrider::push {

enum class Reason : std::uint8_t {
  sent,
  client_disabled_push,
  client_stream_limit,
  push_limit,
  already_sent,
  in_cookie,
  version_unknown,
  over_budget,
  own_url,
  not_navigation,
  prefetch,
  bot,
  cross_origin,
  not_an_asset,
  nopush,
  rule_says_otherwise,
  push_off,
  push_unsupported,
  asset_failed,
  asset_redirects,
  asset_varies,
  needs_credentials,
  wrong_type,
  browser_chooses,
  not_cacheable,
  save_data,
  client_denied,
  client_opted_out,
  early_hints_off,
  page_redirects,
  answer_ready,
  behind_proxy,
  early_hints_unsupported,
  early_hints_already_sent,
  early_hints_too_late,
  not_http2,
  not_for_this_method,
  conditional_request,
  connection_closing,
  switched_off,
  // The plan does not know these; whoever carries it out does.
  no_answer,
  cache_digest,
  shared_cache,
  shadow,
};

struct ReasonText {
  Reason reason;
  std::string_view name;      // the metric label and the word in the log
  std::string_view sentence;  // for a person
};

/// Every reason once, in the order of the enumeration.
std::span<const ReasonText> reasons();
const ReasonText& text_of(Reason reason);
/// The reason's name: "already_sent".
std::string_view name_of(Reason reason);

}  // namespace outrider::push
