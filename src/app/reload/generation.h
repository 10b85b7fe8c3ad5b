// SPDX-License-Identifier: MIT
// One loaded, validated set of configuration and rules, and what is remembered of it when another has taken its place.
// The main thread's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/load/load.h"
#include "app/process/death_notes.h"
#include "config/config.h"
#include "push/rule_watch.h"
#include "push/worker_rules.h"
#include "script/sources.h"

namespace outrider::app {

/// Why something was loaded, or switched, and by whom.
struct Origin {
  std::string cause;  // "start", "SIGHUP", "reload", "watch", "rollback" …
  std::string who;    // "root (pid 4711)"; empty where nobody is to be named
};

struct Generation {
  enum class State { live, draining, freed, failed, rolled_back };

  std::uint64_t number = 0;
  std::string digest;
  std::size_t rules = 0;
  std::chrono::system_clock::time_point loaded_at;
  Origin origin;
  State state = State::live;
  std::string note;  // why it failed or was left
  bool was_live = false;
  std::uint64_t turn = 0;  // counts how often one became live, up to the last time that this one did

  // What failed has no configuration.
  std::shared_ptr<const config::Config> config;
  std::shared_ptr<const script::Snapshot> sources;

  /// One for each worker; requests that began with them hold them too. Empty once freed.
  std::vector<std::shared_ptr<const push::WorkerRules>> workers;
  /// What the workers saw; they stay when the rules are freed.
  std::vector<std::shared_ptr<push::GenerationWatch>> watches;
  /// What each worker sees of its rules.
  std::vector<std::shared_ptr<push::RuleWatch>> rule_watches;

  std::uint64_t requests() const;
  /// True if no request holds its rules any more.
  bool unused() const;
};

/// What was loaded as generation `number`, for the workers whose death notes are `notes`.
Generation make_generation(Loaded loaded, std::uint64_t number, Origin origin, DeathNotes& notes);

/// "live", "rolled back" …
std::string_view name_of(Generation::State state);

}  // namespace outrider::app
