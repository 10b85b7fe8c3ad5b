// SPDX-License-Identifier: MIT
#include "app/command/command_check.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>

#include "app/command/exit_code.h"
#include "app/load/load.h"
#include "app/load/problems.h"
#include "script/watchdog.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

struct Verdict {
  std::vector<Problem> problems;
  std::size_t sites = 0;
  std::size_t rules = 0;
  std::string digest;
};

Verdict judge(const std::string& file) {
  // Two states, because rules that differ from one load to the next are an error too.
  constexpr std::size_t states = 2;
  Verdict verdict;
  RunCommand command;
  command.config = file;
  LoadOptions options;
  options.workers = states;
  try {
    script::SourceLog sources;
    script::Watchdog watchdog;
    const Loaded loaded = load(command, sources, options, ProcessKeys(), watchdog);
    verdict.sites = loaded.config->sites.size();
    verdict.rules = loaded.rules;
    verdict.digest = loaded.digest;
  } catch (const LoadError& error) {
    verdict.problems = error.problems();
  }
  return verdict;
}

void print_json(const std::string& file, const Verdict& verdict) {
  Json json{{"ok", verdict.problems.empty()}, {"config", file}};
  if (verdict.problems.empty()) {
    json["sites"] = verdict.sites;
    json["rules"] = verdict.rules;
    json["digest"] = verdict.digest;
  } else {
    json["problems"] = Json::array();
    for (const Problem& problem : verdict.problems) {
      json["problems"].push_back(
          {{"file", problem.place.file}, {"line", problem.place.line}, {"message", problem.message}});
    }
  }
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int check(const CheckCommand& command) {
  try {
    const Verdict verdict = judge(command.config);
    if (command.json) {
      print_json(command.config, verdict);
    } else if (verdict.problems.empty()) {
      fmt::print("{}: fine: {} site{}, {} rule{}, digest {}\n", command.config, verdict.sites,
                 verdict.sites == 1 ? "" : "s", verdict.rules, verdict.rules == 1 ? "" : "s",
                 verdict.digest.substr(0, 16));
    } else {
      Problems::print(verdict.problems);
      fmt::print(stderr, "{}: {} problem{}\n", command.config, verdict.problems.size(),
                 verdict.problems.size() == 1 ? "" : "s");
    }
    return verdict.problems.empty() ? exit_fine : exit_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "outrider: {}\n", error.what());
    return exit_our_fault;
  }
}

}  // namespace outrider::app
