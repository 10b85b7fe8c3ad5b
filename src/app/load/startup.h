// SPDX-License-Identifier: MIT
// What a server process begins with: the files on disk; after a crash or with a new binary what ran before; with
// --or-last-good what last stood its time, where the files are broken.
#pragma once

#include <cstdint>
#include <string>

#include "app/admin/off_switches.h"
#include "app/load/load.h"
#include "app/load/state_files.h"

namespace outrider::app {

/// What a server process leaves with its supervisor for the one after it.
struct Memo {
  std::uint64_t generation = 0;       // the live one's; 0 = there was no server before
  std::uint64_t last_generation = 0;  // the highest number given so far
  std::string digest;                 // of the live one
  std::string tried_digest;           // of what was loaded last, which may have failed or been left
  OffSwitches off;
  bool draining = false;

  std::string text() const;
  /// What text() gave; anything else is an empty memo.
  static Memo parse(const std::string& text);
};

struct FirstLoad {
  Loaded loaded;
  Origin origin;
  std::uint64_t number = 1;
};

/// Throws LoadError with every problem on disk, where nothing else may take its place.
FirstLoad first_load(const RunCommand& command, const Memo& memo, const StateFiles& files, const ProcessKeys& keys,
                     script::Watchdog& watchdog);

/// As many open files as the hard limit allows.
void raise_file_limit();

}  // namespace outrider::app
