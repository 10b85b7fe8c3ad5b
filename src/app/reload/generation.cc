// SPDX-License-Identifier: MIT
#include "app/reload/generation.h"

#include <algorithm>
#include <utility>

#include "app/worker/noted_functions.h"

namespace outrider::app {

std::uint64_t Generation::requests() const {
  std::uint64_t sum = 0;
  for (const auto& watch : watches) sum += watch->requests();
  return sum;
}

bool Generation::unused() const {
  return std::all_of(workers.begin(), workers.end(), [](const auto& one) { return one.use_count() == 1; });
}

Generation make_generation(Loaded loaded, std::uint64_t number, Origin origin, DeathNotes& notes) {
  Generation generation;
  generation.number = number;
  generation.digest = loaded.digest;
  generation.rules = loaded.rules;
  generation.loaded_at = std::chrono::system_clock::now();
  generation.origin = std::move(origin);
  generation.config = std::move(loaded.config);
  generation.sources = std::move(loaded.sources);
  const push::VisitorHash visitors;
  for (std::size_t index = 0; index < loaded.workers.size(); ++index) {
    push::WorkerRules rules = std::move(*loaded.workers[index]);
    rules.generation = number;
    generation.watches.push_back(rules.watch);
    auto watch = std::make_shared<push::RuleWatch>(rules.sets, visitors);
    generation.rule_watches.push_back(watch);
    generation.workers.push_back(noted(std::move(rules), notes.slot(index), std::move(watch)));
  }
  return generation;
}

std::string_view name_of(Generation::State state) {
  switch (state) {
    case Generation::State::live:
      return "live";
    case Generation::State::draining:
      return "draining";
    case Generation::State::freed:
      return "freed";
    case Generation::State::failed:
      return "failed";
    case Generation::State::rolled_back:
      return "rolled back";
  }
  return "";
}

}  // namespace outrider::app
