// SPDX-License-Identifier: MIT
// The off switch: what an operator has switched off, until when, and who. It outlives generations and, as a memo, the
// server process. The main thread's.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/reload/generation.h"
#include "base/clock.h"
#include "push/switches.h"

namespace outrider::app {

class OffSwitches {
 public:
  struct Entry {
    push::Switch what;
    WallTime since{};
    std::optional<WallTime> until;  // nothing: until somebody switches it on
    std::string who;
  };

  /// Adds it, in place of an equal one.
  void off(Entry entry);
  /// Takes back what has the same site, rule and delivery; an entirely empty one takes back everything. Returns how
  /// many there were.
  std::size_t on(const push::Switch& what);
  /// Takes back what has run out; returns those.
  std::vector<Entry> expire(WallTime now);

  const std::vector<Entry>& entries() const { return entries_; }
  /// For the workers, with what else is off; null where nothing is.
  std::shared_ptr<const push::Switches> switches(const std::vector<Entry>& others = {}) const;

  nlohmann::json to_json() const;
  /// What to_json() gave; what cannot be read is left out.
  static OffSwitches from_json(const nlohmann::json& json);

 private:
  std::vector<Entry> entries_;
};

/// "everything", "push of the site www.example.com", "the rule \"home\"": what is off.
std::string describe(const push::Switch& what);

}  // namespace outrider::app
