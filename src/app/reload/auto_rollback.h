// SPDX-License-Identifier: MIT
// Watches the live generation for as long as it is on trial, and says when it is to be left. The main thread's.
#pragma once

#include <optional>
#include <string>

#include "app/reload/generation.h"
#include "base/clock.h"
#include "config/config.h"
#include "observe/generation_health.h"

namespace outrider::app {

class AutoRollback {
 public:
  explicit AutoRollback(const Clock& clock) : clock_(clock) {}

  /// A generation that has just gone live is on trial from now on, by comparison with the one before it (null: it is
  /// the first).
  void begin(const config::Rollback& limits, const Generation* before);
  /// The live one was taken back: it had stood its time before, and if it fails now, going back further would not help.
  void trust();

  /// The live generation may still turn out bad.
  bool on_trial() const { return health_ && !health_->proven(); }

  struct Event {
    std::optional<std::string> bad;  // why; told once
    bool proven = false;             // told once
  };
  /// Called each second or so.
  Event look(const Generation& live);

 private:
  const Clock& clock_;
  std::optional<observe::GenerationHealth> health_;  // none: trusted
  bool proven_ = false;
};

}  // namespace outrider::app
