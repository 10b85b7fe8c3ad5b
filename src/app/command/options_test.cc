// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "app/command/command_line.h"
#include "app/command/options.h"

namespace outrider::app {

CLI::App* add_test(CLI::App& app, TestCommand& command) {
  CLI::App* test = app.add_subcommand("test", "Run the tests beside the rules (*.test.lua), as a reload would");
  CLI::Option* config = add_config(*test, command.config);
  test->add_option(
          "FOLDER", command.module,
          "A module's folder instead of a configuration: its test.lua is run on its example.lua, with fixture/ as "
          "the site's root")
      ->type_name("DIR")
      ->excludes(config);
  test->add_flag("-v,--verbose", command.verbose, "Also name the checks that hold");
  CLI::Option* tap = test->add_flag("--tap", command.tap, "Print TAP version 13, for other programs");
  test->add_flag("--watch", command.watch, "Run them again whenever a file changes that they depend on")->excludes(tap);
  return test;
}

}  // namespace outrider::app
