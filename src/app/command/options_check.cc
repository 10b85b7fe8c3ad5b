// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/check/warnings.h"
#include "app/command/command_line.h"
#include "app/command/options.h"

namespace outrider::app {
namespace {

/// Under the options: what there is to be warned of.
std::string warnings_footer() {
  std::string text = "Warnings, by the names that --ignore takes:\n";
  for (const WarningText& each : warning_texts()) {
    text += "  " + std::string(each.name) + ": " + std::string(each.sentence) + "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace

CLI::App* add_check(CLI::App& app, CheckCommand& command) {
  CLI::App* check = app.add_subcommand(
      "check", "Check the configuration, the rules and the certificates, and what is hinted; serve nothing");
  add_config(*check, command.config);
  CLI::Option* strict = check->add_flag("--strict", command.strict,
                                        "Exit code 1 also where there are only warnings; takes the time it needs");
  CLI::Option* urls =
      check->add_option("--urls", command.urls, "A file with an URL in each line: warn of pages that no rule covers")
          ->type_name("FILE")
          ->check(some("a file"));
  CLI::Option* against = check->add_option(
      "--against", command.against, "Also fetch what is hinted from this server, such as https://www.example.com");
  against->type_name("ORIGIN")->check(some("an origin"));
  check
      ->add_option(
          "--connect-to", command.connect_to,
          "With --against: the host is reached at this address, such as 192.0.2.1:8443, whatever its name says")
      ->type_name("HOST")
      ->check(some("a host"))
      ->needs(against);
  check->add_option("--cacert", command.cacert, "With --against: trust these authorities (PEM), not the system's")
      ->type_name("FILE")
      ->check(CLI::ExistingFile)
      ->needs(against);
  check
      ->add_option("--budget", command.budget_bytes,
                   "Warn where a page's hints have more bytes, if its site has no budget_bytes")
      ->type_name("BYTES")
      ->check(up_to(most_bytes))
      ->capture_default_str();
  std::vector<std::string> names;
  for (const WarningText& each : warning_texts()) names.emplace_back(each.name);
  check->add_option("--ignore", command.ignored, "Do not warn of this; may repeat")
      ->type_name("WARNING")
      ->check(CLI::IsMember(names))
      ->allow_extra_args(false);
  check
      ->add_flag("--no-warnings", command.no_warnings,
                 "Find only what a reload would refuse; nothing is asked or fetched")
      ->excludes(strict, urls, against);
  check->add_flag("--json", command.json, "Print the result as JSON");
  check->footer(warnings_footer());
  return check;
}

}  // namespace outrider::app
