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

void append(std::string& text, std::string_view part) {
  // Lengths keep ("a", "bc") apart from ("ab", "c").
  text += fmt::format("{}:{};", part.size(), part);
}

void append_patterns(std::string& text, const std::vector<push::Pattern>& patterns) {
  for (const push::Pattern& pattern : patterns) append(text, pattern.text());
  text += '|';
}

void append_strings(std::string& text, const std::vector<std::string>& strings) {
  for (const std::string& string : strings) append(text, string);
  text += '|';
}

void append_named(std::string& text, const std::vector<push::Named>& list) {
  for (const push::Named& named : list) {
    append(text, named.name);
    append(text, named.glob);
  }
  text += '|';
}

void append_flag(std::string& text, const std::optional<bool>& flag) {
  text += flag ? (*flag ? 't' : 'f') : '-';
}

void append_conditions(std::string& text, const push::Conditions& when) {
  append_named(text, when.cookie);
  append_named(text, when.no_cookie);
  append_named(text, when.header);
  append_named(text, when.query);
  for (const auto& client : when.client) {
    text += fmt::format("{},{},{};", static_cast<int>(client.family), static_cast<int>(client.compare), client.version);
  }
  append_flag(text, when.mobile);
  append_flag(text, when.bot);
  append_flag(text, when.save_data);
  append_strings(text, when.language);
  for (const Network& network : when.network) append(text, network.text());
  text += '|';
  append_strings(text, when.country);
}

void append_hint(std::string& text, const push::Hint& hint) {
  text +=
      fmt::format("{},{},{},{},{},{};", static_cast<int>(hint.kind), static_cast<int>(hint.crossorigin),
                  static_cast<int>(hint.fetchpriority), static_cast<int>(hint.priority), hint.nopush, hint.push_only);
  for (const std::string* part :
       {&hint.url, &hint.type, &hint.integrity, &hint.media, &hint.imagesrcset, &hint.imagesizes}) {
    append(text, *part);
  }
  append_strings(text, hint.with);
}

void append_moment(std::string& text, const std::optional<std::chrono::system_clock::time_point>& moment) {
  text += moment ? fmt::format("{};", moment->time_since_epoch().count()) : "-;";
}

}  // namespace

void check_rule(const push::Rule& rule, std::vector<Mistake>& mistakes) {
  for (const push::Hint& hint : rule.hints) {
    check_captures(rule, hint, mistakes);
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

std::string fingerprint(const push::Rule& rule) {
  std::string text;
  append(text, rule.name);
  append(text, rule.place.text());
  append_strings(text, rule.hosts);
  append_strings(text, rule.methods);
  append_patterns(text, rule.paths);
  append_patterns(text, rule.except);
  append_conditions(text, rule.when);
  for (const push::Hint& hint : rule.hints) append_hint(text, hint);
  text += fmt::format("{},{},{},{},{},{},{};", rule.when_function, rule.hints_function, static_cast<int>(rule.phase),
                      static_cast<int>(rule.deliver), rule.final, rule.shadow, rule.share.value_or(0));
  append_moment(text, rule.from);
  append_moment(text, rule.until);
  return text;
}

}  // namespace outrider::script
