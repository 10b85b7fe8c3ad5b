// SPDX-License-Identifier: MIT
#include "script/rule_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "push/substitute.h"

namespace outrider::script {
namespace {

std::string captures_of(const push::Pattern& path) {
  std::string list;
  for (std::string_view name : path.capture_names()) list += fmt::format("{}{{{}}}", list.empty() ? "" : ", ", name);
  return list.empty() ? "nothing" : list;
}

void check_captures(const push::Rule& rule, const push::Hint& hint, std::vector<Mistake>& mistakes) {
  for (std::string_view name : push::wanted_captures(hint.url)) {
    if (rule.paths.empty()) {
      mistakes.push_back(
          {"hints",
           fmt::format("hint \"{}\": {{{}}} is captured by nothing, because the rule has no path", hint.url, name)});
    }
    for (const push::Pattern& path : rule.paths) {
      const auto names = path.capture_names();
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      mistakes.push_back({"hints", fmt::format("hint \"{}\": the path \"{}\" does not capture {{{}}}; it captures {}",
                                               hint.url, path.text(), name, captures_of(path))});
    }
  }
}

}  // namespace

void check_rule(const push::Rule& rule, std::vector<Mistake>& mistakes) {
  const bool has_its_paths =
      std::none_of(mistakes.begin(), mistakes.end(), [](const Mistake& mistake) { return mistake.key == "path"; });
  for (const push::Hint& hint : rule.hints) {
    if (has_its_paths) check_captures(rule, hint, mistakes);
    const std::string problem = push::problem_with(hint);
    if (!problem.empty()) mistakes.push_back({"hints", fmt::format("hint \"{}\": {}", hint.url, problem)});
  }
  if (rule.phase == push::Phase::response && rule.deliver == push::Deliver::early_hints) {
    mistakes.push_back(
        {"deliver", "deliver: hints of the response phase come too late for a 103; use \"link\" or \"push\""});
  }
  if (rule.from && rule.until && *rule.from >= *rule.until) {
    mistakes.push_back({"to", "to: expected a moment after `from`; as it stands the rule never applies"});
  }
}

}  // namespace outrider::script
