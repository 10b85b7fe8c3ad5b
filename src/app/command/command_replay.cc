// SPDX-License-Identifier: MIT
#include "app/command/command_replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>

#include "app/command/exit_code.h"
#include "app/command/json_answer.h"
#include "app/command/terminal.h"
#include "app/load/problems.h"
#include "app/replay/replay.h"
#include "app/replay/replay_json.h"
#include "app/replay/replay_text.h"
#include "script/test_request.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

/// What the user typed is wrong.
int refuse(const ReplayCommand& command, const std::string& what) {
  if (command.json) {
    print_json(error_json(command.config, what));
  } else {
    fmt::print(stderr, "outrider replay: {}\n", what);
  }
  return exit_input;
}

/// A configuration or its rules are.
int print_problems(const ReplayCommand& command, const std::vector<Problem>& problems) {
  if (command.json) {
    print_json(problems_json(command.config, problems));
  } else {
    Problems::print(problems);
  }
  return exit_input;
}

/// The only site where there is one, and it is no pattern.
std::string only_host(const config::Config& config) {
  if (config.sites.size() != 1) return {};
  return script::host_of_site(config.sites.front().name);
}

Result<ReplayQuestion> question_of(const ReplayCommand& command, const config::Config& config) {
  ReplayQuestion question;
  question.logs = command.logs;
  if (command.host.empty()) {
    question.default_host = only_host(config);
  } else if (!http::host_of(command.host, question.default_host)) {
    return failure(fmt::format("--host: \"{}\" is no host", command.host));
  }
  return question;
}

bool wants(const ReplayCommand& command, const char* what) {
  return std::find(command.fail_on.begin(), command.fail_on.end(), what) != command.fail_on.end();
}

/// What was found that the user wants to hear of by the exit code.
std::vector<std::string> failures(const ReplayCommand& command, const Findings& found) {
  const bool errors =
      std::any_of(found.rules.begin(), found.rules.end(), [](const auto& rule) { return rule.second.failures > 0; });
  std::vector<std::string> what;
  const auto add = [&](const char* name, bool is_there) {
    if (is_there && wants(command, name)) what.emplace_back(name);
  };
  add("changes", found.changed > 0);
  add("missing", !found.missing.empty());
  add("errors", errors);
  return what;
}

int run(const ReplayCommand& command) {
  const std::size_t threads = std::clamp(std::thread::hardware_concurrency(), 1u, 64u);
  const Candidate candidate(command.config, threads);
  std::optional<Candidate> baseline;
  if (!command.baseline.empty()) baseline.emplace(command.baseline, threads);
  const auto question = question_of(command, candidate.config());
  if (!question) return refuse(command, question.error().message);
  const auto replayed = replay(*question, candidate, baseline ? &*baseline : nullptr, threads);
  if (!replayed) return refuse(command, replayed.error().message);
  if (!replayed->compares && wants(command, "changes")) {
    return refuse(command,
                  fmt::format("--fail-on changes: the beginning of {} does not tell what was hinted; --baseline "
                              "CONFIG compares with another configuration",
                              command.logs[replayed->untold_by]));
  }
  const Json found = replay_json(*replayed, {command.config, command.baseline, command.logs}, command.top);
  const std::vector<std::string> failing = failures(command, replayed->findings);
  if (command.json) {
    Json json{{"ok", failing.empty()}};
    json.update(found);
    print_json(json);
  } else {
    fmt::print("{}", replay_text(found, takes_colour(stdout)));
    if (!failing.empty()) fmt::print(stderr, "outrider replay: there are {}\n", fmt::join(failing, ", "));
  }
  return failing.empty() ? exit_fine : exit_input;
}

}  // namespace

int replay_logs(const ReplayCommand& command) {
  try {
    return run(command);
  } catch (const LoadError& error) {
    return print_problems(command, error.problems());
  }
}

}  // namespace outrider::app
