// SPDX-License-Identifier: MIT
#include "app/offline/question.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "http/admission.h"
#include "http/site_map.h"
#include "push/origin.h"

namespace outrider::app {
namespace {

/// RFC 9110 5.5: a tab may stand in a field, other controls may not.
bool may_stand_in_field(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::optional<std::uint16_t> port_of(std::string_view authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.back() == ']') return std::nullopt;
  std::uint16_t port = 0;
  const std::string_view digits = authority.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(port) : std::nullopt;
}

Result<void> take_authority(std::string_view authority, Question& question) {
  std::string host;
  if (!http::host_of(authority, host)) {
    return failure(fmt::format("\"{}\" is no host; write an URL as in https://www.example.com/page", authority));
  }
  question.request.host = host;
  question.request.authority = authority;
  question.port = port_of(authority);
  question.names_host = true;
  return {};
}

Result<void> take_target(std::string_view target, Question& question) {
  target = target.substr(0, target.find('#'));
  question.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  if (!http::target_is_sound(question.target)) {
    return failure(fmt::format("\"{}\" has a space or a control character; write %20 for a space", target));
  }
  const std::size_t end = std::min(question.target.find('?'), question.target.size());
  question.request.path = push::normal_path(std::string_view(question.target).substr(0, end));
  if (question.request.path.find('\0') != std::string::npos) return failure("the server refuses paths with %00");
  if (end < question.target.size()) question.request.query = question.target.substr(end + 1);
  return {};
}

}  // namespace

Result<void> ask_for(std::string_view url, Question& question) {
  if (url.starts_with('/')) return take_target(url, question);
  const bool has_scheme = url.find("://") != std::string_view::npos;
  const std::string whole = has_scheme ? std::string(url) : "https://" + std::string(url);
  const auto parts = push::split_origin(whole);
  if (!parts) return failure(fmt::format("\"{}\" is no URL; write one as in https://www.example.com/page", url));
  const std::string scheme = lower_case(parts->origin.scheme);
  if (scheme != "http" && scheme != "https") return failure(fmt::format("\"{}\" is neither http nor https", url));
  question.request.scheme = scheme;
  question.names_scheme = has_scheme;
  if (auto taken = take_authority(parts->origin.authority, question); !taken) return taken;
  return take_target(parts->rest, question);
}

Result<void> add_field(std::string_view text, Question& question) {
  push::MadeRequest& request = question.request;
  const auto at = text.find_first_of(":;");
  const std::string name = lower_case(trim(text.substr(0, at)));
  if (at == std::string_view::npos || !is_token(name) || !may_stand_in_field(text)) {
    return failure(fmt::format("\"{}\" is no header field; write \"Name: value\"", text));
  }
  const std::string_view value = trim(text.substr(at + 1));
  if (text[at] == ';' && !value.empty()) {
    return failure(fmt::format("\"{}\" has a value behind a semicolon; write \"{}: {}\"", text, name, value));
  }
  std::erase(question.taken_away, name);
  if (text[at] == ':' && value.empty()) {
    std::erase_if(request.fields, [&](const auto& field) { return field.first == name; });
    question.taken_away.push_back(name);
    return {};
  }
  if (name == "host") {
    std::string host;
    if (!http::host_of(value, host)) return failure(fmt::format("\"{}\" is no host", value));
    request.host = host;
    request.authority = value;
    return {};
  }
  request.fields.emplace_back(name, value);
  return {};
}

Result<void> add_cookies(std::string_view text, push::MadeRequest& request) {
  if (text.find('=') == std::string_view::npos || !may_stand_in_field(text)) {
    return failure(fmt::format("\"{}\" has no cookie; write \"name=value; other=value\"", text));
  }
  const auto known = std::find_if(request.fields.begin(), request.fields.end(),
                                  [](const auto& field) { return field.first == "cookie"; });
  if (known == request.fields.end()) {
    request.fields.emplace_back("cookie", text);
  } else {
    known->second += fmt::format("; {}", text);
  }
  return {};
}

Result<GivenHead> read_head(std::string_view text) {
  std::optional<GivenHead> head;
  bool inside = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!inside && line.starts_with("HTTP/")) {
      const std::string_view status = trim(line.substr(std::min(line.find(' '), line.size()))).substr(0, 3);
      GivenHead next;
      const auto [rest, error] = std::from_chars(status.data(), status.data() + status.size(), next.status);
      if (error != std::errc() || next.status < 100) return failure(fmt::format("\"{}\" has no status", line));
      head = std::move(next);
      inside = true;
    } else if (inside && line.empty()) {
      inside = false;
    } else if (inside) {
      const std::size_t colon = std::min(line.find(':'), line.size());
      if (colon == line.size()) return failure(fmt::format("\"{}\" is no header field", line));
      head->fields.emplace_back(lower_case(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
    } else if (head && head->status >= 200) {
      break;  // the body
    }
  }
  if (!head) return failure("no response head; write it as `curl -sD-` prints it: HTTP/2 200, then fields");
  return *std::move(head);
}

}  // namespace outrider::app
