// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <sstream>

#include "app/exit_code.h"
#include "app/spawn.h"
#include "base/text.h"

namespace outrider::app {
namespace {

constexpr const char* description =
    "A web server that tells the client what a page will need before the page is ready.\n"
    "Try: outrider run --files DIR";

CLI::Option* add_config(CLI::App& command, std::string& target) {
  return command.add_option("-c,--config", target, "Configuration file")->type_name("FILE")->capture_default_str();
}

/// CLI11's own words for what went wrong, and where to read on.
Said usage_error(const CLI::App& app, const CLI::ParseError& problem) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  return {
      "outrider" + command + ": " + problem.what() + "\nRun \"outrider" + command + " --help\" for what there is.\n",
      exit_usage};
}

/// What CLI11 would only call a missing subcommand.
std::optional<Said> unknown_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].empty() || arguments[0][0] == '-') return std::nullopt;
  std::vector<std::string_view> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == arguments[0]) return std::nullopt;
    names.push_back(command->get_name());
  }
  const std::string guess = did_you_mean(arguments[0], names);
  return Said{
      "outrider: \"" + arguments[0] + "\" is no command" + guess + "\nRun \"outrider --help\" for what there is.\n",
      exit_usage};
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CLI::App app(description, "outrider");
  app.set_version_flag("--version", std::string("outrider ") + OUTRIDER_VERSION, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 fine, 1 the files or addresses given, 2 usage, 3 a fault of outrider, 4 server unreachable.");

  RunCommand run;
  run.arguments = arguments;
  app.add_option(server_fd_option, run.server_fd)->group("");

  CLI::App* run_app =
      app.add_subcommand("run", "Serve, in the foreground, until SIGTERM or Ctrl-C; SIGHUP reloads the rules");
  CLI::Option* config = add_config(*run_app, run.config);
  CLI::Option* files =
      run_app->add_option("--files", run.files, "Serve this directory over HTTPS on localhost, with no configuration")
          ->type_name("DIR")
          ->excludes(config);
  run_app
      ->add_option("--port", run.port,
                   "With --files: the port, 0 for any free one (default: 8443, or any if it is taken)")
      ->type_name("N")
      ->needs(files);
  run_app->add_option("--rules", run.rules, "With --files: rule files, such as 'rules/*.lua'; may repeat")
      ->type_name("GLOB")
      ->needs(files);
  run_app->add_flag("!--no-supervisor", run.supervisor, "One process alone, for debuggers: nothing restarts it");

  CheckCommand check;
  CLI::App* check_app =
      app.add_subcommand("check", "Check the configuration, the rules and the certificates; serve nothing");
  add_config(*check_app, check.config);
  check_app->add_flag("--json", check.json, "Print the result as JSON");

  if (auto unknown = unknown_command(app, arguments)) return *unknown;
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {
    // --help and --version: CLI11 prints them from its own exit().
    std::ostringstream text, errors;
    app.exit(success, text, errors);
    return Said{text.str(), exit_fine};
  } catch (const CLI::ParseError& problem) {
    return usage_error(app, problem);
  }
  if (check_app->parsed()) return check;
  return run;
}

int say(const Said& said) {
  std::fputs(said.text.c_str(), said.exit_code == exit_fine ? stdout : stderr);
  return said.exit_code;
}

}  // namespace outrider::app
