// SPDX-License-Identifier: MIT
#include "app/command/command_line.h"

#include <charconv>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <sstream>
#include <utility>

#include "app/command/exit_code.h"
#include "app/command/options.h"
#include "app/process/handover.h"
#include "app/process/spawn.h"
#include "app/reference/print_reference.h"
#include "base/text.h"
#include "base/version.h"

namespace outrider::app {
namespace {

constexpr const char* description =
    "A web server that tells the client what a page will need before the page is ready.\n"
    "Try: outrider run --files DIR";

/// "90", "90s", "30m", "2h", "1d" in seconds; CLI11 prints the message where it is something else.
std::string read_duration(const std::string& text, std::int64_t& seconds) {
  constexpr std::pair<char, std::int64_t> units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t unit = rest.empty() ? 1 : 0;
  for (const auto& [letter, factor] : units) {
    if (rest.size() == 1 && rest[0] == letter) unit = factor;
  }
  constexpr std::int64_t longest = 366 * 86'400;
  if (error != std::errc() || unit == 0 || number < 1 || number > longest / unit) {
    return "expected a time such as 90s, 30m, 2h or 7d, up to 366d, found \"" + text + "\"";
  }
  seconds = number * unit;
  return {};
}

/// What every command for a running server takes.
CLI::App* add_admin_command(CLI::App& app, AdminCommand& command, const std::string& name, const std::string& what) {
  CLI::App* sub = app.add_subcommand(name, what);
  add_config(*sub, command.config);
  sub->add_option("--admin", command.admin, "The server's admin address (default: found by the configuration file)")
      ->type_name("ADDRESS");
  sub->add_option("--token-file", command.token_file, "The file with the token, for an address over TCP")
      ->type_name("FILE");
  sub->add_option("--state-dir", command.state_dir, "Where the server keeps its state, if it was told so")
      ->type_name("DIR");
  sub->add_flag("--json", command.json, "Print the answer as JSON");
  return sub;
}

void add_switch_options(CLI::App& sub, AdminCommand& command) {
  // An empty one would mean all of them.
  const auto named = some("a name");
  sub.add_option("--site", command.site, "Only this site, as the configuration names it")
      ->type_name("NAME")
      ->check(named);
  sub.add_option("--rule", command.rule, "Only the rule of this name")->type_name("NAME")->check(named);
  sub.add_option("--delivery", command.delivery, "Only this way: push, early_hints or link")
      ->check(CLI::IsMember({"push", "early_hints", "link"}))
      ->type_name("WAY");
}

/// The subcommands by what they ask for.
using AdminCommands = std::vector<std::pair<CLI::App*, AdminCommand::What>>;

AdminCommands add_admin_commands(CLI::App& app, AdminCommand& command) {
  using What = AdminCommand::What;
  AdminCommands all;
  all.emplace_back(add_admin_command(app, command, "status", "Show what a running server does, and its generations"),
                   What::status);

  CLI::App* reload = add_admin_command(
      app, command, "reload", "Load the files anew; returns when every worker has swapped, or says what is wrong");
  reload->add_flag("--dry-run", command.dry_run, "Show what would change; change nothing");
  reload->add_flag("--skip-tests", command.skip_tests, "Do not run the tests beside the rules; this is logged");
  all.emplace_back(reload, What::reload);

  CLI::App* rollback = add_admin_command(app, command, "rollback", "Take an earlier generation back");
  rollback->add_option("generation", command.generation, "Its number (default: the one before)")
      ->type_name("GENERATION")
      ->check(up_to(1'000'000'000'000));
  all.emplace_back(rollback, What::rollback);

  CLI::App* off = add_admin_command(app, command, "off", "Switch hints off at once, across reloads");
  add_switch_options(*off, command);
  off->add_option_function<std::string>(
         "--for",
         [&command](const std::string& text) {
           if (const std::string wrong = read_duration(text, command.for_s); !wrong.empty()) {
             throw CLI::ValidationError("--for", wrong);
           }
         },
         "For so long, such as 30m (default: until it is switched on)")
      ->type_name("TIME");
  all.emplace_back(off, What::off);

  CLI::App* on =
      add_admin_command(app, command, "on", "Switch on again what \"off\" with the same options switched off");
  add_switch_options(*on, command);
  all.emplace_back(on, What::on);

  all.emplace_back(
      add_admin_command(app, command, "drain", "Answer 503 on the health path and let go of clients; serve who comes"),
      What::drain);
  all.emplace_back(add_admin_command(app, command, "undrain", "Take a drain back"), What::undrain);
  return all;
}

/// Who names the configuration without -c.
std::string advice_on(const std::vector<std::string>& arguments, const CLI::ParseError& problem) {
  const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr;
  if (!unexpected || !arguments.back().ends_with(".lua")) return {};
  return "; did you mean -c " + arguments.back() + "?";
}

/// CLI11's own words for what went wrong, and where to read on.
Said usage_error(const CLI::App& app, const CLI::ParseError& problem, const std::string& advice) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  return {"outrider" + command + ": " + problem.what() + advice + "\nRun \"outrider" + command +
              " --help\" for what there is.\n",
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

CLI::Option* add_config(CLI::App& command, std::string& target) {
  return command.add_option("-c,--config", target, "Configuration file")->type_name("FILE")->capture_default_str();
}

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  if (arguments == std::vector<std::string>{Handover::version_option}) {
    return Said{std::to_string(Handover::version) + "\n", exit_fine};
  }
  CLI::App app(description, "outrider");
  app.set_version_flag("--version", std::string("outrider ") + version, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 fine, 1 the files or addresses given, 2 usage, 3 a fault of outrider, 4 server unreachable.");

  RunCommand run;
  run.arguments = arguments;
  app.add_option(server_fd_option, run.server_fd)->group("");

  CLI::App* run_app = app.add_subcommand("run", "Serve, in the foreground, until SIGTERM or Ctrl-C; SIGHUP reloads");
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
  run_app->add_flag("--or-last-good", run.or_last_good,
                    "Where the files are broken, start the last good generation that was kept");
  run_app
      ->add_option("--state-dir", run.state_dir,
                   "Where to keep generations for restarts (default: $STATE_DIRECTORY, or /var/lib/outrider for root, "
                   "or ~/.local/state/outrider)")
      ->type_name("DIR");
  run_app->add_flag("!--no-supervisor", run.supervisor, "One process alone, for debuggers: nothing restarts it");

  CheckCommand check;
  const CLI::App* check_app = add_check(app, check);

  ExplainCommand explain;
  const CLI::App* explain_app = add_explain(app, explain);

  TestCommand test;
  const CLI::App* test_app = add_test(app, test);

  ReplayCommand replay;
  const CLI::App* replay_app = add_replay(app, replay);

  AdminCommand admin;
  const AdminCommands admin_commands = add_admin_commands(app, admin);

  std::string reference;
  const CLI::App* reference_app = add_print_reference(app, reference);

  if (auto unknown = unknown_command(app, arguments)) return *unknown;
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {
    // --help and --version: CLI11 prints them from its own exit().
    std::ostringstream text, errors;
    app.exit(success, text, errors);
    return Said{text.str(), exit_fine};
  } catch (const CLI::ParseError& problem) {
    return usage_error(app, problem, advice_on(arguments, problem));
  }
  if (check_app->parsed()) return check;
  if (explain_app->parsed()) return explain;
  if (test_app->parsed()) return test;
  if (reference_app->parsed()) return print_reference(app, reference);
  if (replay_app->parsed()) return replay;
  for (const auto& [sub, what] : admin_commands) {
    if (!sub->parsed()) continue;
    admin.what = what;
    return admin;
  }
  return run;
}

int say(const Said& said) {
  std::fputs(said.text.c_str(), said.exit_code == exit_fine ? stdout : stderr);
  return said.exit_code;
}

}  // namespace outrider::app
