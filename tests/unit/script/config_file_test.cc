// SPDX-License-Identifier: MIT
// A configuration file as a tree of values with places.
#include "script/config_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "script/sources.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Value load_file(const std::filesystem::path& file, const std::string& shown_as) {
  SourceLog sources;
  return load_config_file(file, shown_as, sources);
}

Value load(const std::string& source) {
  TemporaryFolder folder;
  return load_file(folder.write("config.lua", source), "config.lua");
}

std::string problems_of(const std::string& source) {
  try {
    load(source);
  } catch (const LoadError& error) {
    return error.what();
  }
  return "";
}

const Value& field(const Value& value, std::string_view key) {
  REQUIRE(value.table() != nullptr);
  const Value* found = value.table()->find(key);
  REQUIRE(found != nullptr);
  return *found;
}

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("values have places, in the order of the source", "[script][config]") {
  const Value tree = load(
      "local port = 8000\n"
      "return {\n"
      "  workers = 2,\n"
      "  listen = {\n"
      "    { address = '127.0.0.1:' .. port },\n"
      "    { address = '[::1]:443',\n"
      "      redirect = true },\n"
      "  },\n"
      "  callback = function() end,\n"
      "}\n");
  CHECK(tree.place.text() == "config.lua:2");
  const Table& table = *tree.table();
  REQUIRE(table.entries.size() == 3);
  CHECK(std::get<std::string>(table.entries[0].key) == "workers");
  CHECK(table.entries[0].key_place.text() == "config.lua:3");
  CHECK(*table.entries[0].value.number() == 2);
  const Table& listen = *field(tree, "listen").table();
  REQUIRE(listen.entries.size() == 2);
  CHECK(listen.is_list());
  CHECK(*field(listen.entries[0].value, "address").string() == "127.0.0.1:8000");
  CHECK(listen.entries[1].value.place.text() == "config.lua:6");
  CHECK(*field(listen.entries[1].value, "redirect").boolean());
  CHECK(listen.entries[1].value.table()->entries[1].key_place.text() == "config.lua:7");
  CHECK(field(tree, "callback").describe() == "a function");
}

TEST_CASE("repeated keys are reported", "[script][config]") {
  const Value tree = load("return {\n  workers = 1,\n  workers = 2,\n}");
  REQUIRE(tree.table()->repeats.size() == 1);
  CHECK(tree.table()->repeats[0].key == "workers");
  CHECK(tree.table()->repeats[0].first.text() == "config.lua:2");
  CHECK(tree.table()->repeats[0].again.text() == "config.lua:3");
}

TEST_CASE("tables made by code have the place around them", "[script][config]") {
  const Value tree =
      load("local function make() return { b = 2, a = 1, [2] = 'y', [1] = 'x' } end\nreturn {\n  made = make(),\n}");
  const Table& made = *field(tree, "made").table();
  REQUIRE(made.entries.size() == 4);
  CHECK(std::get<std::int64_t>(made.entries[0].key) == 1);
  CHECK(std::get<std::int64_t>(made.entries[1].key) == 2);
  CHECK(std::get<std::string>(made.entries[2].key) == "a");
  CHECK(made.entries[3].key_place.text() == "config.lua:3");
}

TEST_CASE("what is wrong with the file itself", "[script][config]") {
  CHECK_THAT(problems_of("return {\n  a = \n}"), StartsWith("config.lua:3: unexpected symbol"));
  CHECK_THAT(problems_of("local t\nreturn { a = t.x }"), StartsWith("config.lua:2: attempt to index local 't'"));
  CHECK(problems_of("return 5") ==
        "config.lua: expected a file that returns a table, \"return { … }\"; it returns a number (5)");
  CHECK_THAT(problems_of("local t = {}"), Contains("it returns nothing"));
  CHECK_THAT(problems_of("return { os.execute('ls') }"), Contains("config.lua:1: attempt to call field 'execute'"));
  CHECK_THAT(problems_of("return { rule { } }"), Contains("unknown global \"rule\""));
  CHECK_THAT(problems_of("return { a = data 'x' }"), Contains("unknown global \"data\""));
  CHECK_THAT(problems_of("local t = {} t.t = t return { t }"), Contains("this table contains itself"));
  CHECK_THAT(problems_of("local t = {} for i = 1, 40 do t = { t } end return t"), Contains("more than 32 tables"));
  CHECK_THAT(problems_of("return { [true] = 1,\n [1.5] = 2 }"), Contains("whole numbers, found true"));
  CHECK_THAT(problems_of("return { [1.5] = 2 }"), Contains("found a number (1.5)"));
  CHECK_THAT(problems_of("return { a = coroutine.create(print) }"), Contains("found a coroutine"));
  CHECK_THAT(problems_of("local t = {} while true do t[#t + 1] = {} end"), Contains("memory"));
  CHECK_THAT(problems_of(std::string("\x1bLJ")), Contains("compiled Lua"));
  CHECK_THAT(problems_of("-- " + std::string(2u << 20, 'x')), Contains("at most 1048576 are allowed"));
  CHECK_THROWS_WITH(load_file("/nowhere/config.lua", "config.lua"), "config.lua: does not exist");
  TemporaryFolder folder;
  CHECK_THROWS_WITH(load_file(folder.path, "conf"), "conf: is a directory; a file is expected");
}

TEST_CASE("env", "[script][config]") {
  const Variable set("OUTRIDER_TEST_SET", "hunter2");
  const Variable port("OUTRIDER_TEST_PORT", "8443");
  const Variable flag("OUTRIDER_TEST_FLAG", "false");
  const Value tree = load(
      "return { a = env('OUTRIDER_TEST_SET'), b = env('OUTRIDER_TEST_UNSET', 'fallback'), c = 'x:' .. "
      "env('OUTRIDER_TEST_SET'),\n"
      "  d = env('OUTRIDER_TEST_PORT', 80), e = env('OUTRIDER_TEST_FLAG', true), f = "
      "env('OUTRIDER_TEST_SET'):is('hunter2'),\n"
      "  g = tostring(env('OUTRIDER_TEST_SET')), h = env('OUTRIDER_TEST_UNSET', 5) }");
  CHECK(*field(tree, "a").string() == "hunter2");
  CHECK(field(tree, "a").secret);
  CHECK(field(tree, "a").describe() == "a secret string (***)");
  CHECK(field(tree, "a").place.text() == "config.lua:1");
  CHECK(*field(tree, "b").string() == "fallback");
  CHECK_FALSE(field(tree, "b").secret);
  CHECK(*field(tree, "c").string() == "x:hunter2");
  CHECK(field(tree, "c").secret);
  CHECK(*field(tree, "d").number() == 8443);
  CHECK(field(tree, "d").describe() == "a secret number (***)");
  CHECK(*field(tree, "e").boolean() == false);
  CHECK(*field(tree, "f").boolean() == true);
  CHECK(*field(tree, "g").string() == "***");
  CHECK(*field(tree, "h").number() == 5);
  CHECK_THAT(problems_of("return { a = env('OUTRIDER_TEST_UNSET') }"),
             Contains("config.lua:1: the environment variable \"OUTRIDER_TEST_UNSET\" is not set"));
  CHECK_THAT(problems_of("return { a = env('OUTRIDER_TEST_SET', 1) }"), Contains("expected a number in this variable"));
  CHECK_THAT(problems_of("return { a = env('OUTRIDER_TEST_SET', true) }"), Contains("expected true or false"));
  CHECK_THAT(problems_of("return { a = env(5) }"), Contains("expected a name (a string), found a number (5)"));
  // No message shows it.
  for (const std::string leak : {"error(env('OUTRIDER_TEST_SET'))", "env('OUTRIDER_TEST_SET'):upper()",
                                 "return { [env('OUTRIDER_TEST_SET')] = 1 }", "string.rep(env('OUTRIDER_TEST_SET'), 2)",
                                 "return env('OUTRIDER_TEST_SET')", "env('OUTRIDER_TEST_SET')()"}) {
    CAPTURE(leak);
    const std::string message = problems_of(leak);
    CHECK_FALSE(message.empty());
    CHECK(message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("credential", "[script][config]") {
  TemporaryFolder folder;
  const auto config = folder.write("config.lua", "return { key = credential 'tls-key' }");
  const auto load_it = [&] { return *field(load_file(config, "config.lua"), "key").string(); };
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK_THROWS_WITH(load_it(), Contains("config.lua:1: credential(\"tls-key\"): there is neither") &&
                                   Contains((folder.path / "credentials/tls-key").string()));
  SourceLog sources;
  const Value unserved = load_config_file(config, "config.lua", sources, false);
  CHECK(*unserved.table()->find("key")->string() == (folder.path / "credentials/tls-key").string());
  const auto own = folder.write("credentials/tls-key", "secret");
  ::chmod(own.c_str(), 0640);
  CHECK_THROWS_WITH(load_it(), Contains("has mode 0640") && Contains("chmod 600"));
  ::chmod(own.c_str(), 0600);
  CHECK(load_it() == own.string());
  folder.write("systemd/tls-key", "secret");
  const Variable systemd("CREDENTIALS_DIRECTORY", (folder.path / "systemd").string());
  CHECK(load_it() == (folder.path / "systemd/tls-key").string());
  CHECK_THAT(problems_of("return { a = credential '../x' }"), Contains("a name without slashes"));
}
