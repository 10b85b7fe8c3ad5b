// SPDX-License-Identifier: MIT
#include "config/host_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"

namespace outrider::config {
namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// The brackets' content is compared as text by the server, so it must be the usual short form.
Result<std::string> parse_bracketed(const std::string& name) {
  const auto address = Address::parse(name + ":0");
  if (!address) return failure(fmt::format("\"{}\" is no IPv6 address in brackets", name));
  const std::string usual = fmt::format("[{}]", address->host_text());
  if (usual != name)
    return failure(fmt::format("\"{}\" is not the usual form of this address; write \"{}\"", name, usual));
  return name;
}

std::string problem_with_labels(std::string_view host) {
  while (true) {
    const auto dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty()) return "has an empty part between its dots";
    if (label.size() > longest_label)
      return fmt::format("has a part of {} bytes; at most {} are allowed", label.size(), longest_label);
    if (dot == std::string_view::npos) return {};
    host.remove_prefix(dot + 1);
  }
}

std::string problem_with(std::string_view name) {
  if (name.empty()) return "is empty";
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return "has letters beyond ASCII; write its ASCII form (\"xn--…\")";
  }
  if (name.find("://") != std::string_view::npos) return "is a URL; a site is named by its host alone";
  if (name.find(':') != std::string_view::npos) return "has a port; a site is named by its host alone";
  if (name.find('/') != std::string_view::npos) return "has a path; a site is named by its host alone";
  const bool wildcard = name.substr(0, 2) == "*.";
  const std::string_view host = wildcard ? name.substr(2) : name;
  if (host.find('*') != std::string_view::npos)
    return "has a wildcard that means nothing; \"*.example.com\" and \"*\" are the two forms";
  if (name.back() == '.') return "ends with a dot; leave it out";
  if (name.size() > longest_name) return fmt::format("has {} bytes; at most {} are allowed", name.size(), longest_name);
  if (!std::all_of(host.begin(), host.end(), is_host_byte))
    return "is no host name; letters, digits, \"-\", \"_\" and \".\" may be in one";
  return problem_with_labels(host);
}

}  // namespace

Result<std::string> parse_host_name(std::string_view text) {
  const std::string name = lower_case(text);
  if (name == "*") return name;
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') return parse_bracketed(name);
  if (const std::string problem = problem_with(name); !problem.empty())
    return failure(fmt::format("\"{}\" {}", text, problem));
  return name;
}

}  // namespace outrider::config
