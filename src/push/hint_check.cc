// SPDX-License-Identifier: MIT
// What makes a hint unusable. Hints come from people and from applications, and they end in header fields and in
// promises: nothing that could break out of either gets past here.
#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"
#include "push/hint.h"
#include "push/url_bytes.h"

namespace outrider::push {
namespace {

constexpr std::size_t max_bytes = 4096;

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string too_long(std::string_view what, std::size_t size) {
  return "the " + std::string(what) + " has " + std::to_string(size) + " bytes; at most " + std::to_string(max_bytes) +
         " are allowed";
}

/// Braces are no path's, but rules write captures with them; an apostrophe in a query is a URL's by RFC 3986 2.2, and
/// browsers write it as "%27" by themselves.
bool may_stand(char c, UrlPart part) {
  return stays_in_url(c, part) || c == '{' || c == '}' || c == '\'';
}

std::string byte_problem(std::string_view url) {
  UrlPart part = UrlPart::path;
  for (std::size_t i = 0; i < url.size(); ++i) {
    part = url_part_of(url[i], part);
    if (may_stand(url[i], part)) continue;
    const auto byte = static_cast<unsigned char>(url[i]);
    const bool visible = byte > 0x20 && byte < 0x7f;
    std::string code;
    append_percent_encoded(code, url[i]);
    return "the URL has " + (visible ? in_quotes(url.substr(i, 1)) : "the byte " + code.substr(1) + " (hexadecimal)") +
           " at position " + std::to_string(i + 1) + "; write it as " + in_quotes(url[i] == '\\' ? "/" : code);
  }
  return {};
}

/// The part behind "http://" or "https://", or nothing (a null view) where the URL is of another scheme.
std::string_view behind_scheme(std::string_view url) {
  for (std::string_view scheme : {"https://", "http://"}) {
    if (equals_ignoring_case(url.substr(0, scheme.size()), scheme)) return url.substr(scheme.size());
  }
  return {};
}

std::string preconnect_problem(std::string_view url) {
  const std::string_view rest = behind_scheme(url);
  const auto end = rest.find_first_of("/?#");
  if (rest.data() != nullptr && end != 0 && !rest.empty() &&
      (end == std::string_view::npos || rest.substr(end) == "/")) {
    return {};
  }
  return "expected an origin such as \"https://cdn.example\" for a preconnect, found " + in_quotes(url);
}

std::string url_problem(const Hint& hint) {
  const std::string_view url = hint.url;
  if (url.empty()) {
    if (hint.kind == Kind::image && !hint.imagesrcset.empty()) return {};
    return "the URL is empty; expected a path such as \"/app.css\" or a URL such as \"https://cdn.example/app.css\"";
  }
  if (url.size() > max_bytes) return too_long("URL", url.size());
  if (std::string problem = byte_problem(url); !problem.empty()) return problem;
  const std::string_view rest = behind_scheme(url);
  if (rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos) {
    return "the URL " + in_quotes(url) + " holds a user name, which browsers refuse; leave it out";
  }
  if (hint.kind == Kind::preconnect) return preconnect_problem(url);
  if (url.substr(0, 2) == "//")
    return "the URL " + in_quotes(url) + " has no scheme; write \"https:" + std::string(url) + "\"";
  if (url.front() == '/') return {};
  const auto host_end = rest.find_first_of("/?#");
  if (rest.data() != nullptr && !rest.empty() && host_end != 0) return {};
  std::string problem = "expected a path that begins with \"/\" or an http(s) URL, found " + in_quotes(url);
  const bool relative = url.find(':') == std::string_view::npos && url.front() != '.';
  return relative ? problem + "; did you mean \"/" + std::string(url) + "\"?" : problem;
}

std::string attribute_problem(std::string_view name, std::string_view value) {
  if (value.size() > max_bytes) return too_long(name, value.size());
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  return plain ? std::string() : "the " + std::string(name) + " has a byte that is not printable ASCII";
}

std::string repeated_header_problem(std::string_view name) {
  // RFC 9113 8.2.2, and what the promise's own pseudo-fields say.
  constexpr std::array<std::string_view, 9> forbidden{
      "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "te",
      "host",       "content-length",   "expect"};
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
  if (name.empty() || name.find_first_not_of(letters) != std::string_view::npos) {
    return in_quotes(name) + " in \"with\" is no name of a header in lower case";
  }
  if (std::find(forbidden.begin(), forbidden.end(), name) == forbidden.end()) return {};
  return "\"with\" cannot repeat " + in_quotes(name) + ", which belongs to one connection or one message";
}

std::string option_problem(const Hint& hint) {
  if (hint.nopush && hint.push_only) return "\"nopush\" and \"push_only\" exclude each other; keep one of them";
  if (hint.push_only && hint.kind == Kind::preconnect) return "a preconnect cannot be pushed; leave \"push_only\" out";
  for (const std::string& name : hint.with) {
    if (std::string problem = repeated_header_problem(name); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace

std::string problem_with(const Hint& hint) {
  if (std::string problem = url_problem(hint); !problem.empty()) return problem;
  const std::array<std::pair<std::string_view, std::string_view>, 5> attributes{{{"type", hint.type},
                                                                                 {"integrity", hint.integrity},
                                                                                 {"media", hint.media},
                                                                                 {"imagesrcset", hint.imagesrcset},
                                                                                 {"imagesizes", hint.imagesizes}}};
  for (const auto& [name, value] : attributes) {
    if (std::string problem = attribute_problem(name, value); !problem.empty()) return problem;
  }
  return option_problem(hint);
}

}  // namespace outrider::push
