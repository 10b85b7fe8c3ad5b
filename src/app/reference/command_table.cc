// SPDX-License-Identifier: MIT
#include "app/reference/command_table.h"

#include <CLI/CLI.hpp>

namespace outrider::app {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

std::string type_of(const CLI::Option& option) {
  // Behind a colon CLI11 writes what it checks.
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

std::string value_of(const CLI::Option& option) {
  return option.get_positional() || option.get_items_expected_max() == 0 ? "" : type_of(option);
}

}  // namespace outrider::app
