// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "app/command/command_line.h"
#include "app/command/options.h"

namespace outrider::app {

CLI::App* add_replay(CLI::App& app, ReplayCommand& command) {
  CLI::App* replay = app.add_subcommand(
      "replay", "Ask the rules about recorded requests: which pages' hints change, what is missing, fails or is slow");
  add_config(*replay, command.config);
  replay
      ->add_option("logs", command.logs,
                   "Access logs of outrider (json), or of any server in the combined format; - is standard input")
      ->type_name("ACCESS_LOG")
      ->required();
  replay
      ->add_option("--baseline", command.baseline,
                   "Compare with what this configuration hints (default: with what the log says was hinted)")
      ->type_name("CONFIG");
  replay
      ->add_option("--host", command.host,
                   "The host of requests whose log does not name it (default: the site, where there is one)")
      ->type_name("NAME");
  replay->add_option("--top", command.top, "How many of each to show: pages, hints of a page, rules and so on")
      ->type_name("N")
      ->check(up_to(1'000'000))
      ->capture_default_str();
  replay
      ->add_option("--fail-on", command.fail_on,
                   "Exit with 1 where there are any: changes, missing, errors; may be a list")
      ->type_name("WHAT")
      ->delimiter(',')
      ->check(CLI::IsMember({"changes", "missing", "errors"}))
      ->allow_extra_args(false);
  replay->add_flag("--json", command.json, "Print it as JSON");
  return replay;
}

}  // namespace outrider::app
