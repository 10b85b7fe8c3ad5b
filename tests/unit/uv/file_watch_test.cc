// SPDX-License-Identifier: MIT
// Every way in which people and deploy tools change files, on a real folder; and strangers' files, which are nobody's
// business.
#include "uv/file_watch.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <string>

#include "unit/temporary_folder.h"
#include "uv/timer.h"

using namespace outrider;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Folder : TemporaryFolder {
  fs::path write(const fs::path& name, const std::string& text = "text") const {
    return TemporaryFolder::write(name, text);
  }
  fs::path make(const fs::path& name) const {
    fs::create_directories(path / name);
    return path / name;
  }
  /// A new link that is renamed over the old one, as deploy tools turn "current".
  void link(const fs::path& name, const fs::path& target) const {
    fs::create_symlink(target, path / "link.new");
    fs::rename(path / "link.new", path / name);
  }
};

uv::Loop make_loop() {
  auto loop = uv::Loop::create();
  REQUIRE(loop);
  return std::move(*loop);
}

struct World {
  explicit World(std::chrono::milliseconds settle_time = 25ms) : settle(settle_time) {}

  const std::chrono::milliseconds settle;
  Folder folder;
  uv::Loop loop = make_loop();
  int calls = 0;
  uv::FileWatch watch{loop, settle, [this] {
                        ++calls;
                        loop.stop();
                      }};

  void files(const std::vector<fs::path>& paths) { REQUIRE(watch.watch(paths, {})); }
  void directories(const std::vector<fs::path>& paths) { REQUIRE(watch.watch({}, paths)); }

  void run_for(std::chrono::milliseconds time) {
    uv::Timer timer(loop);
    timer.after(time, [this] { loop.stop(); });
    loop.run();
  }
  /// True if there was a call, and one alone.
  bool noticed() {
    const int before = calls;
    run_for(5s);  // stopped by the call
    run_for(settle + 20ms);
    return calls == before + 1;
  }
  bool quiet() {
    const int before = calls;
    run_for(2 * settle + 20ms);
    return calls == before;
  }
};

/// What the kernel watches for this process.
int kernel_watches() {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) count += line.starts_with("inotify ") ? 1 : 0;
  }
  return count;
}

}  // namespace

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

TEST_CASE("a hundred changes become one call, after the last of them") {
  World world(400ms);  // longer than a busy machine may pause this process
  const auto rules = world.folder.make("rules");
  world.directories({rules});
  uv::Timer timer(world.loop);
  int written = 0;
  std::chrono::steady_clock::time_point last;
  timer.every(2ms, [&] {
    world.folder.write("rules/" + std::to_string(written) + ".lua");
    last = std::chrono::steady_clock::now();
    if (++written == 100) timer.stop();
  });
  world.run_for(10s);
  CHECK(std::chrono::steady_clock::now() - last >= world.settle - 1ms);
  CHECK(written == 100);
  CHECK(world.calls == 1);
  CHECK(world.quiet());
}

TEST_CASE("changes without end do not hide what has changed") {
  World world(50ms);
  const auto rules = world.folder.make("rules");
  world.directories({rules});
  uv::Timer timer(world.loop);
  const auto begun = std::chrono::steady_clock::now();
  timer.every(10ms, [&] { world.folder.write("rules/notes.txt"); });
  world.run_for(10s);
  CHECK(world.calls == 1);
  CHECK(std::chrono::steady_clock::now() - begun >= 10 * world.settle - 1ms);
  world.run_for(10s);
  CHECK(world.calls == 2);
  timer.stop();
}

TEST_CASE("what is not watched any more is not noticed; what waits to be settled is not forgotten") {
  World world(400ms);  // longer than a busy machine may pause this process
  const auto a = world.folder.write("a.lua"), b = world.folder.write("b.lua");
  world.files({a});
  world.files({b});
  world.folder.write("a.lua", "more");
  CHECK(world.quiet());
  world.folder.write("b.lua", "more");
  world.run_for(world.settle / 4);
  world.files({a});
  CHECK(world.noticed());
  world.files({});
  CHECK(world.watch.watched() == 0);
  CHECK(kernel_watches() == 0);
}

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

TEST_CASE("the callback may replace the watched files and end the watch") {
  Folder folder;
  auto loop = uv::Loop::create();
  REQUIRE(loop);
  const auto a = folder.write("a.lua"), b = folder.write("b.lua");
  std::optional<uv::FileWatch> watch;
  std::string order;
  const auto witness = std::make_shared<int>(0);
  watch.emplace(*loop, 10ms, [&, witness] {
    order += order.empty() ? "1" : "2";
    if (order == "1") {
      CHECK(watch->watch({b}, {}));
      folder.write("b.lua", "more");
    } else {
      watch.reset();
      ++*witness;  // captures outlive the watch until the callback returns
    }
  });
  REQUIRE(watch->watch({a}, {}));
  folder.write("a.lua", "more");
  loop->run();  // returns when nothing is watched any more
  CHECK(order == "12");
  CHECK(*witness == 1);
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
