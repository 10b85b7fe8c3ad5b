// SPDX-License-Identifier: MIT
// What somebody wishes of the generations, and what became of it. The main thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/reload/generation.h"

namespace outrider::app {

/// What became of a wish.
struct ReloadOutcome {
  bool fine = false;
  bool changed = false;  // another generation is live
  bool tried = false;    // something was loaded, or was to be: what it says is news about the files
  std::uint64_t generation = 0;
  std::string digest;
  std::size_t rules = 0;
  /// Why not; the same texts as `outrider check` prints.
  std::vector<Problem> problems;
  std::vector<std::string> difference;  // of a dry run
  std::vector<std::string> needs_restart;
};

struct ReloadWish {
  enum class Kind { reload, rollback, certificates };

  Kind kind = Kind::reload;
  Origin origin;
  bool dry_run = false;
  bool skip_tests = false;
  /// Of the file watcher: what was tried before is not tried again as long as its content is the same.
  bool only_news = false;
  std::uint64_t target = 0;  // of a rollback; 0 = the one before, as it is when the wish is made
  std::uint64_t leaves = 0;  // of a rollback: the generation that is to be left; 0 = the one that is live by then
  std::string why;           // of a rollback: what is noted beside the generation that is left
  std::function<void(const ReloadOutcome&)> done;  // may be empty
};

}  // namespace outrider::app
