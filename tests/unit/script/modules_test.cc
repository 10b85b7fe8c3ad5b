// SPDX-License-Identifier: MIT
// require, data, files and json: what is found, what is refused, what is noted.
#include "script/modules.h"

#include <catch2/catch.hpp>

#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

namespace {

class ModulesWorld : public TemporaryFolder, public ScriptWorld {
 public:
  ModulesWorld() : modules(state, sources, {{path / "data"}, path / "shipped", {}}) {
    std::filesystem::create_directories(path / "rules");
    std::filesystem::create_directories(path / "data");
    modules.look_in({path / "rules"});
  }

  SourceLog sources;
  Modules modules;
};

}  // namespace

TEST_CASE("require finds modules in the rule directories, their lib, and those that ship", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/one.lua", "return { name = 'one' }");
  world.write("rules/two/init.lua", "return { name = 'two' }");
  world.write("rules/lib/three.lua", "return { name = 'three' }");
  world.write("rules/lib/a/b.lua", "return { name = 'a.b' }");
  world.write("shipped/manifest/init.lua", "return { name = 'manifest' }");
  world.write("shipped/one.lua", "return { name = 'hidden by the other' }");
  CHECK(world.text(
            "return require('one').name .. require('two').name .. require('three').name .. require('a.b').name ..\n"
            "require('manifest').name") == "onetwothreea.bmanifest");
  CHECK(world.yes("return require 'one' == require 'one'"));
  CHECK_THAT(world.error("require('one').name = 'other'"), Contains("read-only"));
  CHECK(world.sources.snapshot()->answers().files.size() == 5);
}

TEST_CASE("modules may return functions and use each other", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/lib/add.lua", "return function(a, b) return a + b end");
  world.write("rules/lib/sum.lua",
              "local add = require 'add'\nreturn { three = function(a, b, c) return add(add(a, b), c) end }");
  CHECK(world.number("return require('sum').three(1, 2, 3)") == 6);
}

TEST_CASE("a file of rules does not find itself", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/shop.lua", "return { name = 'the file that asks' }");
  world.write("shipped/shop/init.lua", "return { name = 'shipped' }");
  CHECK(world.text("return require('shop').name") == "shipped");
}

TEST_CASE("require refuses what it cannot or must not load", "[script][modules]") {
  ModulesWorld world;
  CHECK_THAT(world.error("\nrequire 'nothing'"),
             Contains("rules/shop.lua:2: require \"nothing\": found no such module; looked for rules/nothing.lua"));
  for (const std::string name : {"../etc/passwd", "/etc/passwd", "a/b", "", ".a", "a.", "a..b", "a b"}) {
    CAPTURE(name);
    CHECK_THAT(world.error("require '" + name + "'"), Contains("expected a module's name"));
  }
  CHECK_THAT(world.error("require(5)"), Contains("expected a name (a string), found a number (5)"));
  world.write("rules/lib/empty.lua", "local x = 1");
  CHECK_THAT(world.error("require 'empty'"), Contains("rules/lib/empty.lua returns nothing"));
  world.write("rules/lib/broken.lua", "\nreturn +");
  CHECK_THAT(world.error("require 'broken'"), Contains("rules/lib/broken.lua:2: unexpected symbol"));
  world.write("rules/lib/failing.lua", "\n\nerror('boo')");
  CHECK_THAT(world.error("require 'failing'"),
             Contains("rules/lib/failing.lua:3: boo") && Contains("rules/shop.lua:1:"));
  world.write("rules/lib/a.lua", "\nreturn require 'b'");
  world.write("rules/lib/b.lua", "return { require 'a' }");
  CHECK_THAT(world.error("require 'a'"), Contains("rules/lib/b.lua:1: require \"a\": a circle: rules/lib/a.lua is "
                                                  "still loading, required at rules/shop.lua:1"));
  world.write("outside.lua", "return {}");
  std::filesystem::create_symlink(world.path / "outside.lua", world.path / "rules/escape.lua");
  CHECK_THAT(world.error("require 'escape'"), Contains("outside the directories"));
  world.write("rules/lib/large.lua", "--" + std::string(2u << 20, 'x'));
  CHECK_THAT(world.error("require 'large'"), Contains("at most 1048576 are allowed"));
}

TEST_CASE("a module that failed can be fixed and required again", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/lib/x.lua", "error('first')");
  CHECK_THAT(world.error("require 'x'"), Contains("first"));
  CHECK_THAT(world.error("require 'x'"), Contains("first"));  // and not "a circle"
}

TEST_CASE("data reads JSON, CSV and text, read-only", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/landing.json", R"({"a": [1, 2.5, null, "x"], "b": {"c": true}, "n": null, "u": "\u00e9"})");
  CHECK(world.number("return #data('landing.json').a") == 4);
  CHECK(world.number("return data('landing.json').a[2]") == 2.5);
  CHECK(world.yes("return data('landing.json').a[3] == false and data('landing.json').n == nil"));
  CHECK(world.yes("return data('landing.json').b.c"));
  CHECK(world.text("return data('landing.json').u") == "\xc3\xa9");
  CHECK_THAT(world.error("data('landing.json').b.c = 1"), Contains("read-only"));
  world.write("data/pages.csv", "path,css\r\n/,\"a \"\"quoted\"\", one\"\n\n/x,\"two\nlines\"");
  CHECK(world.text("local rows = data 'pages.csv' return #rows .. rows[1].path .. rows[1].css .. rows[2].css") ==
        "2/a \"quoted\", onetwo\nlines");
  world.write("data/note.txt", "plain");
  CHECK(world.text("return data 'note.txt'") == "plain");
  CHECK(world.text("return files.read 'note.txt'") == "plain");
  CHECK(world.text("return data('" + (world.path / "data/note.txt").string() + "')") == "plain");
  CHECK(world.text("return json.decode('[\"x\"]')[1]") == "x");
  CHECK(world.number("return json.decode('12')") == 12);
}

TEST_CASE("bad data is an error with its place", "[script][modules]") {
  ModulesWorld world;
  world.write("rules/bad.json", "{\n  \"a\": 1,\n}");
  CHECK_THAT(world.error("data 'bad.json'"), Contains("rules/shop.lua:1: rules/bad.json:3: no valid JSON: "));
  world.write("rules/deep.json", std::string(200, '[') + std::string(200, ']'));
  CHECK_THAT(world.error("data 'deep.json'"), Contains("more than 100 levels"));
  CHECK_THAT(world.error("json.decode('')"), Contains("no valid JSON"));
  CHECK_THAT(world.error("json.decode(5)"), Contains("found a number (5)"));
  world.write("rules/short.csv", "a,b\n1,2\n3\n");
  CHECK_THAT(world.error("data 'short.csv'"),
             Contains("rules/short.csv:3: expected 2 fields, as in the first line, found 1"));
  world.write("rules/twice.csv", "a,a\n");
  CHECK_THAT(world.error("data 'twice.csv'"), Contains("two columns have the name \"a\""));
  world.write("rules/open.csv", "a\n\"x\n");
  CHECK_THAT(world.error("data 'open.csv'"), Contains("rules/open.csv:2: a field in quotes has no end"));
  world.write("rules/behind.csv", "a\n\"x\"y\n");
  CHECK_THAT(world.error("data 'behind.csv'"), Contains("expected a comma"));
}

TEST_CASE("files outside the roots are refused", "[script][modules]") {
  ModulesWorld world;
  world.write("secret.txt", "secret");
  std::filesystem::create_symlink(world.path / "secret.txt", world.path / "rules/link.txt");
  std::filesystem::create_directory_symlink(world.path, world.path / "rules/up");
  for (const std::string name : {"../secret.txt", "/etc/passwd", "link.txt", "up/secret.txt"}) {
    CAPTURE(name);
    CHECK_THAT(world.error("return data '" + name + "'"), Contains("is outside the directories that may be read"));
    CHECK_THAT(world.error("return files.read '" + name + "'"),
               Contains("is outside the directories that may be read"));
  }
  CHECK_THAT(world.error("return files.list '..'"), Contains("is outside"));
  CHECK_THAT(world.error("return data 'missing.json'"), Contains("data \"missing.json\": does not exist; looked for " +
                                                                 (world.path / "rules/missing.json").string()));
  CHECK_THAT(world.error("return data ''"), Contains("expected a file name"));
  CHECK_THAT(world.error("return data 'up'"), Contains("outside"));
  CHECK_THAT(world.error("return data '.'"), Contains("is a directory; a file is expected"));
  // A directory whose name begins like a root's is another one.
  world.write("rules-private/x.txt", "x");
  CHECK_THAT(world.error("return data '../rules-private/x.txt'"), Contains("outside"));
}

TEST_CASE("files.find looks through folders", "[script][modules]") {
  ModulesWorld world;
  for (const char* name : {"data/site/b.html", "data/site/a/z.html", "data/site/a/b/c.html", "data/site/a.txt",
                           "data/site/.git/x.html", "data/site/.x.html", "data/other/o.html"}) {
    world.write(name, "");
  }
  std::filesystem::create_directory_symlink(world.path / "data/site", world.path / "data/site/a/round");
  std::filesystem::create_directory_symlink(world.path / "data/other", world.path / "data/site/other");
  CHECK(world.text("return table.concat(files.find('site', '*.html'), ' ')") == "a/b/c.html a/z.html b.html");
  CHECK(world.text("return table.concat(files.find('site/a', '*'), ' ')") == "b/c.html z.html");
  CHECK(world.number("return #files.find('site', '*.css')") == 0);
  CHECK_THAT(world.error("files.find('site', '*')[1] = 'x'"), Contains("read-only"));
  CHECK_THAT(world.error("files.find('none', '*')"), Contains("files.find \"none\": does not exist; looked for"));
  CHECK_THAT(world.error("files.find('..', '*')"), Contains("is outside"));
  CHECK_THAT(world.error("files.find('site/b.html', '*')"), Contains("cannot be read: Not a directory"));
  CHECK_THAT(world.error("files.find('site')"), Contains("expected a glob as in \"*.html\" (a string), found nothing"));
  // Every folder is a source: what is new in one of them is news.
  const auto directories = world.sources.snapshot()->directories();
  CHECK(std::find(directories.begin(), directories.end(), world.path / "data/site/a/b") != directories.end());
}

TEST_CASE("files.find has its bounds", "[script][modules]") {
  ModulesWorld world;
  std::string deep = "data/deep";
  for (int i = 0; i < 33; ++i) deep += "/d";
  world.write(deep + "/x", "");
  CHECK_THAT(world.error("files.find('deep', '*')"), Contains("is more than 32 folders deep"));
  for (int i = 0; i <= 10'000; ++i) world.write("data/many/" + std::to_string(i), "");
  CHECK_THAT(world.error("files.find('many', '*')"),
             Contains("files.find \"many\": more than 10000 files match \"*\"; name a smaller directory"));
}

TEST_CASE("files.read reads no more than the beginning where it is asked to", "[script][modules]") {
  ModulesWorld world;
  const auto file = world.write("data/page.html", "0123456789");
  CHECK(world.text("return files.read('page.html', 4)") == "0123");
  CHECK(world.text("return files.read('page.html', 3)") == "012");
  const auto snapshot = world.sources.snapshot();
  CHECK(*snapshot->answers().files.at(file).text == "0123");
  CHECK(snapshot->answers().files.at(file).head);
  CHECK(world.text("return files.read('page.html', 10)") == "0123456789");
  CHECK(world.text("return files.read('page.html', 4) .. files.read 'page.html'") == "01230123456789");
  CHECK_FALSE(world.sources.snapshot()->answers().files.at(file).head);
  world.write("data/large", std::string(17u << 20, 'x'));
  CHECK(world.number("return #files.read('large', 1000)") == 1000);
  CHECK_THAT(world.error("files.read 'large'"), Contains("has 17825792 bytes; at most 16777216 are allowed"));
  CHECK(world.number("return #files.read('large', 1000)") == 1000);
  // A page that is read in steps is kept once, and the steps can be gone again without a disk.
  world.write("data/steps.html", "abcdefgh");
  CHECK(world.text("return files.read('steps.html', 2) .. files.read('steps.html', 4)") == "ababcd");
  SourceLog again(world.sources.snapshot());
  CHECK(**again.read_head(world.path / "data/steps.html", 2) == "ab");
  CHECK(**again.read_head(world.path / "data/steps.html", 4) == "abcd");
  for (const std::string bytes : {"0", "-1", "1.5", "'x'", "1e9"}) {
    CAPTURE(bytes);
    CHECK_THAT(world.error("files.read('large', " + bytes + ")"),
               Contains("files.read: expected how many bytes to read, 1 to 16777216, found"));
  }
  CHECK_THAT(world.error("files.read('none', 5)"), Contains("files.read \"none\": does not exist; looked for"));
}

TEST_CASE("files.list gives sorted names", "[script][modules]") {
  ModulesWorld world;
  world.write("data/b.css", "");
  world.write("data/a.css", "");
  world.write("data/sub/c.css", "");
  CHECK(world.text("return table.concat(files.list('" + (world.path / "data").string() + "'), ' ')") ==
        "a.css b.css sub/");
  CHECK(world.sources.snapshot()->directories().size() == 1);
  CHECK_THAT(world.error("files.list('a.css')"), Contains("Not a directory"));
}

TEST_CASE("all this works at load only", "[script][modules]") {
  ModulesWorld world;
  world.write("data/x.json", "{}");
  REQUIRE(world.state.finish_loading());
  for (const std::string call :
       {"require 'x'", "data 'x.json'", "files.read 'x.json'", "files.list '.'", "json.decode '1'"}) {
    CAPTURE(call);
    CHECK_THAT(world.error("return " + call), Contains("works only while files load, not while a request is served"));
  }
}

TEST_CASE("every state sees the same bytes, and the digest covers them", "[script][modules]") {
  ModulesWorld world;
  const auto file = world.write("data/x.txt", "before");
  const std::string empty = world.sources.snapshot()->digest();
  CHECK(empty.size() == 64);
  CHECK(world.text("return data 'x.txt'") == "before");
  const std::string read = world.sources.snapshot()->digest();
  CHECK(read != empty);
  world.write("data/x.txt", "after");
  CHECK(world.text("return data 'x.txt'") == "before");
  CHECK(world.sources.snapshot()->digest() == read);
  SourceLog fresh;
  REQUIRE(fresh.read(file, 100));
  CHECK(fresh.snapshot()->digest() != read);
  CHECK(fresh.snapshot()->files() == std::vector<std::filesystem::path>{file});
}

TEST_CASE("sizes are bounded", "[script][modules]") {
  ModulesWorld world;
  SourceLog sources;
  const auto file = world.write("data/x", std::string(100, 'x'));
  CHECK(sources.read(file, 99).error().message == "has 100 bytes; at most 99 are allowed");
  CHECK(sources.read(file, 100));
  CHECK(sources.read(file, 99).error().message == "has 100 bytes; at most 99 are allowed");
  const std::string large(SourceLog::largest_data_file, 'x');
  for (int i = 0; i < 3; ++i) {
    REQUIRE(sources.read(world.write("data/l" + std::to_string(i), large), SourceLog::largest_data_file));
  }
  CHECK_THAT(sources.read(world.write("data/last", large), SourceLog::largest_data_file).error().message,
             Contains("64 MiB"));
  CHECK(sources.read("/dev/zero", 100).error().message == "is no regular file");
}

TEST_CASE("paths are shown as the operator knows them", "[script][modules]") {
  SourceLog sources;
  CHECK(shown_path("/etc/outrider/rules/lib/x.lua", {"/etc/outrider/rules"}, sources) == "rules/lib/x.lua");
  CHECK(shown_path("/etc/outrider/rules/lib/x.lua", {"/etc/outrider/rules/"}, sources) == "rules/lib/x.lua");
  CHECK(shown_path("/usr/share/outrider/x.lua", {"/etc/outrider/rules"}, sources) == "/usr/share/outrider/x.lua");
}

TEST_CASE("sha256", "[script][modules]") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
