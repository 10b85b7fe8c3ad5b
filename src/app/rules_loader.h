// SPDX-License-Identifier: MIT
// From a configuration to a generation: the rules of all sites, loaded for every worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "push/worker_rules.h"
#include "script/rules.h"

namespace outrider::app {

struct Generation {
  std::uint64_t number = 0;
  std::string digest;
  std::size_t rules = 0;
  std::chrono::system_clock::time_point loaded_at;
  std::vector<std::shared_ptr<const push::WorkerRules>> workers;
};

/// One spec for each site, in the configuration's order.
script::RulesOptions rules_options(const config::Config& config);

/// Throws LoadError with every problem. `watchdog` outlives the generation.
Generation load_generation(const config::Config& config, std::uint64_t number, std::size_t workers,
                           script::Watchdog& watchdog);

/// The rule modules that ship: beside the installed binary (../share/outrider/rules) or in the source tree that it was
/// built in; empty where neither is.
std::filesystem::path shipped_modules();

}  // namespace outrider::app
