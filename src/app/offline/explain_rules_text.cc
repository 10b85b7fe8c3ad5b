// SPDX-License-Identifier: MIT
#include "app/offline/explain_rules_text.h"

#include <fmt/format.h>

#include <string_view>

#include "push/delivering.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

std::string what_became(const Json& rule, const Json& answer) {
  const std::string state = text_of(rule, "state");
  if (state == "matched") return "matched";
  if (state == "failed") return "failed";
  if (state == "condition") return "does not match";
  if (state == "behind_final") return "not asked: a final rule before it matched";
  if (state == "switched_off") return "switched off (outrider status says by whom)";
  if (state == "needs_response") return "needs the response (--response FILE)";
  if (state == "no_page") {
    const std::string method = text_of(answer.at("request"), "method");
    if (!push::takes_hints(method, 200)) return fmt::format("not asked: no hints go with an answer to {}", method);
    return fmt::format("not asked: the page answers {}", answer.at("response").at("status").dump());
  }
  const std::string part = text_of(rule, "selector");
  return part == "except" ? "its except fits" : fmt::format("its {} does not fit", part);
}

/// Each option where there is still room for it, else in a line of its own.
std::string options(const Json& hint, std::size_t column) {
  constexpr std::size_t indent = 17;
  std::string text;
  if (!hint.contains("options")) return text;
  for (const auto& [name, value] : hint.at("options").items()) {
    const std::string option =
        fmt::format("{}={}", name, plain(value.is_string() ? value.get<std::string>() : value.dump()));
    const bool breaks = column + 2 + option.size() > columns;
    if (breaks) column = indent;
    text += breaks ? "\n" + std::string(indent, ' ') : "  ";
    text += option;
    column += (breaks ? 0 : 2) + option.size();
  }
  return text;
}

std::string returned_text(const Json& hint) {
  const std::string fate = text_of(hint, "fate");
  std::string note;
  if (fate == "repeats") note = fmt::format("  (\"{}\" has it already)", text_of(hint, "first"));
  if (fate == "unusable") note = "  (unusable)";
  if (fate == "no_room") note = "  (the list is full)";
  const std::string start = fmt::format("      {:<10} {}", text_of(hint, "kind"), text_of(hint, "url"));
  return fmt::format("{}{}{}\n", start, options(hint, start.size()), note);
}

std::string captures_text(const Json& captures) {
  std::string text;
  for (const auto& [name, value] : captures.items()) {
    text += fmt::format("{}{} = \"{}\"", text.empty() ? "" : ", ", plain(name), plain(value.get<std::string>()));
  }
  return text;
}

/// Its lines as lines: a traceback has several.
std::string error_text(std::string_view error, const Ink& ink) {
  std::string text;
  while (!error.empty()) {
    const std::size_t end = std::min(error.find('\n'), error.size());
    std::string line(error.substr(0, end));
    for (char& c : line) {
      if (c == '\t') c = ' ';
    }
    if (!line.empty()) text += "      " + ink.bad(wrapped(plain(line), 6)) + "\n";
    error.remove_prefix(std::min(end + 1, error.size()));
  }
  return text;
}

}  // namespace

std::string text_of(const Json& json, const char* name) {
  return json.contains(name) ? plain(json.at(name).get<std::string>()) : std::string();
}

std::string rule_text(const Json& rule, const Json& answer, const Ink& ink) {
  const std::string state = text_of(rule, "state");
  std::string what = what_became(rule, answer);
  if (rule.contains("hints")) what += fmt::format(", {} in the list", rule.at("hints").dump());
  if (rule.contains("shadow")) what += ", shadow";
  if (rule.contains("final") && state == "matched") what += ", final: no later rule is asked";
  const std::string title = text_of(rule, "rule"), place = text_of(rule, "place");
  const bool is_long = 6 + title.size() + place.size() + 2 + what.size() > columns;
  if (state == "matched") what = ink.good(what);
  if (state == "condition" || state == "failed" || state == "switched_off") what = ink.bad(what);
  std::string text = fmt::format("  \"{}\"  {}{}{}\n", title, ink.faint(place), is_long ? "\n      " : "  ", what);
  if (rule.contains("condition")) {
    const std::string said = fmt::format("{}: {}", text_of(rule, "condition_place"), text_of(rule, "condition"));
    text += "      " + wrapped(said, 6) + "\n";
  }
  if (rule.contains("captures")) text += "      " + wrapped(captures_text(rule.at("captures")), 6) + "\n";
  if (rule.contains("returned")) {
    for (const Json& hint : rule.at("returned")) text += returned_text(hint);
    if (rule.at("returned").empty()) text += "      returned nothing\n";
  }
  const char* what_failed = state == "matched" ? "failed: " : "";
  if (rule.contains("error")) text += error_text(what_failed + rule.at("error").get<std::string>(), ink);
  return text;
}

bool decides_otherwise(const Json& one, const Json& other) {
  return text_of(one, "state") != text_of(other, "state") || text_of(one, "condition") != text_of(other, "condition") ||
         one.value("returned", Json()) != other.value("returned", Json());
}

}  // namespace outrider::app
