// SPDX-License-Identifier: MIT
// Which files are watched, and what a change leads to: certificates always, everything else where the configuration
// says `watch = true`. The main thread's.
#pragma once

#include <chrono>
#include <functional>

#include "app/reload/reloads.h"
#include "uv/file_watch.h"

namespace outrider::app {

class FileWatches {
 public:
  /// Deploys and editors write in several steps: what has been quiet for so long is taken for finished.
  static constexpr std::chrono::milliseconds settle{200};

  FileWatches(uv::Loop& loop, std::function<void()> files_changed, std::function<void()> certificates_changed);

  /// Watches what `live` was read from and what the last attempt, which may have failed, was read from or asked for.
  void update(const Generation& live, const script::Snapshot& last_tried, const config::Config& tried_config);

 private:
  uv::FileWatch files_, certificates_;
};

}  // namespace outrider::app
