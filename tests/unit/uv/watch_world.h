// SPDX-License-Identifier: MIT
// For tests of file watches: a folder, a watch that counts its calls, and the loop that it lives on.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "unit/temporary_folder.h"
#include "uv/file_watch.h"
#include "uv/timer.h"

namespace outrider::uv::test {

/// The folder, and what people and deploy tools do in it.
struct Folder : TemporaryFolder {
  std::filesystem::path write(const std::filesystem::path& name, const std::string& text = "text") const {
    return TemporaryFolder::write(name, text);
  }
  std::filesystem::path make(const std::filesystem::path& name) const {
    std::filesystem::create_directories(path / name);
    return path / name;
  }
  /// A new link that is renamed over the old one, as deploy tools turn "current".
  void link(const std::filesystem::path& name, const std::filesystem::path& target) const {
    std::filesystem::create_symlink(target, path / "link.new");
    std::filesystem::rename(path / "link.new", path / name);
  }
};

inline Loop make_loop() {
  auto loop = Loop::create();
  REQUIRE(loop);
  return std::move(*loop);
}

/// A watch on a folder, and the loop that it lives on.
struct World {
  explicit World(std::chrono::milliseconds settle_time = std::chrono::milliseconds(25)) : settle(settle_time) {}

  static constexpr std::chrono::milliseconds slack{20};
  const std::chrono::milliseconds settle;
  Folder folder;
  Loop loop = make_loop();
  int calls = 0;
  FileWatch watch{loop, settle, [this] {
                    ++calls;
                    loop.stop();
                  }};

  void files(const std::vector<std::filesystem::path>& paths) { REQUIRE(watch.watch(paths, {})); }
  void directories(const std::vector<std::filesystem::path>& paths) { REQUIRE(watch.watch({}, paths)); }

  void run_for(std::chrono::milliseconds time) {
    Timer timer(loop);
    timer.after(time, [this] { loop.stop(); });
    loop.run();
  }
  /// True if there was a call, and one alone.
  bool noticed() {
    const int before = calls;
    run_for(std::chrono::seconds(5));  // stopped by the call
    run_for(settle + slack);
    return calls == before + 1;
  }
  bool quiet() {
    const int before = calls;
    run_for(2 * settle + slack);
    return calls == before;
  }
};

/// What the kernel watches for this process.
inline int kernel_watches() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) count += line.starts_with("inotify ") ? 1 : 0;
  }
  return count;
}

}  // namespace outrider::uv::test
