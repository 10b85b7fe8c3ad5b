// SPDX-License-Identifier: MIT
#include "script/words.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace outrider::script {
namespace {

/// What is called otherwise elsewhere, in HTML or in other servers' configurations.
constexpr std::pair<std::string_view, std::string_view> names_elsewhere[] = {
    {"css", "style"},          {"stylesheet", "style"}, {"js", "script"},
    {"mjs", "module"},         {"img", "image"},        {"exclude", "except"},
    {"unless", "except"},      {"url", "path"},         {"uri", "path"},
    {"domain", "host"},        {"verb", "method"},      {"last", "final"},
    {"stop", "final"},         {"conditions", "when"},  {"push", "hints"},
    {"preload", "hints"},      {"until", "to"},         {"since", "from"},
    {"percent", "share"},      {"agent", "client"},     {"user_agent", "client"},
    {"browser", "client"},     {"crawler", "bot"},      {"ip", "network"},
    {"address", "network"},    {"lang", "language"},    {"importance", "fetchpriority"},
    {"srcset", "imagesrcset"}, {"sizes", "imagesizes"},
};
constexpr std::size_t most_listed = 24;

}  // namespace

std::string one_of(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text.append("\"").append(names[i]).append("\"");
  }
  return text;
}

std::string instead_of(std::string_view name, const std::vector<std::string_view>& known) {
  if (std::string guess = did_you_mean(name, known); !guess.empty()) return guess;
  for (const auto& [elsewhere, here] : names_elsewhere) {
    if (!equals_ignoring_case(elsewhere, name) || std::find(known.begin(), known.end(), here) == known.end()) continue;
    return "; did you mean \"" + std::string(here) + "\"?";
  }
  const auto begins = [&](std::string_view each) { return name.size() > 2 && each.starts_with(name); };
  if (std::count_if(known.begin(), known.end(), begins) == 1) {
    return "; did you mean \"" + std::string(*std::find_if(known.begin(), known.end(), begins)) + "\"?";
  }
  if (known.empty() || known.size() > most_listed) return {};
  std::string all;
  for (const std::string_view each : known) all += (all.empty() ? "" : ", ") + std::string(each);
  return "; there are " + all;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace outrider::script
