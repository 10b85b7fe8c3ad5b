// SPDX-License-Identifier: MIT
#include "http/admission.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "http/site_map.h"

namespace outrider::http {
namespace {

constexpr std::string_view acme_prefix = "/.well-known/acme-challenge/";

/// True if this server and an application could disagree on where the dot segments of a target lead: beside empty
/// segments or encoded slashes each resolves them in its own order, and what is denied here would be reached there.
bool is_ambiguous(std::string_view target) {
  const std::string path = lower_case(target.substr(0, target.find('?')));
  const bool odd_slashes = path.find("//") != std::string::npos || path.find("%2f") != std::string::npos ||
                           path.find("%5c") != std::string::npos || path.find('\\') != std::string::npos;
  const bool dots = path.find("..") != std::string::npos || path.find("%2e") != std::string::npos;
  return odd_slashes && dots;
}

}  // namespace

int status_of_method(std::string_view method) {
  if (!is_token(method)) return 400;
  return method == "CONNECT" || method == "TRACE" ? 405 : 0;
}

bool target_is_sound(std::string_view target) {
  if (target.empty() || target[0] != '/') return false;
  return std::none_of(target.begin(), target.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7f; });
}

bool must_use_https(const config::Listen& listen, std::string_view path) {
  return listen.redirect_to_https && !path.starts_with(acme_prefix);
}

int refusal_of(const config::Route* route, std::string_view path, std::string_view target, std::uint64_t body_bytes) {
  if (route == nullptr) return 404;
  if (is_denied(*route, path)) return 403;
  if (std::holds_alternative<config::Proxy>(route->action) && is_ambiguous(target)) return 400;
  return body_bytes > route->max_body_bytes ? 413 : 0;
}

}  // namespace outrider::http
