// SPDX-License-Identifier: MIT
// What a request tells beyond its plain fields, found at the first question and kept for the next. Nothing here fails:
// a field that makes no sense reads as if it were absent.
#include "push/request.h"

#include <algorithm>

#include "base/text.h"
#include "push/cookie_field.h"
#include "push/siphash.h"

namespace outrider::push {
namespace {

void append_cookies(std::string_view field, std::vector<Field>& cookies) {
  CookieField pairs(field);
  while (const auto pair = pairs.next()) {
    if (!pair->name.empty()) cookies.push_back({pair->name, pair->value});
  }
}

/// The form encoding (WHATWG URL 5.1): '+' is a space; a '%' without two digits stays as it is.
std::string form_decoded(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return lower_case(text).find(part) != std::string::npos;
}

}  // namespace

std::string_view first_value(Fields fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return field.value.data() == nullptr ? std::string_view("") : field.value;
  }
  return {};
}

const Browser& Request::browser() const {
  if (!browser_known_) {
    browser_ = parse_browser(field("user-agent"), field("sec-ch-ua"), field("sec-ch-ua-mobile"));
    browser_known_ = true;
  }
  return browser_;
}

const Abilities& Request::abilities() const {
  if (!abilities_known_) {
    if (clients != nullptr) abilities_ = clients->of(browser(), field("user-agent"));
    abilities_known_ = true;
  }
  return abilities_;
}

std::string_view Request::purpose() const {
  for (std::string_view name : {"sec-purpose", "purpose", "x-moz"}) {
    const std::string_view value = field(name);
    if (value.empty()) continue;
    // "prefetch;prerender" is what a prerendering Chromium says.
    if (contains_ignoring_case(value, "prerender")) return "prerender";
    if (contains_ignoring_case(value, "prefetch")) return "prefetch";
  }
  return {};
}

bool Request::save_data() const {
  const std::string_view value = field("save-data");
  return equals_ignoring_case(trim(value.substr(0, value.find(';'))), "on");
}

bool Request::conditional() const {
  return field("if-none-match").data() != nullptr || field("if-modified-since").data() != nullptr;
}

bool Request::opts_out_of_hints() const {
  const std::string_view value = field("no-early-hints");
  return value.data() != nullptr && trim(value) != "?0";
}

std::optional<Reason> Request::why_link_alone() const {
  if (method != "GET") return Reason::not_for_this_method;
  if (browser().bot) return Reason::bot;
  if (!purpose().empty()) return Reason::prefetch;
  if (abilities().denied) return Reason::client_denied;
  if (opts_out_of_hints()) return Reason::client_opted_out;
  return std::nullopt;
}

std::optional<Reason> Request::why_no_early_hints() const {
  if (client.behind_proxy && !client.passes_early_hints) return Reason::behind_proxy;
  if (!client.behind_proxy && !http2()) return Reason::not_http2;
  if (early_hints == EarlyHintsFor::nobody) return Reason::early_hints_off;
  if (early_hints == EarlyHintsFor::navigations && !navigation()) return Reason::not_navigation;
  if (!abilities().early_hints()) return Reason::early_hints_unsupported;
  return std::nullopt;
}

const std::vector<Field>& Request::cookies() const {
  if (!cookies_known_) {
    // HTTP/2 may send each cookie as a field of its own (RFC 9113 8.2.3).
    for (const Field& each : fields) {
      if (each.name == "cookie") append_cookies(each.value, cookies_);
    }
    cookies_known_ = true;
  }
  return cookies_;
}

const std::vector<std::pair<std::string, std::string>>& Request::parameters() const {
  if (!parameters_known_) {
    for (std::string_view rest = query; !rest.empty();) {
      const auto end = std::min(rest.find('&'), rest.size());
      const std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (pair.empty()) continue;
      const auto equals = std::min(pair.find('='), pair.size());
      const std::string_view value = equals == pair.size() ? std::string_view() : pair.substr(equals + 1);
      parameters_.emplace_back(form_decoded(pair.substr(0, equals)), form_decoded(value));
    }
    parameters_known_ = true;
  }
  return parameters_;
}

double Request::bucket(std::string_view name) const {
  reads.personal(Personal::bucket);
  const std::string_view agent = field("user-agent");
  std::string message;
  message.reserve(client.address.size() + agent.size() + name.size() + 2);
  // No field and no address holds a zero byte, so the parts cannot run into each other.
  message.append(client.address).append(1, '\0').append(agent).append(1, '\0').append(name);
  constexpr double unit = 1.0 / 9007199254740992.0;  // 2^-53: what a double holds exactly
  return static_cast<double>(siphash24(bucket_key, message) >> 11) * unit;
}

}  // namespace outrider::push
