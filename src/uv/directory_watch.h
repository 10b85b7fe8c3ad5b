// SPDX-License-Identifier: MIT
// Private to src/uv: the kernel's word on the entries of one directory (inotify through libuv). On the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "uv/loop.h"

namespace outrider::uv {

class DirectoryWatch {
 public:
  /// `name` is the entry; `replaced` tells that it appeared, vanished or changed its name, and is false for contents
  /// and rights. Where the directory itself vanished, the name is that of the directory.
  using Callback = std::function<void(std::string_view name, bool replaced)>;

  /// Watches the directory that is at `path` now; one that takes its place later is another one.
  /// Errors: libuv's number (UV_ENOENT, UV_ENOSPC, UV_EMFILE, UV_EACCES …).
  static tl::expected<DirectoryWatch, int> on(Loop& loop, const std::string& path, Callback callback);
  DirectoryWatch(DirectoryWatch&&) noexcept = default;
  DirectoryWatch& operator=(DirectoryWatch&&) noexcept = default;

 private:
  struct WatchBox;
  struct Close {
    void operator()(WatchBox* box) const;
  };
  explicit DirectoryWatch(WatchBox* box) : box_(box) {}
  std::unique_ptr<WatchBox, Close> box_;
};

}  // namespace outrider::uv
