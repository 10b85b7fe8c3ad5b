// SPDX-License-Identifier: MIT
// Writes what a server leaves on disk (state_files.h), off the main thread, and says once where it cannot.
#pragma once

#include <memory>
#include <string>

#include "app/load/state_files.h"
#include "app/reload/background.h"
#include "script/snapshot.h"

namespace outrider::app {

class StateKeeper {
 public:
  /// `enabled`: with a configuration file; a server without one keeps nothing.
  StateKeeper(StateFiles files, bool enabled) : files_(std::move(files)), enabled_(enabled) {}

  const StateFiles& files() const { return files_; }
  /// Makes the folder; a warning where that fails, and nothing is kept then.
  void prepare();
  void keep_admin(const StateFiles::Admin& where);
  void remove_admin();

  /// This generation runs. The first one ever kept is also the last good one until another stood its time.
  void runs(const std::shared_ptr<const script::Snapshot>& sources, Background& chores);
  /// It stood its time.
  void is_good(const std::shared_ptr<const script::Snapshot>& sources, Background& chores);

 private:
  StateFiles files_;
  bool enabled_;
};

}  // namespace outrider::app
