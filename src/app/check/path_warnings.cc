// SPDX-License-Identifier: MIT
#include "app/check/path_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "app/check/page_warnings.h"
#include "base/text.h"

namespace outrider::app {
namespace {

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits) && (text[0] < '0' || text[0] > '9');
}

/// The name in ":id", "<id>" or "[id]"; empty where the segment is none of these.
std::string_view capture_elsewhere(std::string_view segment) {
  if (segment.starts_with(':'))
    segment.remove_prefix(1);
  else if (segment.starts_with('<') && segment.ends_with('>'))
    segment = segment.substr(1, segment.size() - 2);
  else if (segment.starts_with('[') && segment.ends_with(']'))
    segment = segment.substr(1, segment.size() - 2);
  else
    return {};
  return is_name(segment) ? segment : std::string_view();
}

bool has_regular_expression(std::string_view path) {
  constexpr std::string_view marks[] = {".*", ".+", "(", ")", "]+", "]*", "\\", "[0-9]", "[a-z", "[^"};
  return path.ends_with('$') || std::any_of(std::begin(marks), std::end(marks),
                                            [&](std::string_view mark) { return path.find(mark) != path.npos; });
}

/// What the author will have meant; empty where the pattern is none of another language.
std::string advice_on(std::string_view path) {
  for (const std::string_view segment : split(path, '/')) {
    const std::string_view name = capture_elsewhere(segment);
    if (!name.empty()) return fmt::format("\"{}\" is literal here; write \"{{{}}}\"", segment, name);
  }
  if (!has_regular_expression(path)) return {};
  return "is no regular expression: * is any text within a segment, ** any segments, {name} captures one";
}

}  // namespace

void judge_paths(const Offline& offline, Warnings& warnings) {
  for (const auto& set : offline.loaded().workers.front()->sets) {
    if (set == nullptr) continue;
    for (const push::Rule& rule : set->rules()) {
      const auto judge = [&](const std::vector<push::Pattern>& patterns, const char* key) {
        for (const push::Pattern& pattern : patterns) {
          const std::string advice = advice_on(pattern.text());
          if (advice.empty()) continue;
          warnings.add(
              about(rule, key, WarningId::literal_path, fmt::format("{} \"{}\": {}", key, pattern.text(), advice)));
        }
      };
      judge(rule.paths, "path");
      judge(rule.except, "except");
    }
  }
}

}  // namespace outrider::app
