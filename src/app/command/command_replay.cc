// SPDX-License-Identifier: MIT
#include "app/command/command_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <thread>

#include "app/command/exit_code.h"
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
int refuse(const std::string& what) {
  fmt::print(stderr, "outrider replay: {}\n", what);
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

/// Something was found that the user wants to hear of by the exit code.
bool is_failure(const ReplayCommand& command, const Findings& found) {
  const bool errors =
      std::any_of(found.rules.begin(), found.rules.end(), [](const auto& rule) { return rule.second.failures > 0; });
  return (wants(command, "changes") && found.changed > 0) || (wants(command, "missing") && !found.missing.empty()) ||
         (wants(command, "errors") && errors);
}

int run(const ReplayCommand& command) {
  const std::size_t threads = std::clamp(std::thread::hardware_concurrency(), 1u, 64u);
  const Candidate candidate(command.config, threads);
  std::optional<Candidate> baseline;
  if (!command.baseline.empty()) baseline.emplace(command.baseline, threads);
  const auto question = question_of(command, candidate.config());
  if (!question) return refuse(question.error().message);
  const auto replayed = replay(*question, candidate, baseline ? &*baseline : nullptr, threads);
  if (!replayed) return refuse(replayed.error().message);
  if (!replayed->compares && wants(command, "changes")) {
    return refuse("--fail-on changes: the log does not tell what was hinted; --baseline CONFIG compares");
  }
  const Json json = replay_json(*replayed, {command.config, command.baseline, command.logs}, command.top);
  if (command.json) {
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    fmt::print("{}", replay_text(json, takes_colour(stdout)));
  }
  return is_failure(command, replayed->findings) ? exit_input : exit_fine;
}

}  // namespace

int replay_logs(const ReplayCommand& command) {
  try {
    return run(command);
  } catch (const LoadError& error) {
    Problems::print(error.problems());
    return exit_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "outrider: {}\n", error.what());
    return exit_our_fault;
  }
}

}  // namespace outrider::app
