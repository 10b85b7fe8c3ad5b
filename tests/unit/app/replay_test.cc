// SPDX-License-Identifier: MIT
// Logs against rules: what is found, and how it is told.
#include "app/replay/replay_text.h"
#include "base/text.h"
#include "replay_world.h"

using namespace outrider;
using namespace outrider::app;

TEST_CASE("replay: the rules that made the log change nothing") {
  ReplayWorld world;
  world.rules(home);
  const Json json = world.replay(line("/", {{"home", "/b.css"}, {"home", "/a.css"}, {"application", "/z.css"}}) +
                                 line("/other", {{"application", "/z.css"}}) + "\n" + line("/a.css", {}));
  CHECK(json["baseline"] == "logs");
  CHECK(json["lines"] == 3);
  CHECK(json["requests"] == 3);
  CHECK(json["matched"] == 1);
  CHECK(json["hinted"] == 1);
  CHECK(json["changed"] == 0);
  CHECK(json["pages"].empty());
  CHECK(json["missing"].empty());
  CHECK(json["left_out"].empty());
  CHECK(json["untold"].empty());
}

TEST_CASE("replay: pages are told apart by their rule's longest pattern, else by the rule that was") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'all', hints = {} }\n"
      "rule { name = 'product', path = { '/p/**', '/p/{id}' }, hints = { '/a.css' } }\n");
  std::string log;
  for (int i = 0; i != 5; ++i) log += line("/p/" + std::to_string(i), {});
  log += line("/p/a/b", {{"product", "/a.css"}, {"product", "/old.css"}});
  log += line("/gone/1", {{"gone", "/old.css"}}) + line("/gone/2", {{"gone", "/old.css"}});
  const Json json = world.replay(log);
  CHECK(json["changed"] == 8);
  CHECK(json["pages_in_all"] == 3);
  CHECK(json["pages"][0]["page"] == "/p/{id}");
  CHECK(json["pages"][0]["changed"] == 5);
  CHECK(json["pages"][0]["added"] == counts({{"/a.css", 5}}));
  CHECK(json["pages"][0]["removed"].empty());
  CHECK(json["pages"][0]["example"] == Json{{"log", "log"}, {"line", 1}, {"url", "https://shop.example:8443/p/0"}});
  CHECK(json["pages"][1]["page"] == "/**");
  CHECK(json["pages"][1]["removed"] == counts({{"/old.css", 2}}));
  CHECK(json["pages"][2]["page"] == "/p/**");
  CHECK(json["pages"][2]["removed"] == counts({{"/old.css", 1}}));

  world.rules(home);
  CHECK(world.replay(line("/gone/1", {{"gone", "/old.css"}}))["pages"][0]["page"] == "rule \"gone\"");
}

TEST_CASE("replay: another configuration as the baseline sees changed options, too") {
  ReplayWorld world;
  world.write("before/a.lua",
              "rule { name = 'home', path = '/', hints = { '/a.css', '/b.css' } }\n"
              "rule { name = 'old', path = '/old', hints = { '/a.css' } }\n");
  world.write("before.lua",
              "return { listen = { { address = '127.0.0.1:0' } }, sites = { ['*'] = { rules = 'before/*.lua', "
              "routes = { ['/'] = { files = 'www' } } } } }");
  world.rules(
      "rule { name = 'home', path = '/', hints = { style('/a.css', { fetchpriority = 'high' }), '/b.css' } }\n");
  const std::string combined = "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET {} HTTP/2\" 200 1 \"-\" \"curl\"\n";
  const Json json =
      world.replay(fmt::format(fmt::runtime(combined), "/") + fmt::format(fmt::runtime(combined), "/old"), 1, true);
  CHECK(json["baseline"] == "before.lua");
  REQUIRE(json["pages"].size() == 2);
  CHECK(json["pages"][0]["page"] == "/");
  CHECK(json["pages"][0]["altered"] == counts({{"/a.css", 1}}));
  CHECK(json["pages"][1]["page"] == "/old");
  CHECK(json["pages"][1]["removed"] == counts({{"/a.css", 1}}));
}

TEST_CASE("replay: a log that does not tell what was hinted shows what is hinted") {
  ReplayWorld world;
  world.rules(home);
  const Json json = world.replay("192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\"\n");
  CHECK(json["baseline"].is_null());
  CHECK_FALSE(json.contains("changed"));
  CHECK(json["pages"][0]["hints"] == counts({{"/a.css", 1}, {"/b.css", 1}}));
  CHECK(json["pages"][0]["hinted"] == 1);
  CHECK(json["untold_by"] == "log");
  CHECK(replay_text(json, false).find("  There is nothing to compare with: the beginning of log does not tell") !=
        std::string::npos);
}

TEST_CASE("replay: what fails, by the first line where it does, whichever thread saw it") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'shaky', path = '/p/{id}', hints = function(req)\n"
      "  if req.params.id ~= '0' then error('no ' .. req.params.id) end\n"
      "  return { '/a.css' }\nend }\n");
  std::string log;
  for (int i = 0; i != 9; ++i) log += line("/p/" + std::to_string(i), {{"shaky", "/a.css"}});
  for (std::size_t threads : {1, 4}) {
    const Json json = world.replay(log, threads);
    REQUIRE(json["failing"].size() == 1);
    const Json& failing = json["failing"][0];
    CHECK(failing["rule"] == "shaky");
    CHECK(failing["failures"] == 8);
    CHECK(failing["evaluations"] == 9);
    CHECK(failing["error"].get<std::string>().find("rules/a.lua:2: no 1") != std::string::npos);
    CHECK(failing["example"]["line"] == 2);
    CHECK(json["functions"][0]["calls"] == 9);
    CHECK(json["functions"][0]["p99_us"] > 0);
    CHECK(json["changed"] == 8);
  }
}

TEST_CASE("replay: hinted assets that the routes do not answer well") {
  ReplayWorld world;
  world.write("config.lua",
              "return { listen = { { address = '127.0.0.1:0' } }, sites = {\n"
              "  ['shop.example'] = { rules = 'rules/*.lua', routes = { ['/'] = { files = 'www' },\n"
              "    ['/moved/'] = { redirect = 'https://shop.example/a.css' },\n"
              "    ['/app/'] = { proxy = { servers = 'http://127.0.0.1:1' } } } },\n"
              "  ['static.example'] = { routes = { ['/'] = { files = 'www' } } } } }");
  world.rules(
      "rule { name = 'one', path = '/', hints = { '/a.css', '/none.css?v=1', '/moved/b.css', '/app/c.css',\n"
      "  'https://static.example/a.css', 'https://static.example/none.css', 'https://cdn.example/none.css' } }\n"
      "rule { name = 'two', path = '/two', hints = { style '/none.css?v=1', preconnect 'https://static.example' } }\n");
  const Json json = world.replay(line("/", {}) + line("/two", {}));
  REQUIRE(json["missing"].size() == 3);
  CHECK(json["missing"][0]["url"] == "/none.css?v=1");
  CHECK(json["missing"][0]["status"] == 404);
  CHECK(json["missing"][0]["requests"] == 2);
  CHECK(json["missing"][0]["rules"].size() == 2);
  CHECK(json["missing"][1]["url"] == "/moved/b.css");
  CHECK(json["missing"][1]["status"] == 301);
  CHECK(json["missing"][2]["site"] == "static.example");
  CHECK(json["missing"][2]["url"] == "/none.css");
}

TEST_CASE("replay: rules see the request as it was, at its time") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'r', path = '/p', hints = function(req)\n"
      "  local facts = { req.method, req.scheme, req.host, req.query.q, req.protocol, req.headers['user-agent'],\n"
      "    req.headers.referer or '-', tostring(req.client.navigation), req.client.address, "
      "tostring(req.client.rtt_ms),\n"
      "    tostring(now()) }\n"
      "  return { style('/' .. table.concat(facts, ',')) } end }\n"
      "rule { name = 'past', path = '/p', to = '2026-11-22 16:34', hints = { '/past.css' } }\n");
  const Json json = world.replay(line("//p?q=7", {}));
  REQUIRE(json["pages"].size() == 1);
  CHECK(json["pages"][0]["added"] ==
        counts({{"/GET,https,shop.example,7,HTTP/2,curl/8,-,true,192.0.2.7,nil,1795365245", 1}}));
}

TEST_CASE("replay: lines that take no part, with the first of each kind") {
  ReplayWorld world;
  world.configure("health = '/health',");
  world.rules(home);
  const auto with = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string good = line("/", {{"home", "/a.css"}, {"home", "/b.css"}});
  std::string log = good + "garbage\n" + "{\"a\":1}\n" + line("/", {}, "\"pushed\":true,");
  log += with(good, "\"status\":200", "\"status\":404") + with(good, "\"status\":200", "\"status\":0");
  log += with(good, "\"target\":\"/\"", "\"target\":\"*\"") + with(good, "shop.example:8443", "a b");
  log += with(good, "\"target\":\"/\"", "\"target\":\"/health\"");
  log += "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\"\n";
  const Json json = world.replay(log, 3);
  CHECK(json["lines"] == 10);
  CHECK(json["requests"] == 1);
  CHECK(json["changed"] == 0);
  std::map<std::string, std::pair<int, int>> left_out;
  for (const Json& each : json["left_out"]) left_out[each["why"]] = {each["lines"], each["first"]["line"]};
  CHECK(left_out == std::map<std::string, std::pair<int, int>>{{"unreadable", {2, 2}},
                                                               {"pushed", {1, 4}},
                                                               {"no_page", {2, 5}},
                                                               {"no_url", {1, 7}},
                                                               {"no_host", {1, 8}},
                                                               {"refused", {1, 9}},
                                                               {"no_deliveries", {1, 10}}});
  CHECK(json["left_out"][0]["first"]["problem"] == "neither JSON nor the combined format");
}

TEST_CASE("replay: of a page's hints the most frequent are listed, too") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'each', path = '/p/*', hints = function(req) return { style('/' .. req.path:sub(4) .. '.css') } "
      "end }\n");
  std::string log;
  for (int i = 0; i != 20; ++i) log += line("/p/" + std::to_string(i), {});
  for (int i = 0; i != 30; ++i) log += line("/p/hot", {});
  const Json added = world.replay(log)["pages"][0]["added"];
  REQUIRE(added.size() == 11);
  CHECK(added[0] == Json{{"hint", "/hot.css"}, {"requests", 30}});
  CHECK(added[10] == Json{{"hint", nullptr}, {"requests", 11}});
}

TEST_CASE("replay: examples do not show queries") {
  ReplayWorld world;
  world.rules(home);
  const Json json = world.replay(line("/?token=secret", {}));
  CHECK(json["pages"][0]["example"]["url"] == "https://shop.example:8443/");
  CHECK(replay_text(json, false).find("secret") == std::string::npos);
  CHECK(replay_text(json, false).find("\n  1 request takes part; ") != std::string::npos);
}

TEST_CASE("replay: lines without a host mean the one that is given; absolute targets name theirs") {
  ReplayWorld world;
  world.write(
      "config.lua",
      "return { listen = { { address = '127.0.0.1:0' } }, sites = { ['shop.example'] = { rules = 'rules/*.lua', "
      "routes = { ['/'] = { files = 'www' } } } } }");
  world.rules(home);
  const std::string start = "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET ";
  const Json json = world.replay(start + "/ HTTP/1.1\" 200 1\n" + start + "http://shop.example HTTP/1.1\" 200 1\n" +
                                 start + "http://other.example/ HTTP/1.1\" 200 1\n");
  CHECK(json["requests"] == 2);
  CHECK(json["hinted"] == 2);
  CHECK(json["left_out"][0]["why"] == "no_site");
}

TEST_CASE("replay: text is for 80 columns, and has escapes where they are wanted alone") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'home', path = '/', when = { cookie = 'a' }, hints = { '/a.css', '/b.css' } }\n"
      "rule { name = 'shaky', path = '/s', hints = function(req) error('one two three four five six seven eight nine') "
      "end }\n");
  std::string log = "\n";
  for (int i = 0; i != 1200; ++i) log += line("/", {{"home", "/a.css"}, {"home", "/\\u001b[31m.css"}});
  log += line("/s", {}) + "garbage\n";
  const Json json = world.replay(log);
  const std::string text = replay_text(json, false);
  INFO(text);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("1,202 lines against config.lua\n") == 0);
  CHECK(text.find("  compared with what was hinted then, as logged\n") != std::string::npos);
  CHECK(text.find("Hints change for 1,200 requests, on 1 of 2 pages\n") != std::string::npos);
  CHECK(text.find("    -     1,200  /\\x1b[31m.css\n") != std::string::npos);
  CHECK(text.find("      log:2 https://shop.example:8443/\n") != std::string::npos);
  CHECK(text.find("Rules that fail\n") != std::string::npos);
  CHECK(text.find("cannot be read; the first is log:1203: neither JSON nor the") != std::string::npos);
  std::size_t longest = 0;
  for (const std::string_view each : split(text, '\n')) longest = std::max(longest, each.size());
  CHECK(longest <= 82);  // "µ" takes two bytes
  CHECK(replay_text(json, true).find("\x1b[1m") != std::string::npos);
}

TEST_CASE("replay: of each kind the first few are listed, the worst first") {
  Replayed replayed;
  std::vector<push::Rule> rules(3);
  for (std::size_t i = 0; i != rules.size(); ++i) {
    rules[i].name = std::to_string(i);
    rules[i].place = {"a.lua", static_cast<int>(i)};
    for (int call = 0; call != 100; ++call) {
      replayed.findings.rules[&rules[i]].calls.add(std::chrono::microseconds(i == 1 ? 50 : 20));
    }
    PageFindings& page = replayed.findings.page("site", "/" + std::to_string(i));
    page.changed = i == 2 ? 9 : 5;
    page.example.place.line = 1;
  }
  const Json json = replay_json(replayed, {"config.lua", "", {"log"}}, 2);
  CHECK(json["functions_in_all"] == 3);
  REQUIRE(json["functions"].size() == 2);
  CHECK(json["functions"][0]["rule"] == "1");
  CHECK(json["functions"][0]["mean_us"] == 50.0);
  CHECK(json["functions"][1]["rule"] == "0");
  REQUIRE(json["pages"].size() == 2);
  CHECK(json["pages"][0]["page"] == "/2");
  CHECK(json["pages"][1]["page"] == "/0");
  CHECK(replay_text(json, false).find("  and 1 more (--top 3 shows all)\n") != std::string::npos);
}

TEST_CASE("replay: an empty log says that it tells nothing") {
  ReplayWorld world;
  world.rules(home);
  const Json json = world.replay("");
  CHECK(json["lines"] == 0);
  CHECK(replay_text(json, false).find("no request takes part") != std::string::npos);
}
