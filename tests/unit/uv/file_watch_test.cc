// SPDX-License-Identifier: MIT
// Every way in which people and deploy tools change files and directories, on a real folder; and strangers' files,
// which are nobody's business.
#include "uv/file_watch.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "unit/uv/watch_world.h"

using namespace outrider;
using namespace outrider::uv::test;
namespace fs = std::filesystem;

TEST_CASE("a file that is written in place, renamed over, removed and made again is noticed each time") {
  World world;
  const auto file = world.folder.write("rules.lua");
  world.files({file});
  CHECK(world.quiet());
  world.folder.write("rules.lua", "more");
  CHECK(world.noticed());
  world.folder.write("draft", "other");
  fs::rename(world.folder / "draft", file);
  CHECK(world.noticed());
  world.folder.write("rules.lua", "in place, after the rename");
  CHECK(world.noticed());
  fs::remove(file);
  CHECK(world.noticed());
  world.folder.write("rules.lua");
  CHECK(world.noticed());
  REQUIRE(chmod(file.c_str(), 0600) == 0);
  CHECK(world.noticed());
}

TEST_CASE("a file that is moved away for a backup, as editors do, and written anew is noticed") {
  World world;
  const auto file = world.folder.write("rules.lua");
  world.files({file});
  fs::rename(file, world.folder / "rules.lua~");
  world.folder.write("rules.lua", "new");
  CHECK(world.noticed());
  world.folder.write("rules.lua", "newer");
  CHECK(world.noticed());
}

TEST_CASE("a file that does not exist yet, below folders that do not either, is waited for") {
  World world;
  world.files({world.folder / "a/b/rules.lua"});
  CHECK(world.quiet());
  world.folder.make("a");
  CHECK(world.noticed());
  world.folder.make("a/b");
  CHECK(world.noticed());
  world.folder.write("a/b/other.lua");
  CHECK(world.quiet());
  world.folder.write("a/b/rules.lua");
  CHECK(world.noticed());
  world.folder.write("a/b/rules.lua", "more");
  CHECK(world.noticed());
}

TEST_CASE("strangers beside the files and on the way are ignored, and so are reads") {
  World world;
  const auto file = world.folder.make("site") / "rules.lua";
  world.folder.write("site/rules.lua");
  world.files({file});
  for (int i = 0; i < 20; ++i) {
    world.folder.write("site/rules.lua." + std::to_string(i));
    world.folder.write("stranger" + std::to_string(i));
    world.folder.make("folder" + std::to_string(i));
  }
  fs::remove_all(world.folder / "folder3");
  std::string text;
  std::ifstream(file) >> text;
  CHECK(world.quiet());
}

TEST_CASE("in a directory entries that come, go and change are noticed, temporary files of editors are not") {
  World world;
  const auto rules = world.folder.make("rules");
  world.directories({rules});
  world.folder.write("rules/shop.lua");
  CHECK(world.noticed());
  world.folder.write("rules/shop.lua", "more");
  CHECK(world.noticed());
  fs::rename(rules / "shop.lua", rules / "cart.lua");
  CHECK(world.noticed());
  fs::remove(rules / "cart.lua");
  CHECK(world.noticed());
  for (const char* name : {".shop.lua.swp", ".shop.lua.swx", "4913", "shop.lua~", "#shop.lua#"}) {
    world.folder.write(fs::path("rules") / name);
    fs::remove(rules / name);
  }
  fs::create_symlink("someone@host.1", rules / ".#shop.lua");
  CHECK(world.quiet());
}

TEST_CASE("a directory that is removed and made again, at once or later, is watched again") {
  World world;
  const auto rules = world.folder.make("site/rules");
  world.folder.write("site/rules/a.lua");
  world.directories({rules});
  for (int round = 0; round < 5; ++round) {
    fs::remove_all(world.folder / "site");
    world.folder.make("site/rules");  // often with the inode number of the one before
    world.folder.write("site/rules/a.lua");
    CHECK(world.noticed());
    world.folder.write("site/rules/a.lua", "more");
    CHECK(world.noticed());
  }
  fs::remove_all(world.folder / "site");
  CHECK(world.noticed());
  world.folder.make("site/rules");
  CHECK(world.noticed());
  world.folder.write("site/rules/b.lua");
  CHECK(world.noticed());
}

TEST_CASE("a directory that another one is moved over is watched in its new form, not in its old one") {
  World world;
  world.folder.make("rules");
  world.directories({world.folder / "rules"});
  world.folder.make("next");
  world.folder.write("next/a.lua");
  fs::rename(world.folder / "rules", world.folder / "before");
  fs::rename(world.folder / "next", world.folder / "rules");
  CHECK(world.noticed());
  world.folder.write("before/a.lua");
  CHECK(world.quiet());
  world.folder.write("rules/a.lua", "more");
  CHECK(world.noticed());
}
