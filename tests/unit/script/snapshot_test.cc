// SPDX-License-Identifier: MIT
// The sources of a generation: what is noted of them, whether the disk says the same, and that the same rules come from
// them again without a disk.
#include "script/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "script/config_file.h"
#include "script/rule_checks.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::vector<std::vector<push::Rule>> everything(const LoadedRules& loaded) {
  std::vector<std::vector<push::Rule>> sets;
  for (const auto& set : loaded.sets) sets.push_back(set ? set->rules() : std::vector<push::Rule>());
  return sets;
}

/// Rules, a module, data, a listing, a test and a name that is looked for in vain.
class SourcesWorld : public RulesWorld {
 public:
  SourcesWorld() {
    options.data_dirs.push_back(root / "site");
    write("rules/a.lua", R"(
local page = require "page"
page("/", data "pages.json")
local listed = {}
for i, name in ipairs(files.list "../site") do listed[i] = "/" .. name end
rule { name = "listed", path = "/listed", hints = listed }
local found = pcall(data, "nothing.json")
rule { name = found and "found" or "not found", hints = function() return style "/f.css" end })");
    write("rules/lib/page.lua", "return function(path, hints) rule { name = path, path = path, hints = hints } end");
    write("rules/pages.json", R"(["/a.css", "/b.js"])");
    write("rules/a.test.lua", R"(expect(request{ path = "/" }).hints{ "/a.css", "/b.js", "/f.css" })");
    write("site/x.css", "");
  }
};

bool contains(const std::vector<fs::path>& paths, const fs::path& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

/// So long that a file system's clock has moved on, and signatures count.
void let_settle() {
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
}

}  // namespace

TEST_CASE("of a file whose beginning was read, the rest is no source", "[script][snapshot]") {
  RulesWorld world;
  world.options.data_dirs.push_back(world.root / "site");
  world.write("rules/a.lua", "rule { name = files.read('page.html', 4), path = '/', hints = {} }");
  world.write("site/page.html", "0123456789");
  const auto loaded = world.load(2);
  CHECK(only_rule(loaded).name == "0123");
  const auto snapshot = world.snapshot;
  REQUIRE(snapshot->save(world.root / "kept"));
  CHECK_FALSE(snapshot->differs_from_disk());
  world.write("site/page.html", "0123 and something else");
  CHECK_FALSE(snapshot->differs_from_disk());
  world.write("site/page.html", "0123");
  CHECK(snapshot->differs_from_disk());
  world.write("site/page.html", "x123456789");
  CHECK(snapshot->differs_from_disk());

  const auto kept = Snapshot::load(world.root / "kept");
  REQUIRE(kept);
  CHECK((*kept)->digest() == snapshot->digest());
  SourceLog sources(*kept);
  CHECK(everything(world.load(sources, 2)) == everything(loaded));
}

TEST_CASE("a replay gives the same rules with nothing on the disk", "[script][snapshot]") {
  SourcesWorld world;
  const auto loaded = world.load(2);
  const auto snapshot = world.snapshot;
  REQUIRE(loaded.sets[0]->rules().size() == 3);
  fs::remove_all(world.root);

  SourceLog sources(snapshot);
  const auto again = world.load(sources, 2);
  CHECK(everything(again) == everything(loaded));
  CHECK(world.snapshot->digest() == snapshot->digest());
  CHECK(world.snapshot->files() == snapshot->files());
  CHECK(world.snapshot->directories() == snapshot->directories());
  CHECK(urls(run(again, Asked("/").request)) == "/a.css /b.js /f.css");
  CHECK(world.snapshot->differs_from_disk());
}

TEST_CASE("a replay does not look at what the disk says by then", "[script][snapshot]") {
  SourcesWorld world;
  world.load();
  SourceLog sources(world.snapshot);
  world.write("rules/pages.json", "[]");
  world.write("rules/b.lua", "rule { name = \"new\", hints = {} }");
  world.write("rules/nothing.json", "[]");
  world.write("site/new.css", "");
  const auto again = world.load(sources);
  REQUIRE(again.sets[0]->rules().size() == 3);
  CHECK(urls(run(again, Asked("/listed").request)) == "/x.css /f.css");
  CHECK(again.sets[0]->rules()[2].name == "not found");
  // What the first load did not ask for is not there, whatever the disk has.
  CHECK(sources.read(world.root / "rules/b.lua", 100).error().message == "does not exist");
  CHECK(sources.list(world.root / "rules").error().message == "does not exist");
  CHECK_FALSE(sources.glob((world.root / "site/*").string()));
  CHECK_FALSE(sources.find_below({world.root / "rules"}, "b.lua"));
}

TEST_CASE("a configuration file can be replayed, and its secrets are not kept", "[script][snapshot]") {
  RulesWorld world;
  world.write("config.lua", "return { a = env('OUTRIDER_TEST_SNAPSHOT') }");
  ::setenv("OUTRIDER_TEST_SNAPSHOT", "hunter2", 1);
  SourceLog sources;
  const fs::path file = world.root / "config.lua";
  CHECK(*load_config_file(file, "config.lua", sources).table()->find("a")->string() == "hunter2");
  const auto snapshot = sources.snapshot();
  REQUIRE(snapshot->save(world.root / "kept"));
  SourceLog disk;
  CHECK((*disk.read(world.root / "kept", 1 << 20))->find("hunter2") == std::string::npos);
  fs::remove(file);
  ::setenv("OUTRIDER_TEST_SNAPSHOT", "other", 1);
  SourceLog replay(snapshot);
  CHECK(*load_config_file(file, "config.lua", replay).table()->find("a")->string() == "other");
  ::unsetenv("OUTRIDER_TEST_SNAPSHOT");
}

TEST_CASE("whether the disk differs", "[script][snapshot]") {
  SourcesWorld world;
  let_settle();
  world.load();
  const auto snapshot = world.snapshot;
  REQUIRE_FALSE(snapshot->differs_from_disk());

  SECTION("another content of the same size") {
    world.write("rules/pages.json", R"(["/a.css", "/c.js"])");
    CHECK(snapshot->differs_from_disk());
    world.write("rules/pages.json", R"(["/a.css", "/b.js"])");
    CHECK_FALSE(snapshot->differs_from_disk());
  }
  SECTION("an edit of a test") {
    world.write("rules/a.test.lua", "");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a new time alone is no difference") {
    const timespec times[2] = {{1, 0}, {1, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (world.root / "rules/a.lua").c_str(), times, 0) == 0);
    CHECK_FALSE(snapshot->differs_from_disk());
  }
  SECTION("a file that was put in the place of the old one, with the same content") {
    fs::copy_file(world.root / "rules/a.lua", world.root / "rules/new");
    fs::rename(world.root / "rules/new", world.root / "rules/a.lua");
    CHECK_FALSE(snapshot->differs_from_disk());
  }
  SECTION("a file that is gone") {
    fs::remove(world.root / "rules/lib/page.lua");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a file that became a directory") {
    fs::remove(world.root / "rules/pages.json");
    fs::create_directory(world.root / "rules/pages.json");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a new file that a glob matches") {
    world.write("rules/b.lua", "");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a new test") {
    world.write("rules/b.test.lua", "");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a new file that no glob matches") {
    world.write("rules/.a.lua.swp", "");
    CHECK_FALSE(snapshot->differs_from_disk());
  }
  SECTION("a new file in a directory that was listed") {
    world.write("site/y.css", "");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a file that was looked for in vain") {
    world.write("rules/nothing.json", "[]");
    CHECK(snapshot->differs_from_disk());
  }
  SECTION("a module that goes before the one that was found") {
    world.write("rules/page.lua", "");
    CHECK(snapshot->differs_from_disk());
  }
}

TEST_CASE("an edit right after the reading is noticed, whatever the file system's clock says", "[script][snapshot]") {
  RulesWorld world;
  for (int i = 0; i < 200; ++i) {
    SourceLog sources;
    world.write("rules/a.lua", "1");
    REQUIRE(sources.read(world.root / "rules/a.lua", 10));
    world.write("rules/a.lua", "2");
    REQUIRE(sources.snapshot()->differs_from_disk());
  }
}

TEST_CASE("a symbolic link that is swapped is watched and noticed", "[script][snapshot]") {
  RulesWorld world;
  fs::remove(world.root / "rules");
  world.write("releases/1/rules/a.lua", "rule { name = \"one\", hints = data \"x.json\" }");
  world.write("releases/1/rules/x.json", "[]");
  world.write("releases/2/rules/a.lua", "rule { name = \"two\", hints = {} }");
  fs::create_directory_symlink("releases/1", world.root / "current");
  world.options.sets[0].globs = {(world.root / "current/rules/*.lua").string()};
  let_settle();
  world.load();
  const auto files = world.snapshot->files();
  CHECK(contains(files, world.root / "current"));                 // the link
  CHECK(contains(files, world.root / "current/rules/a.lua"));     // by the name that was asked for
  CHECK(contains(files, world.root / "releases/1/rules/a.lua"));  // by the real one
  CHECK(contains(files, world.root / "current/rules/x.json"));
  CHECK(contains(files, world.root / "releases/1/rules/x.json"));
  CHECK(contains(world.snapshot->directories(), world.root / "current/rules"));
  CHECK(std::is_sorted(files.begin(), files.end()));
  CHECK(std::adjacent_find(files.begin(), files.end()) == files.end());
  CHECK_FALSE(world.snapshot->differs_from_disk());
  fs::create_directory_symlink("releases/2", world.root / "next");
  fs::rename(world.root / "next", world.root / "current");
  CHECK(world.snapshot->differs_from_disk());
}

TEST_CASE("of what is not there the first missing name is watched", "[script][snapshot]") {
  RulesWorld world;
  SourceLog sources;
  CHECK_FALSE(sources.read(world.root / "no/such/file", 10));
  CHECK_FALSE(sources.glob((world.root / "none/at/all/*.lua").string()));
  const auto files = sources.snapshot()->files();
  CHECK(files == std::vector<fs::path>{world.root / "no", world.root / "none"});
  CHECK_FALSE(sources.snapshot()->differs_from_disk());
  world.write("none/at/all/a.lua", "");
  CHECK(sources.snapshot()->differs_from_disk());
}

TEST_CASE("a load that failed leaves a snapshot, too", "[script][snapshot]") {
  RulesWorld world;
  CHECK_THROWS_AS(world.load_text("rule { hint = {} }"), LoadError);
  CHECK(contains(world.snapshot->files(), world.root / "rules/a.lua"));
  CHECK_FALSE(world.snapshot->differs_from_disk());
  world.write("rules/a.lua", "rule { hints = {} }");
  CHECK(world.snapshot->differs_from_disk());
}

TEST_CASE("answers are given once", "[script][snapshot]") {
  RulesWorld world;
  SourceLog sources;
  const fs::path file = world.root / "rules/a.lua";
  CHECK(sources.read(file, 100).error().message == "does not exist");
  CHECK(sources.glob((world.root / "rules/*.lua").string())->empty());
  CHECK_FALSE(sources.real_path(file));
  world.write("rules/a.lua", "x");
  CHECK(sources.read(file, 100).error().message == "does not exist");
  CHECK(sources.glob((world.root / "rules/*.lua").string())->empty());
  CHECK_FALSE(sources.real_path(file));
}

TEST_CASE("globs", "[script][snapshot][glob]") {
  RulesWorld world;
  for (const char* name : {"rules/b.lua", "rules/a.lua", "rules/.hidden.lua", "rules/x/a.lua", "rules/y/a.lua",
                           "rules/y/b.txt", "odd [1]/a.lua"}) {
    world.write(name, "");
  }
  fs::create_directory(world.root / "rules/dir.lua");
  const auto matches = [&](const std::string& pattern) {
    const Globbed found = expand_glob(world.root.string() + pattern);
    std::string text = found.failure;
    for (const fs::path& path : found.matches) {
      text += (text.empty() ? "" : " ") + path.lexically_relative(world.root).string();
    }
    return text;
  };
  CHECK(matches("/rules/*.lua") == "rules/a.lua rules/b.lua");
  CHECK(matches("/rules/?.lua") == "rules/a.lua rules/b.lua");
  CHECK(matches("/rules/[b-z].lua") == "rules/b.lua");
  CHECK(matches("/rules/.*.lua") == "rules/.hidden.lua");
  CHECK(matches("/rules/*/a.lua") == "rules/x/a.lua rules/y/a.lua");
  CHECK(matches("/*/[xy]/*") == "rules/x/a.lua rules/y/a.lua rules/y/b.txt");
  CHECK(matches("/rules/a.lua") == "rules/a.lua");
  CHECK(matches("/rules/c.lua").empty());
  CHECK(matches("/rules/dir.lua").empty());
  CHECK(matches("/rules/*.none").empty());
  CHECK(matches("/odd \\[1\\]/*.lua") == "odd [1]/a.lua");
  CHECK(escaped_glob("/odd [1]/*\\") == "/odd \\[1\\]/\\*\\\\");
  const std::string root = world.root.string();
  CHECK(matches("/ruels/*.lua") ==
        "cannot look in " + root + "/ruels: there is no such directory; create it, or correct the path");
  CHECK(matches("/rules/a.lua/*.lua") ==
        "cannot look in " + root + "/rules/a.lua: it is no directory; create it, or correct the path");
  CHECK(expand_glob(root + "/rules/*/a.lua").directories == std::vector<fs::path>{world.root / "rules"});
  CHECK(expand_glob(root + "/rules/[xy]/*.lua").directories ==
        std::vector<fs::path>{world.root / "rules", world.root / "rules/x", world.root / "rules/y"});
}

TEST_CASE("where names lead", "[script][snapshot]") {
  RulesWorld world;
  world.write("a/b/c", "");
  fs::create_directory_symlink("../a/b", world.root / "a/up");
  fs::create_directory_symlink(world.root / "a/up", world.root / "absolute");
  fs::create_symlink("loop", world.root / "loop");
  fs::create_symlink("nowhere", world.root / "dangling");
  CHECK(walk(world.root / "absolute/c").real == fs::canonical(world.root / "absolute/c"));
  CHECK(walk(world.root / "absolute/../b/./c").real == world.root / "a/b/c");
  CHECK(walk(world.root / "absolute/c").names == std::vector<fs::path>{world.root / "absolute", world.root / "a/up"});
  CHECK_FALSE(walk(world.root / "loop/x").real);
  CHECK_FALSE(walk(world.root / "dangling").real);
  CHECK(walk(world.root / "dangling").names == std::vector<fs::path>{world.root / "dangling", world.root / "nowhere"});
  CHECK_FALSE(walk(world.root / "a/b/c/d").real);
  CHECK(walk("/").real == fs::path("/"));
}
