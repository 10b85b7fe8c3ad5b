// SPDX-License-Identifier: MIT
// What every key of a rule, of its conditions and of a hint's options says to a value that it does not take, and to a
// name that is misspelt. A file for each table, in tests/golden/errors.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <string>

#include "script/api.h"
#include "script/config_file.h"
#include "unit/golden.h"
#include "unit/script/tests_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

std::string messages(ApiSection section, const std::function<std::string(const std::string&)>& around) {
  RulesWorld world;
  std::string text;
  const auto attempt = [&](const std::string& entry) {
    text += entry + "\n";
    std::istringstream problems(world.problems_of(around(entry)));
    for (std::string line; std::getline(problems, line);) text += "  " + line + "\n";
  };
  for (const ApiEntry& entry : api(section)) {
    const std::string name(entry.name);
    const std::string key = name == "until" ? "[\"until\"]" : name;
    for (const char* value : {"5", "-1", "1.5", "true", "\"\"", "\"nonsense*\"", "\"a\\nb\"", "{}", "{ 5 }",
                              "{ nonsense = 1 }", "{ \"\" }", "print"}) {
      attempt(key + " = " + value);
    }
    attempt("[\"" + name.substr(0, name.size() - 1) + "\"] = 1");
    attempt("[\"" + name + "s\"] = 1");
  }
  attempt("5");
  attempt("[true] = 5");
  return text;
}

}  // namespace

TEST_CASE("what each key of a rule says to what is wrong", "[golden]") {
  check_golden("errors/rule.txt", messages(ApiSection::rule, [](const std::string& entry) {
                 const std::string base = entry.starts_with("hints") ? "" : ", hints = { style \"/a.css\" }";
                 return "rule { " + entry + base + " }";
               }));
  check_golden("errors/when.txt", messages(ApiSection::condition, [](const std::string& entry) {
                 return "rule { when = { " + entry + " }, hints = { style \"/a.css\" } }";
               }));
  check_golden("errors/hint_options.txt", messages(ApiSection::hint_option, [](const std::string& entry) {
                 return "rule { hints = { style(\"/a.css\", { " + entry + " }) } }";
               }));
}

namespace {

using Sources = std::vector<std::string>;

/// What comes of each source, as one text.
std::string each_of(const Sources& sources, const std::function<std::string(const std::string&)>& outcome) {
  std::string text;
  for (const std::string& source : sources) {
    text += source + "\n";
    std::istringstream lines(outcome(source));
    for (std::string line; std::getline(lines, line);) text += "  " + line + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("what rule files say to what is wrong", "[golden]") {
  const std::string text = each_of({"api = 'x'",
                                    "api = 7",
                                    "string.x = 1",
                                    "local t = data 5",
                                    "local t = data 'nowhere.json'",
                                    "local t = data ''",
                                    "local t = data '../nowhere.json'",
                                    "local t = data '/etc/passwd'",
                                    "local t = json.decode(5)",
                                    "local t = json.decode('{')",
                                    "local t = json.decode('[1,]')",
                                    "files.read('a.lua', 0)",
                                    "files.find(5)",
                                    "html.head(5)",
                                    "html.head('<p>', 'docs')",
                                    "hint_list{ '/a.css', '/a.xyz' }",
                                    "hint_list(font '/f/{lang}.woff2')",
                                    "hint_list '/a b.css'",
                                    "hint_list(5)",
                                    "local t = {} for i = 1, 65 do t[i] = '/' .. i .. '.css' end hint_list(t)",
                                    "require(5)",
                                    "require 'nowhere'",
                                    "require ''",
                                    "now()",
                                    "count = 1",
                                    "return pirs",
                                    "\x1bLJ",
                                    "rule 5",
                                    "rule { hints = { font('/a.woff2', { crossorigin = "
                                    "'use-credentials' }) } }",
                                    "rule { hints = { fetch('/a', { with = { 'host' } }) } }",
                                    "rule { hints = { preconnect('https://a', { type = 'x' }) } }",
                                    "rule { hints = { font('/a.woff2', { crossorigin = false }) } }",
                                    "rule { from = '2026-02-30', hints = {} }",
                                    "rule { from = '2026-02-03 25:00', hints = {} }",
                                    "rule { host = 'https://a/', hints = {} }",
                                    "rule { method = 'GE*', hints = {} }",
                                    "rule {\n  path = '/'\n  hints = {} }",
                                    "rule {\n  path = '/',\n",
                                    "rule { when = { no_cookie = 'a=b' }, hints = {} }",
                                    "rule { to = '2026-02-03', ['until'] = '2026-02-04', hints = {} }",
                                    "local t = {} for i = 1, 65 do t[i] = '/' .. i .. '.css' end rule { hints = t }",
                                    "rule { hints = { [true] = 1 } }",
                                    "rule { host = { [true] = 'a' }, hints = {} }"},
                                   [](const std::string& source) {
                                     RulesWorld world;
                                     return with_replaced(world.problems_of(source), world.root.string(), "FOLDER");
                                   });
  check_golden("errors/rule_files.txt", text);
}

TEST_CASE("what functions of rules say to what is wrong", "[golden]") {
  const std::string text =
      each_of({"return req.headers[5]",
               "req.headers.x = 1",
               "kept = 1",
               "return req[5]",
               "return req.heders",
               "req.path = 1",
               "return req.client.nothing",
               "return req:language('de', 'en')",
               "return req.language(5)",
               "return 5",
               "return { css = 1 }",
               "return { [true] = 1 }",
               "return { style '/a.css', 5 }",
               "rule { hints = {} }",
               "data 'x.json'",
               "require 'x'",
               "local t = {} t.x = string t.x.y = 1",
               "string[{}] = 1",
               "end } local t = {} setmetatable(t, { __index = t }) rule { hints = function() return t.x",
               "local function f() return coroutine.wrap(f)() end f()",
               "('x'):gsub('x', '%2')",
               "('x'):gsub('x', function() return {} end)",
               "('x'):rep(1e9)",
               "('x'):rep(1e5):gsub('x', ('y'):rep(1e5))",
               "table.insert({})",
               "table.insert(string, 1)",
               "table.sort(string)",
               "table.concat({ {} })",
               "local s = ('x'):rep(1e6) local t = {} for i = 1, 100 do t[i] = s end table.concat(t)",
               "('x'):find('%')",
               "('x'):find('[')",
               "('x'):find('(')",
               "('x'):find('%f')",
               "('x'):find('%bx')",
               "('x'):find('%1')",
               "('x'):find(')')",
               "('x'):find(('()'):rep(33))",
               "('a'):rep(1e4):find(('a?'):rep(300) .. 'b')"},
              [](const std::string& source) {
                RulesWorld world;
                // What takes long elsewhere is not what these are about.
                world.options.limits.cpu_time = std::chrono::seconds(20);
                const auto loaded = world.load_text("rule { hints = function(req)\n" + source + "\nend }");
                const std::string message = urls(run(loaded, Asked("/").request));
                return with_replaced(message.substr(0, message.find('\n')), world.root.string(), "FOLDER");
              });
  check_golden("errors/functions.txt", text);

  RulesWorld world;
  const auto loaded = world.load_text(R"(
local each, kept, table_that_calls = nil, nil, setmetatable({}, {})
rule { path = "/keep", hints = function(req) each = req.headers:each() end }
rule { path = "/each", hints = function() return fetch("/" .. tostring(each())) end }
rule { path = "/keep", phase = "response", hints = function(req, res) kept = res each = res.headers end }
rule { path = "/res", hints = function() return fetch("/" .. kept.status) end }
rule { path = "/res-headers", hints = function() return fetch("/" .. each.x) end }
rule { path = "/call", hints = function() return table_that_calls() end }
)");
  const push::Response response{200, {}};
  std::string late;
  (void)run(loaded, Asked("/keep").request);
  late += urls(run(loaded, Asked("/each").request)) + "\n";
  (void)run(loaded, Asked("/keep").request, &response);
  for (const char* path : {"/res", "/res-headers", "/call"}) late += urls(run(loaded, Asked(path).request)) + "\n";
  check_golden("errors/kept_objects.txt", with_replaced(late, world.root.string(), "FOLDER"));
}

TEST_CASE("what test files say to what is wrong", "[golden]") {
  const std::string text = each_of({"rule { hints = {} }",
                                    "request(5)",
                                    "request { pat = '/' }",
                                    "request { path = '/a b' }",
                                    "request { path = '/%00' }",
                                    "request { path = '/?a', query = 'b' }",
                                    "request { host = 'https://a/' }",
                                    "request { host = 'other.test' }",
                                    "request { cookies = { a = 'b;c' } }",
                                    "request { headers = { a = 'b\\n' } }",
                                    "request { cached = 'x' }",
                                    "request { sent = 'x' }",
                                    "expect(5)",
                                    "expect(request {})",
                                    "expect(request {}).hint {}",
                                    "expect(request {}).hints()",
                                    "expect(request {}).hints(5)",
                                    "expect(request {}).hints { 5 }",
                                    "expect(request {}).delivers('link')",
                                    "expect(request {}).delivers('lnk', '/a')",
                                    "expect(request {}).delivers('link', 5)",
                                    "expect(request {}).nothing_because()",
                                    "expect(request {}).nothing_because('in_cooky')",
                                    "expect(request {}).nothing_because(5)",
                                    "test('x')"},
                                   [](const std::string& source) {
                                     TestsWorld world;
                                     return with_replaced(world.with_test(source), world.root.string(), "FOLDER");
                                   });
  check_golden("errors/test_files.txt", text);
}

TEST_CASE("what configuration files say to what is wrong", "[golden]") {
  ::setenv("OUTRIDER_TEST_GOLDEN", "x", 1);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const std::string text = each_of(
      {"return { a = env(5) }", "return { a = env('OUTRIDER_TEST_UNSET') }",
       "return { a = env('OUTRIDER_TEST_GOLDEN', 1) }", "return { a = env('OUTRIDER_TEST_GOLDEN', true) }",
       "return { a = credential 'nowhere' }", "return { a = credential '../x' }", "return { a = credential 'open' }",
       "return { a = credential(5) }", "return { a = env('OUTRIDER_TEST_GOLDEN') .. {} }",
       "return { a = env('OUTRIDER_TEST_GOLDEN').is('x') }", "return { a = env('OUTRIDER_TEST_GOLDEN'):upper() }",
       "return 5", "return { a = b }", "return {", "a = 1", "a comment of 2 MiB"},
      [](const std::string& source) -> std::string {
        const TemporaryFolder folder;
        ::chmod(folder.write("credentials/open", "x").c_str(), 0644);
        try {
          SourceLog sources;
          const bool is_long = source == "a comment of 2 MiB";
          const auto file = folder.write("config.lua", is_long ? "--" + std::string(2u << 20, 'x') : source);
          load_config_file(file, "config.lua", sources);
        } catch (const LoadError& error) {
          return with_replaced(error.what(), folder.path.string(), "FOLDER");
        }
        return {};
      });
  check_golden("errors/config_files.txt", text);
}
