// SPDX-License-Identifier: MIT
// "Something about these files may have changed", for people and deploy tools that write in every way there is: in
// place, by renaming over, by removing a directory and making it again, by turning a symbolic link elsewhere. So every
// directory on the way to each path, behind every link, is watched (inotify) for the name that comes next. On the
// control plane's loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "uv/loop.h"
#include "uv/timer.h"

namespace outrider::uv {

class FileWatch {
 public:
  /// Calls `changed` on the loop's thread once it has been quiet for `settle` after the last change, so that a tool
  /// that writes many files causes one call. Where changes come without end, as of a log file in a watched directory,
  /// it is called ten times `settle` after the first one all the same. `changed` may call
  /// watch(), and may destroy this. It says "look again", not "it differs": a file written with the same bytes counts.
  FileWatch(Loop& loop, std::chrono::milliseconds settle, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Watches these instead of the ones before. Absolute paths; they need not exist.
  ///
  /// Of a file: its contents, its rights, appearing and vanishing. Of a directory: the same of every entry directly in
  /// it, leaving out editors' temporary files; what an entry that is a link points at has to be named as a file of its
  /// own. A change that waits to be settled is not forgotten. What happened before this returns is not told: look at
  /// the files after it. Not seen: writes through another hard link or a mapping, changes on other machines of a
  /// network file system.
  ///
  /// Errors: directories that cannot be watched, why, and what to do (inotify's limits, rights), a line for each cause;
  /// all others are watched, and those are tried again at each change.
  Result<void> watch(const std::vector<std::filesystem::path>& files,
                     const std::vector<std::filesystem::path>& directories);

  /// How many directories are watched now.
  std::size_t watched() const;

 private:
  struct Directories;
  using OnEvent = std::function<void(const std::string& directory, std::string_view name, bool replaced)>;

  void on_event(const std::string& directory, std::string_view name, bool replaced);
  Result<void> derive();
  void derive_after_change();
  void settle_again();

  const std::chrono::milliseconds settle_;
  const std::shared_ptr<const std::function<void()>> changed_;
  std::vector<std::filesystem::path> files_, listed_;
  std::unique_ptr<Directories> directories_;
  std::string problem_;  // the last one, so that it is logged once
  Timer settle_timer_, derive_timer_;
  std::chrono::steady_clock::time_point unsettled_since_{};
};

}  // namespace outrider::uv
