// SPDX-License-Identifier: MIT
#include "app/reference/command_reference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "app/command/exit_code.h"
#include "app/reference/command_table.h"

namespace outrider::app {
namespace {

const CLI::App* find(const CLI::App& app, std::string_view command) {
  const auto found = app.get_subcommands([&](const CLI::App* each) { return each->get_name() == command; });
  return found.empty() ? nullptr : found.front();
}

/// "-c, --config", or the name of an argument.
std::string names_of(const CLI::Option& option) {
  if (option.get_positional()) return type_of(option);
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  return names;
}

void write_option(ManPage& page, const CLI::Option& option) {
  page.term(names_of(option), value_of(option));
  std::string sentence = option.get_description();
  if (!sentence.ends_with('.')) sentence += '.';
  page.line(sentence);
  if (!option.get_default_str().empty()) page.line(fmt::format("Default: `{}`.", option.get_default_str()));
  std::string excluded;
  for (const CLI::Option* other : option.get_excludes()) {
    excluded += fmt::format("{}`{}`", excluded.empty() ? "" : ", ", names_of(*other));
  }
  if (!excluded.empty()) page.line(fmt::format("Not together with {}.", excluded));
}

}  // namespace

bool write_synopsis(ManPage& page, const CLI::App& app, std::string_view command) {
  const CLI::App* found = find(app, command);
  if (found == nullptr) return false;
  std::string arguments;
  for (const CLI::Option* option : options_of(*found)) {
    if (!option->get_positional()) continue;
    arguments += option->get_required() ? " " + names_of(*option) : " [" + names_of(*option) + "]";
  }
  page.line(fmt::format("`outrider {}` [options]{}", command, arguments));
  page.line_break();
  return true;
}

bool write_options(ManPage& page, const CLI::App& app, std::string_view command) {
  const CLI::App* found = find(app, command);
  if (found == nullptr) return false;
  for (const CLI::Option* option : options_of(*found)) write_option(page, *option);
  // A command that has none of its own gets a copy of the whole program's.
  if (const std::string footer = found->get_footer(); !footer.empty() && footer != app.get_footer()) {
    page.paragraph();
    page.example(footer);
  }
  return true;
}

void write_commands(ManPage& page, const CLI::App& app) {
  for (const CLI::App* command : commands_of(app)) {
    page.term(command->get_name());
    page.line(command->get_description() + ".");
  }
}

void write_exit_codes(ManPage& page) {
  const std::pair<ExitCode, std::string_view> all[] = {
      {exit_fine, "Fine."},
      {exit_input, "The files or addresses given are wrong; every problem is on standard error, or in the JSON."},
      {exit_usage, "The command line is wrong."},
      {exit_our_fault, "A fault of outrider or of the machine."},
      {exit_unreachable, "No server answers."},
  };
  for (const auto& [code, sentence] : all) {
    page.term(std::to_string(code));
    page.line(sentence);
  }
}

}  // namespace outrider::app
