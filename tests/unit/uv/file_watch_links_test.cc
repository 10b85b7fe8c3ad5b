// SPDX-License-Identifier: MIT
// Symbolic links: those that are turned, that lead to further ones, and that lead nowhere.
#include "uv/file_watch.h"

#include <catch2/catch.hpp>

#include "unit/uv/watch_world.h"

using namespace outrider;
using namespace outrider::uv::test;
namespace fs = std::filesystem;

TEST_CASE("a link that is turned from one release to the next is noticed, and the new release is watched") {
  World world;
  for (const char* release : {"releases/41/rules", "releases/42/rules"}) {
    world.folder.make(release);
    world.folder.write(fs::path(release) / "a.lua");
  }
  world.folder.link("current", "releases/41");
  const bool as_directory = GENERATE(false, true);
  if (as_directory) {
    world.directories({world.folder / "current/rules"});
  } else {
    world.files({world.folder / "current/rules/a.lua"});
  }
  world.folder.write("releases/42/rules/a.lua", "prepared");
  CHECK(world.quiet());
  world.folder.link("current", "releases/42");
  CHECK(world.noticed());
  world.folder.write("releases/41/rules/a.lua", "the old one");
  CHECK(world.quiet());
  world.folder.write("releases/42/rules/a.lua", "the new one");
  CHECK(world.noticed());
}

TEST_CASE("links behind links, absolute and relative ones, and the file behind the last are watched") {
  World world;
  world.folder.make("real/deep");
  world.folder.write("real/deep/a.lua");
  world.folder.make("other/deep");
  world.folder.write("other/deep/a.lua");
  world.folder.make("etc");
  world.folder.link("second", world.folder / "real");
  fs::create_symlink("../second/deep/../deep/a.lua", world.folder / "etc/a.lua");
  world.files({world.folder / "etc/./a.lua"});
  world.folder.write("real/deep/a.lua", "the target's contents");
  CHECK(world.noticed());
  world.folder.link("second", world.folder / "other");
  CHECK(world.noticed());
  world.folder.write("other/deep/a.lua", "the new target's contents");
  CHECK(world.noticed());
  world.folder.write("real/deep/a.lua", "no longer of interest");
  CHECK(world.quiet());
}

TEST_CASE("a link that dangles or leads in a circle is waited for") {
  World world;
  fs::create_symlink("nowhere", world.folder / "a.lua");
  fs::create_symlink("loop", world.folder / "loop");
  world.files({world.folder / "a.lua", world.folder / "loop/b.lua"});
  CHECK(world.quiet());
  world.folder.write("nowhere");
  CHECK(world.noticed());
  world.folder.make("fine");
  world.folder.link("loop", "fine");
  CHECK(world.noticed());
  world.folder.write("fine/b.lua");
  CHECK(world.noticed());
}
