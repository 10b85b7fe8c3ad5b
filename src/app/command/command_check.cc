// SPDX-License-Identifier: MIT
#include "app/command/command_check.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/check/check.h"
#include "app/command/exit_code.h"
#include "app/command/json_answer.h"
#include "app/load/problems.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

CheckOptions options_of(const CheckCommand& command) {
  CheckOptions options;
  for (const std::string& name : command.ignored) {
    if (const auto id = warning_named(name)) options.ignored.insert(*id);
  }
  options.budget_bytes = command.budget_bytes;
  options.urls = command.urls;
  options.against = {command.against, command.connect_to, command.cacert};
  // Who starts a server waits for the plain check.
  const bool is_plain = !command.strict && command.urls.empty() && command.against.empty();
  if (is_plain) options.patience = std::chrono::seconds(2);
  return options;
}

int print_problems(const CheckCommand& command, const std::vector<Problem>& problems) {
  if (command.json) {
    print_json(problems_json(command.config, problems));
  } else {
    Problems::print(problems);
    fmt::print(stderr, "{}: {}\n", command.config, counted(problems.size(), "problem"));
  }
  return exit_input;
}

/// What the options ask for cannot be done.
int refuse(const CheckCommand& command, const std::string& message) {
  if (command.json) {
    print_json(error_json(command.config, message));
  } else {
    fmt::print(stderr, "{}\n", message);
  }
  return exit_input;
}

std::string unreachable_text(const CheckCommand& command, const CheckReport& report) {
  const std::string where = command.connect_to.empty() ? "" : " at " + command.connect_to;
  return fmt::format("outrider check: {}{} cannot be reached: {}", command.against, where, report.unreachable);
}

void print_as_json(const CheckCommand& command, const Loaded& loaded, const CheckReport& report, bool ok) {
  Json json{{"ok", ok},
            {"config", command.config},
            {"sites", loaded.config->sites.size()},
            {"rules", loaded.rules},
            {"digest", loaded.digest},
            {"warnings", Json::array()}};
  for (const Warning& warning : report.warnings) {
    Json each{{"id", name_of(warning.id)}, {"file", warning.place.file}, {"line", warning.place.line}};
    if (!warning.rule.empty()) each["rule"] = warning.rule;
    if (!warning.url.empty()) each["url"] = warning.url;
    each["message"] = warning.message;
    json["warnings"].push_back(std::move(each));
  }
  if (!report.complete) json["complete"] = false;
  if (!command.urls.empty()) json["pages"] = {{"listed", report.pages}, {"uncovered", report.uncovered}};
  if (!command.against.empty()) json["fetched"] = report.fetched;
  if (!report.unreachable.empty()) json["error"] = unreachable_text(command, report);
  print_json(json);
}

void print_text(const CheckCommand& command, const Loaded& loaded, const CheckReport& report, bool ok) {
  for (const Warning& warning : report.warnings) fmt::print(stderr, "{}\n", warning.text());
  if (!report.complete) {
    fmt::print(stderr, "{}: not all rules were asked, for lack of time; --strict asks all\n", command.config);
  }
  if (!command.urls.empty()) {
    fmt::print("{}: no rule covers {} of {}\n", command.urls, report.uncovered, counted(report.pages, "page"));
  }
  if (!report.unreachable.empty()) {
    fmt::print(stderr, "{}\n", unreachable_text(command, report));
    return;
  }
  if (!command.against.empty()) {
    fmt::print("{}: {} fetched\n", command.against, counted(report.fetched, "hinted URL"));
  }
  const std::size_t warnings = report.warnings.size();
  const std::string told = warnings == 0 ? "" : ", " + counted(warnings, "warning");
  if (ok) {
    fmt::print("{}: fine: {}, {}{}, digest {}\n", command.config, counted(loaded.config->sites.size(), "site"),
               counted(loaded.rules, "rule"), told, loaded.digest.substr(0, 16));
  } else {
    fmt::print(stderr, "{}: {}, which --strict does not let pass\n", command.config, counted(warnings, "warning"));
  }
}

int judge(const CheckCommand& command) {
  RunCommand files;
  files.config = command.config;
  TestRequests of_tests;
  LoadOptions options;
  options.workers = 2;  // rules that differ from one load to the next are an error, too
  options.test_listener = &of_tests;
  Offline offline(files, options);
  const auto report =
      command.no_warnings ? CheckReport() : find_warnings(offline, of_tests.questions(), options_of(command));
  if (!report) return refuse(command, report.error().message);
  const bool reached = report->unreachable.empty();
  const bool ok = reached && (!command.strict || report->warnings.empty());
  if (command.json) {
    print_as_json(command, offline.loaded(), *report, ok);
  } else {
    print_text(command, offline.loaded(), *report, ok);
  }
  if (!reached) return exit_unreachable;
  return ok ? exit_fine : exit_input;
}

}  // namespace

int check(const CheckCommand& command) {
  try {
    return judge(command);
  } catch (const LoadError& error) {
    return print_problems(command, error.problems());
  }
}

}  // namespace outrider::app
