// SPDX-License-Identifier: MIT
// The tests beside the rules: which files are run against which rules, what they may do, what is said when they fail.
#include "script/rule_tests.h"

#include <catch2/catch.hpp>

#include "unit/script/tests_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("tests that hold let the rules load", "[script][tests]") {
  TestsWorld world;
  CHECK(world
            .with_test(R"(api = 1
expect(request{ path = "/" }).hints{ style "/css/app.css" }
expect(request{ path = "/nothing" }).hints{}
expect(request{}):hints{ "/css/app.css" }
test("a product", function()
  local asked = { path = "/product/7", host = "shop.example.com", method = "POST", query = "utm=x",
                  headers = { ["User-Agent"] = "curl/8" }, cookies = { a = "1" } }
  expect(request(asked)).hints{ image "/img/7.avif" }
  expect(request(asked)).hints{ image("/img/7.avif", { priority = "after" }) }
  asked.cookies = { session_id = "1" }
  expect(request(asked)).hints{}
end)
)")
            .empty());
}

TEST_CASE("a failing expectation says what was expected and found, at its line", "[script][tests]") {
  TestsWorld world;
  CHECK(world.with_test(
            "\n\nexpect(request{ path = \"/\" })\n  .hints{ style \"/css/app.css\", script \"/js/app.js\" }") ==
        "rules/shop.test.lua:3: expected style /css/app.css, script /js/app.js; found style /css/app.css; missing: "
        "script /js/app.js (rules that matched: \"home\" at rules/shop.lua:1)");
  CHECK(world.with_test("expect(request{ path = \"/\" }).hints{}") ==
        "rules/shop.test.lua:1: expected no hints; found style /css/app.css; not expected: style /css/app.css (rules "
        "that matched: \"home\" at rules/shop.lua:1)");
  CHECK(world.with_test("expect(request{ path = \"/x\" }).hints{ module \"/a.js\" }") ==
        "rules/shop.test.lua:1: expected module /a.js; found no hints; missing: module /a.js (no rule matched)");
  CHECK(world.with_test("expect(request{ path = \"/product/7\", host = \"shop.example.com\" }).hints{ \"/x.avif\" }") ==
        "rules/shop.test.lua:1: expected image /x.avif; found no hints; missing: image /x.avif (no rule matched; not: "
        "\"product\" at rules/shop.lua:2 because of its header)");
}

TEST_CASE("kind, order and options count", "[script][tests]") {
  TestsWorld world(
      "rule { hints = { style(\"/a.css\", { media = \"print\" }), script(\"/b.js\", { nopush = true }) } }");
  CHECK(world.with_test("expect(request{}).hints{ style \"/a.css\", script \"/b.js\" }").empty());
  CHECK(world.with_test("expect(request{}).hints{ style(\"/a.css\", { media = \"print\" }), \"/b.js\" }").empty());
  CHECK_THAT(world.with_test("expect(request{}).hints{ script \"/b.js\", style \"/a.css\" }"),
             Contains("found style /a.css, script /b.js; the same in another order (rules"));
  CHECK_THAT(world.with_test("expect(request{}).hints{ style \"/a.css\", module \"/b.js\" }"),
             Contains("missing: module /b.js; not expected: script /b.js"));
  CHECK_THAT(world.with_test("expect(request{}).hints{ style(\"/a.css\", { media = \"screen\", nopush = true }), "
                             "script(\"/b.js\", { fetchpriority = \"low\" }) }"),
             Contains("; style /a.css: nopush: expected true, found false; style /a.css: media: expected \"screen\", "
                      "found \"print\"; script /b.js: fetchpriority: expected \"low\", found \"auto\" (rules"));
  CHECK_THAT(world.with_test("expect(request{}).hints{ \"/a.css\", \"/a.css\", \"/b.js\" }"),
             Contains("missing: style /a.css (rules"));
}

TEST_CASE("all that fails is said, and the file goes on", "[script][tests]") {
  TestsWorld world;
  world.write("rules/a.test.lua", "expect(request{}).hints{}");
  CHECK(world.with_test(R"(expect(request{}).hints{}
test("first", function()
  expect(request{}).hints{}
  test("inner", function() expect(request{}).hints{} end)
  local x = nil + 1
  expect(request{}).hints{}
end)
test("second", function() error("boo") end)
expect(request{}).hints{}
)") == []() {
    const std::string what =
        "expected no hints; found style /css/app.css; not expected: style /css/app.css (rules that matched: \"home\" "
        "at "
        "rules/shop.lua:1)";
    return "rules/a.test.lua:1: " + what + "\nrules/shop.test.lua:1: " + what +
           "\nrules/shop.test.lua:3: test \"first\": " + what +
           "\nrules/shop.test.lua:4: test \"first\": test \"inner\": " + what +
           "\nrules/shop.test.lua:5: test \"first\": attempt to perform arithmetic on a nil value\n"
           "  rules/shop.test.lua:5: in the function of line 2\n  rules/shop.test.lua:2: in the file itself"
           "\nrules/shop.test.lua:8: test \"second\": boo\n"
           "  rules/shop.test.lua:8: in the function of line 8\n  rules/shop.test.lua:8: in the file itself"
           "\nrules/shop.test.lua:9: " +
           what;
  }());
}

TEST_CASE("errors of tests are caught again and again, whatever they are", "[script][tests]") {
  TestsWorld world;
  const std::string text = world.with_test(
      "for i = 1, 90 do test(\"many\", function() test(\"x\", function() error({}) end) end) end\nerror(\"end\")");
  CHECK_THAT(text, StartsWith("rules/shop.test.lua:1: test \"many\": test \"x\": error raised with a table"));
  CHECK_THAT(text, Contains("\nrules/shop.test.lua:2: end"));
}

TEST_CASE("an expectation in a helper fails where the test file called it", "[script][tests]") {
  TestsWorld world;
  world.write("rules/lib/help.lua", "return { check = function(f) f() end }");
  world.write("rules/lib/want.lua", "return function(expect, r) expect(r).hints{} return true end");
  CHECK_THAT(world.with_test("local want = require \"want\"\n\nlocal done = want(expect, request{})"),
             StartsWith("rules/shop.test.lua:3: expected no hints"));
}

TEST_CASE("what is wrong with a test file", "[script][tests][errors]") {
  TestsWorld world;
  CHECK_THAT(world.with_test("expect(request{}"), StartsWith("rules/shop.test.lua:1: ')' expected"));
  CHECK_THAT(world.with_test("\nexepct(request{}).hints{}"),
             StartsWith("rules/shop.test.lua:2: unknown global \"exepct\"; did you mean \"expect\"?"));
  CHECK_THAT(world.with_test("\nlocal x = nil + 1"),
             StartsWith("rules/shop.test.lua:2: attempt to perform arithmetic"));
  CHECK_THAT(world.with_test("rule { hints = {} }"),
             StartsWith("rules/shop.test.lua:1: rule: a test file cannot define"));
  CHECK_THAT(world.with_test("now()"), StartsWith("rules/shop.test.lua:1: unknown global \"now\""));
  CHECK_THAT(world.with_test("x = 1"), StartsWith("rules/shop.test.lua:1: attempt to set global \"x\""));
  CHECK_THAT(world.with_test("api = 2"), StartsWith("rules/shop.test.lua:1: this file wants api 2"));
  CHECK_THAT(world.with_test("\x1bLJ"), StartsWith("rules/shop.test.lua: this is compiled Lua"));
  CHECK_THAT(world.with_test("io.open(\"/etc/passwd\")"), StartsWith("rules/shop.test.lua:1: unknown global \"io\""));
  CHECK_THAT(world.with_test("--" + std::string(2u << 20, 'x')), Contains("rules/shop.test.lua: has 2097154 bytes"));
  CHECK_THAT(world.with_test("style(\"/a\", { nopush = 1 })"),
             StartsWith("rules/shop.test.lua:1: style \"/a\": option \"nopush\": expected true or false"));
  CHECK_THAT(world.with_test("require \"none\""), Contains("found no such module"));
}

TEST_CASE("wrong uses of request, expect and test", "[script][tests][errors]") {
  TestsWorld world;
  const auto said = [&](const std::string& test) {
    const std::string text = world.with_test(test);
    REQUIRE_THAT(text, StartsWith("rules/shop.test.lua:1: "));
    return text.substr(sizeof "rules/shop.test.lua:1: " - 1);
  };
  CHECK(said("request{ pth = \"/\", methd = 5 }").starts_with("request: unknown key \""));
  CHECK_THAT(said("request{ pth = \"/\" }"), StartsWith("request: unknown key \"pth\"; did you mean \"path\"?"));
  CHECK_THAT(said("request{ \"/\" }"), StartsWith("request: expected keys as in path = \"/\", found a number (1)"));
  CHECK_THAT(said("request \"/\""),
             StartsWith("request: expected one table as in request{ path = \"/\" }, found a string"));
  CHECK_THAT(
      said("request{ path = \"x\", query = 5 }"),
      StartsWith("request: path: expected a path as in \"/product/7\", found a string (\"x\"); query: expected"));
  CHECK_THAT(said("request{ path = \"/a b\" }"), Contains("path: a path has no spaces"));
  CHECK_THAT(said("request{ path = \"/%00\" }"), Contains("refuses paths with %00"));
  CHECK_THAT(said("request{ path = \"/?a\", query = \"b\" }"), Contains("there is a query in `path` already"));
  CHECK_THAT(said("request{ method = \"GE T\" }"), Contains("method: expected a request method"));
  CHECK_THAT(said("request{ scheme = \"ftp\" }"), Contains("scheme: expected \"http\" or \"https\""));
  CHECK_THAT(said("request{ host = \"a:80x\" }"), Contains("\"a:80x\" is no host name"));
  CHECK_THAT(said("request{ protocol = \"HTTP/3\" }"), Contains("protocol: expected \"HTTP/2\""));
  CHECK_THAT(said("request{ headers = { [\"a b\"] = \"x\" } }"), Contains("headers: \"a b\": expected a name"));
  CHECK_THAT(said("request{ headers = { a = 5 } }"),
             Contains("headers: \"a\": expected a value (a string), found a number"));
  CHECK_THAT(said("request{ headers = { a = \"x\\n\" } }"), Contains("no control characters"));
  CHECK_THAT(said("request{ headers = { a = {} } }"), Contains("empty list"));
  CHECK_THAT(said("request{ headers = \"a\" }"), Contains("headers: expected a table as in"));
  CHECK_THAT(said("request{ cookies = { a = \"x;y\" } }"), Contains("no semicolon"));
  CHECK_THAT(said("request{ client = { adress = 1 } }"),
             Contains("client: unknown key \"adress\"; did you mean \"address\"?"));
  CHECK_THAT(said("request{ client = { address = \"10.0.0.0/8\", country = \"nld\", accepts_push = 1 } }"),
             Contains("address: expected an address") && Contains("country: expected two letters") &&
                 Contains("accepts_push: expected true or false"));
  CHECK_THAT(said("expect(request)"), StartsWith("expect: expected a request as in"));
  CHECK_THAT(said("expect{ path = \"/\" }"), StartsWith("expect: expected a request as in"));
  CHECK_THAT(said("expect()"), StartsWith("expect: expected a request as in"));
  CHECK_THAT(said("expect(request{}).hint{}"), StartsWith("expect: unknown check \"hint\"; did you mean \"hints\"?"));
  CHECK_THAT(said("expect(request{}).hints()"), StartsWith("hints: expected a list of hints as in"));
  CHECK_THAT(said("expect(request{}).hints{ a = 1 }"),
             StartsWith("hints: bad list of hints: expected a list, found the key"));
  CHECK_THAT(said("expect(request{}).hints{ 5 }"), StartsWith("hints: bad hint 1: expected a hint or a path"));
  CHECK_THAT(said("test(\"x\")"), StartsWith("test: expected a name and a function"));
  CHECK_THAT(said("test(function() end)"), StartsWith("test: expected a name and a function"));
}

TEST_CASE("a rule that fails during a test is a failure", "[script][tests]") {
  TestsWorld world(
      "rule { name = \"bad\", hints = function(req) return req.nothing end }\n"
      "rule { name = \"good\", hints = \"/a.css\" }");
  CHECK_THAT(world.with_test("expect(request{}).hints{ \"/a.css\" }"),
             StartsWith("rules/shop.test.lua:1: rule \"bad\" at rules/shop.lua:1 failed: rules/shop.lua:1: ") &&
                 Contains("nothing"));
  TestsWorld slow("rule { name = \"slow\", hints = function() while true do end end }");
  CHECK_THAT(slow.with_test("expect(request{}).hints{}"),
             StartsWith("rules/shop.test.lua:1: rule \"slow\" at rules/shop.lua:1 failed: rules/shop.lua:1: took more "
                        "than 5 ms of CPU time"));
}

TEST_CASE("tests leave no trace in the states that serve", "[script][tests]") {
  TestsWorld world(
      "local calls = 0\nrule { hints = function() calls = calls + 1 return \"/\" .. calls .. \".css\" end }");
  world.write("rules/shop.test.lua", "expect(request{}).hints{ \"/1.css\" }\nexpect(request{}).hints{ \"/2.css\" }");
  const auto loaded = world.load(2);
  CHECK(urls(run(loaded, Asked("/").request)) == "/1.css");
}

TEST_CASE("tests may use modules and data", "[script][tests]") {
  TestsWorld world;
  world.write("rules/lib/pages.lua", "return { home = { \"/css/app.css\" } }");
  world.write("rules/want.json", "{\"path\": \"/\", \"headers\": {\"a\": [\"1\", \"2\"]}}");
  CHECK(world.with_test("expect(request(data \"want.json\")).hints(require(\"pages\").home)").empty());
  const auto files = world.snapshot->files();
  for (const char* name : {"rules/shop.test.lua", "rules/lib/pages.lua", "rules/want.json"}) {
    CHECK(std::find(files.begin(), files.end(), world.root / name) != files.end());
  }
}

TEST_CASE("what a request of a test says to rules", "[script][tests]") {
  TestsWorld world(R"(rule { method = { "GET", "PUT" }, hints = function(req)
  local c = req.client
  local said = table.concat({ req.method, req.scheme, req.host, req.path, req.query_string, req.protocol,
    tostring(req.tls.used), c.address, tostring(c.country), tostring(c.accepts_push), tostring(c.new_connection),
    c.family, tostring(c.navigation), tostring(req.headers.accept), table.concat(req.headers:all("x"), "+"),
    tostring(req.cookies.a), tostring(req.query.b) }, ","):gsub("[^%w,./+]", "_")
  return "/" .. said .. ".css"
end })");
  world.options.sets.front().aliases = {"shop.example"};
  CHECK(world
            .with_test("expect(request{}).hints{ "
                       "\"/GET,https,www.example,/,,HTTP/2,true,192.0.2.1,nil,false,true,other,false,nil,,nil,nil"
                       ".css\" }")
            .empty());
  CHECK(world.with_test(
            R"(expect(request{ path = "/a/../%62//c?b=%41", method = "PUT", scheme = "http", host = "Shop.Example",
  protocol = "HTTP/1.1", headers = { Accept = "text", X = { "1", "2" }, ["Sec-Fetch-Mode"] = "navigate" },
  cookies = { a = "1", b = "2" },
  client = { address = "2001:db8::1", country = "NL", accepts_push = true, new_connection = false } })
.hints{ "/PUT,http,shop.example,/b/c,b__41,HTTP/1.1,false,2001_db8__1,NL,true,false,other,true,text,1+2,1,A.css" })") ==
        "");
}

TEST_CASE("a test says which assets the client has, and what its connection is like", "[script][tests]") {
  TestsWorld world(R"(rule { hints = function(req)
  local c = req.client
  local said = table.concat({ tostring(req.sent("/a.css")), tostring(req.cached("/a.css")),
    tostring(req.sent("/b.css")), tostring(req.cached("https://www.example/b.css")),
    tostring(c.rtt_ms), tostring(c.cwnd_bytes) }, ",")
  return "/" .. said .. ".css"
end })");
  const auto expect = [&](const std::string& request, const std::string& said) {
    INFO(request);
    CHECK(world.with_test("expect(request" + request + ").hints{ \"/" + said + ".css\" }") == "");
  };
  expect("{}", "false,false,false,false,100,14600");
  expect("{ sent = {}, cached = {} }", "false,false,false,false,100,14600");
  expect("{ sent = '/a.css' }", "true,false,false,false,100,14600");
  expect("{ sent = { '/a.css', '/b.css' }, cached = { '/b.css' } }", "true,false,true,true,100,14600");
  expect("{ client = { rtt_ms = 20.5, cwnd_bytes = 29200 } }", "false,false,false,false,20.5,29200");
  expect("{ client = { rtt_ms = 20 } }", "false,false,false,false,20,14600");
  expect("{ client = { cwnd_bytes = 5000 } }", "false,false,false,false,100,5000");
}

TEST_CASE("what a test says wrongly of assets and the connection is an error", "[script][tests]") {
  TestsWorld world;
  for (const auto& [request, message] : std::vector<std::pair<std::string, std::string>>{
           {"{ sent = 5 }", "sent: expected a path or a list of paths, found a number (5)"},
           {"{ sent = { 'a.css' } }", "sent: \"a.css\" is no path as in \"/css/app.css\""},
           {"{ cached = '/a b.css' }", "cached: \"/a b.css\" is no path as in \"/css/app.css\""},
           {"{ cached = 'https://www.example/a.css' }", "is no path as in"},
           {"{ cached = { x = '/a.css' } }", "cached: expected"},
           {"{ client = { rtt_ms = 0 } }",
            "rtt_ms: expected milliseconds above 0, at most an hour, found a number (0)"},
           {"{ client = { rtt_ms = 0/0 } }", "rtt_ms: expected milliseconds above 0"},
           {"{ client = { rtt_ms = '20' } }", "rtt_ms: expected milliseconds above 0, at most an hour, found a string"},
           {"{ client = { cwnd_bytes = -1 } }",
            "cwnd_bytes: expected bytes above 0, at most 2^30, found a number (-1)"},
           {"{ client = { cwnd_bytes = 1.5 } }", "cwnd_bytes: expected bytes above 0"},
           {"{ client = { cwnd_bytes = 1e300 } }", "cwnd_bytes: expected bytes above 0"}}) {
    INFO(request);
    CHECK_THAT(world.with_test("expect(request" + request + ")"), Contains(message));
  }
}

TEST_CASE("tests are those of the folders of a site's rules", "[script][tests]") {
  RulesWorld world;
  const std::string fails = "error(\"ran\")";
  world.options.sets[0].globs = {(world.root / "rules/*/*.lua").string()};
  world.write("rules/top.test.lua", fails);  // in the fixed part of the glob
  world.write("rules/one/a.lua", "");
  world.write("rules/one/b.test.lua", fails);      // beside a rule file
  world.write("rules/one/lib/c.test.lua", fails);  // in a library
  world.write("rules/lib/d.test.lua", fails);
  world.write("other/e.test.lua", fails);
  const std::string text = world.problems();
  CHECK(text.find("rules/top.test.lua:1: ran") != text.npos);
  CHECK(text.find("rules/one/b.test.lua:1: ran") != text.npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("tests run where no rule file is", "[script][tests]") {
  RulesWorld world;
  world.write("rules/x.test.lua", "expect(request{}).hints{}\nexpect(request{}).hints{ \"/a.css\" }");
  CHECK(world.problems() ==
        "rules/x.test.lua:2: expected style /a.css; found no hints; missing: style /a.css (no rule matched)");
}

TEST_CASE("sites that share a folder share tests, but not those of each other's files", "[script][tests]") {
  RulesWorld world;
  world.options.sets = {
      {"a.example", {(world.root / "rules/a.lua").string()}, {(world.root / "config.lua").string(), 1}},
      {"*.b.example", {(world.root / "rules/b.lua").string()}, {(world.root / "config.lua").string(), 2}}};
  world.write("rules/a.lua", "rule { host = \"a.example\", hints = \"/a.css\" }");
  world.write("rules/b.lua", "rule { host = \"www.b.example\", hints = \"/b.css\" }");
  world.write("rules/a.test.lua", "expect(request{}).hints{ \"/a.css\" }");
  world.write("rules/b.test.lua", "expect(request{}).hints{ \"/b.css\" }");
  CHECK(world.problems().empty());
  world.write("rules/both.test.lua", "expect(request{}).hints{}");
  CHECK(
      world.problems() ==
      "rules/both.test.lua:1: site a.example: expected no hints; found style /a.css; not expected: style /a.css (rules "
      "that matched: \"a.lua:1\" at rules/a.lua:1)\n"
      "rules/both.test.lua:1: site *.b.example: expected no hints; found style /b.css; not expected: style /b.css "
      "(rules that matched: \"b.lua:1\" at rules/b.lua:1)");
}

TEST_CASE("a test asks for hosts of its sites alone", "[script][tests]") {
  RulesWorld world;
  const Place place{(world.root / "config.lua").string(), 1};
  const std::vector<std::string> rules{(world.root / "rules/*.lua").string()};
  world.options.sets = {{"shop.example", rules, place}, {"*.b.example", rules, place}};
  world.options.sets.front().aliases = {"www.shop.example"};
  const auto host = [&](const std::string& name) {
    world.write("rules/x.test.lua", "expect(request{ host = \"" + name + "\" }).hints{}");
    return world.problems();
  };
  for (const char* name : {"shop.example", "WWW.shop.example:8443", "a.b.example"}) CHECK(host(name).empty());
  CHECK(host("other.example")
            .starts_with("rules/x.test.lua:1: site shop.example: request: host: expected \"shop.example\", "
                         "\"www.shop.example\" or \"*.b.example\", as the site is called; found \"other.example\""));
  CHECK_FALSE(host("b.example").empty());
  world.options.sets.back().site = "*";
  CHECK(host("other.example").empty());
}

TEST_CASE("tests can be left out", "[script][tests]") {
  TestsWorld world;
  world.options.run_tests = false;
  CHECK(world.with_test("expect(request{}).hints{}").empty());
  const std::string digest = world.snapshot->digest();
  // It is the same generation, whoever ran its tests.
  world.write("rules/shop.test.lua", "expect(request{}).hints{ \"/css/app.css\" }");
  CHECK(world.snapshot->differs_from_disk());
  world.load();
  CHECK(world.snapshot->digest() != digest);
  const std::string without = world.snapshot->digest();
  world.options.run_tests = true;
  world.load();
  CHECK(world.snapshot->digest() == without);
}

TEST_CASE("rules that other states build differently are found before tests say so", "[script][tests]") {
  TestsWorld world("rule { path = \"/\" .. tostring({}):gsub(\"[^%w]\", \"\"), hints = {} }");
  CHECK_THAT(world.with_test("expect(request{}).hints{}"), Contains("another worker's state built it differently"));
}
