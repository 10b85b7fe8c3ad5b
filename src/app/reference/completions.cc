// SPDX-License-Identifier: MIT
#include "app/reference/completions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "app/reference/command_table.h"
#include "push/sample_clients.h"

namespace outrider::app {
namespace {

constexpr const char* head =
    "# SPDX-License-Identifier: MIT\n"
    "# What {} completes for outrider, written by \"outrider print-reference {}\".\n";

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

enum class Value { none, file, directory, one_of, other };

Value kind_of(const std::string& type, const std::vector<std::string>& words) {
  if (type.empty()) return Value::none;
  if (!words.empty()) return Value::one_of;
  if (type == "DIR") return Value::directory;
  const auto files = {"FILE", "CONFIG", "GLOB", "ACCESS_LOG"};
  return std::find(files.begin(), files.end(), type) != files.end() ? Value::file : Value::other;
}

/// What an option or argument may be, where that is a list: "{push,early_hints,link}" behind its type.
std::vector<std::string> words_of(const CLI::Option& option) {
  std::vector<std::string> words;
  if (option.check_lname("client")) {
    for (const push::SampleClient& client : push::sample_clients()) words.emplace_back(client.name);
    return words;
  }
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return words;
  for (std::size_t at = open + 1; at < close;) {
    const std::size_t end = std::min(type.find(',', at), close);
    words.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string bash_values(Value kind, const std::vector<std::string>& words) {
  switch (kind) {
    case Value::file:
      return "_outrider_files -f";
    case Value::directory:
      return "_outrider_files -d";
    case Value::one_of:
      return fmt::format("_outrider_words \"{}\"", fmt::join(words, " "));
    default:
      return ":";
  }
}

void write_bash_command(std::string& text, const CLI::App& command) {
  std::vector<std::string> names;
  std::string values, argument = ":";
  for (const CLI::Option* option : options_of(command)) {
    const std::vector<std::string> own = names_of(*option), words = words_of(*option);
    const Value kind = kind_of(option->get_positional() ? type_of(*option) : value_of(*option), words);
    if (option->get_positional()) {
      argument = bash_values(kind, words);
      continue;
    }
    names.insert(names.end(), own.begin(), own.end());
    if (kind == Value::none) continue;
    values += fmt::format("        {}) {} ;;\n", fmt::join(own, " | "), bash_values(kind, words));
  }
  text += fmt::format("    {})\n      case $before in\n{}", command.get_name(), values);
  text +=
      fmt::format("        *) _outrider_options \"{}\" {} ;;\n      esac\n      ;;\n", fmt::join(names, " "), argument);
}

/// Inside single quotes, and inside the brackets of a specification.
std::string for_zsh(std::string_view sentence) {
  std::string text;
  for (const char c : sentence) {
    if (c == '\'') {
      text += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string zsh_values(const std::string& type, Value kind, const std::vector<std::string>& words) {
  switch (kind) {
    case Value::none:
      return {};
    case Value::file:
      return fmt::format(":{}:_files", type);
    case Value::directory:
      return fmt::format(":{}:_directories", type);
    case Value::one_of:
      return fmt::format(":{}:({})", type, fmt::join(words, " "));
    case Value::other:
      return fmt::format(":{}: ", type);
  }
  return {};
}

/// A specification of _arguments: '(-c --config)'{-c,--config}'[Configuration file]:FILE:_files'.
std::string zsh_option(const CLI::Option& option) {
  const std::vector<std::string> names = names_of(option), words = words_of(option);
  const std::string type = option.get_positional() ? type_of(option) : value_of(option);
  const std::string values = zsh_values(type, kind_of(type, words), words);
  const bool many = option.get_expected_max() > 1;
  if (option.get_positional()) {
    return fmt::format("'{}{}'", many ? "*" : option.get_required() ? "1" : ":", values);
  }
  const std::string rest = fmt::format("[{}]{}", for_zsh(option.get_description()), values);
  if (names.size() == 1) return fmt::format("'{}{}{}'", many ? "*" : "", names.front(), rest);
  const std::string before = many ? "'*'" : fmt::format("'({})'", fmt::join(names, " "));
  return fmt::format("{}{{{}}}'{}'", before, fmt::join(names, ","), rest);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string text = fmt::format(head, "bash", "bash") + R"(
_outrider_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }

_outrider_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

# Names of options, or what the argument may be.
_outrider_options() {
  if [[ $current == -* ]]; then _outrider_words "$1"; else "${@:2}"; fi
}

_outrider() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
)";
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  text += fmt::format("    _outrider_words \"{} --help --version\"\n    return\n  fi\n", fmt::join(names, " "));
  text += "  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : commands_of(app)) write_bash_command(text, *command);
  text += "  esac\n}\n\ncomplete -F _outrider outrider\n";
  return text;
}

std::string zsh_completion(const CLI::App& app) {
  std::string text = "#compdef outrider\n" + fmt::format(head, "zsh", "zsh");
  text += "\n_outrider() {\n  local -a commands=(\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("    '{}:{}'\n", command->get_name(), for_zsh(command->get_description()));
  }
  text +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe -t commands command commands\n"
      "    _arguments '--help[Print help and exit]' '--version[Print the version and exit]'\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("    {})\n      _arguments -S", command->get_name());
    for (const CLI::Option* option : options_of(*command)) text += " \\\n        " + zsh_option(*option);
    text += "\n      ;;\n";
  }
  text += "  esac\n}\n\n_outrider \"$@\"\n";
  return text;
}

}  // namespace outrider::app
