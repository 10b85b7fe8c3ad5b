// SPDX-License-Identifier: MIT
// What a watch takes from the kernel, and what the kernel or the owner of a directory refuses.
#include "uv/file_watch.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "unit/uv/watch_world.h"

using namespace outrider;
using namespace outrider::uv::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("paths that share a directory share a watch, and sets of them that are replaced leave none behind") {
  World world;
  std::vector<fs::path> files;
  for (int i = 0; i < 50; ++i) {
    const std::string number = std::to_string(i);
    world.folder.make("site" + number);
    for (const char* name : {"a.lua", "b.lua"}) files.push_back(world.folder.write("site" + number + "/" + name));
  }
  world.files({files[0], files[1]});
  const auto on_the_way = world.watch.watched();
  CHECK(on_the_way == static_cast<std::size_t>(kernel_watches()));
  for (int round = 0; round < 20; ++round) {
    world.files(files);
    CHECK(world.watch.watched() == on_the_way + 49);
    world.files({files[round]});
    CHECK(world.watch.watched() == on_the_way);
  }
  world.run_for(1ms);
  CHECK(kernel_watches() == static_cast<int>(on_the_way));
}

TEST_CASE("a directory that may not be read is named with the reason, and the others are watched") {
  World world;
  const auto good = world.folder.write("good.lua");
  const auto closed = world.folder.make("closed");
  world.folder.write("closed/a.lua");
  REQUIRE(chmod(closed.c_str(), 0100) == 0);
  REQUIRE(chmod((world.folder / ".").c_str(), 0755) == 0);
  const bool was_root = geteuid() == 0;
  if (was_root) {
    REQUIRE(chown(closed.c_str(), 65534, 65534) == 0);
    REQUIRE(seteuid(65534) == 0);
  }
  const auto watched = world.watch.watch({closed / "a.lua", good}, {});
  if (was_root) REQUIRE(seteuid(0) == 0);
  REQUIRE_FALSE(watched);
  CHECK(watched.error().message ==
        "cannot watch " + closed.string() +
            " for changes: permission denied; watching a directory needs the right to read it");
  world.folder.write("good.lua", "more");
  CHECK(world.noticed());
  REQUIRE(chmod(closed.c_str(), 0700) == 0);
  CHECK(world.noticed());
  world.folder.write("closed/a.lua", "more");
  CHECK(world.noticed());
}

TEST_CASE("inotify that cannot be had is an error that says which limit to raise, and is tried again") {
  World world;
  const auto file = world.folder.write("a.lua");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const int lowest_free = dup(0);
  close(lowest_free);
  rlimit none_left = before;
  none_left.rlim_cur = static_cast<rlim_t>(lowest_free);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none_left) == 0);
  const auto watched = world.watch.watch({file, world.folder / "x/y"}, {"/usr/share/doc"});
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE_FALSE(watched);
  CHECK_THAT(watched.error().message, Catch::Matchers::StartsWith("cannot watch /, ") &&
                                          Catch::Matchers::Contains(" more for changes: ") &&
                                          Catch::Matchers::EndsWith("or the sysctl fs.inotify.max_user_instances"));
  CHECK(world.watch.watched() == 0);
  world.files({file});
  world.folder.write("a.lua", "more");
  CHECK(world.noticed());
}
