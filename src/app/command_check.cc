// SPDX-License-Identifier: MIT
#include "app/command_check.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>

#include "app/bucket_key.h"
#include "app/exit_code.h"
#include "app/load_config.h"
#include "app/problems.h"
#include "app/rules_loader.h"
#include "script/watchdog.h"
#include "tls/context.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

struct Verdict {
  std::vector<Problem> problems;
  std::size_t sites = 0;
  std::size_t rules = 0;
  std::string digest;
};

void check_keys(const config::Config& config, Problems& problems) {
  for (const config::Listen& listen : config.listen) {
    for (const config::Certificate& pair : listen.tls) {
      if (auto checked = tls::check_pair({pair.certificate, pair.key}); !checked) {
        problems.add(pair.place, checked.error().message);
      }
    }
  }
  if (config.bucket_key.empty()) return;
  if (auto key = read_bucket_key(config.bucket_key); !key) problems.add({}, key.error().message);
}

Verdict judge(const std::string& file) {
  // Two states, because rules that differ from one load to the next are an error too.
  constexpr std::size_t states = 2;
  Verdict verdict;
  Problems problems;
  try {
    const config::Config config = load_config(file);
    verdict.sites = config.sites.size();
    check_keys(config, problems);
    script::Watchdog watchdog;
    const Generation generation = load_generation(config, 1, states, watchdog);
    verdict.rules = generation.rules;
    verdict.digest = generation.digest;
  } catch (const LoadError& error) {
    problems.add(error);
  }
  verdict.problems = problems.list();
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
