// SPDX-License-Identifier: MIT
#include "script/disk.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::script;

TEST_CASE("a file is read whole while others are put in its place", "[script][disk]") {
  const TemporaryFolder folder;
  const std::string one(100'000, '1'), other(50'000, '2');
  const auto path = folder.write("a.lua", one);
  std::atomic<bool> ends{false};
  std::thread writer([&] {
    for (int turn = 0; !ends; ++turn) {
      folder.write("new.lua", turn % 2 == 0 ? other : one);
      std::filesystem::rename(folder / "new.lua", path);
    }
  });
  std::string failure;
  int read = 0;
  for (; read < 5'000 && failure.empty(); ++read) {
    const FileAnswer answer = read_file(path, 1u << 20);
    failure = answer.failure;
    if (failure.empty() && *answer.text != one && *answer.text != other) failure = "is a mixture";
  }
  ends = true;
  writer.join();
  CHECK(failure == "");
  CHECK(read == 5'000);
}
