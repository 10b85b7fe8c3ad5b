// SPDX-License-Identifier: MIT
// What logs do not tell, and rules that cannot be asked: it is said, and taken for no change.
#include <map>

#include "app/replay/replay_text.h"
#include "replay_world.h"

using namespace outrider;
using namespace outrider::app;

TEST_CASE("replay: what the log cannot tell is said, by rule") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'cookie', path = '/', when = { no_cookie = 's*', header = { ['x-a'] = '*' } }, hints = { '/a.css' "
      "} }\n"
      "rule { name = 'told', path = '/', when = { client = 'chromium', bot = false, query = 'q', network = "
      "'192.0.2.0/24',\n"
      "  header = { ['user-agent'] = '*', ['sec-fetch-mode'] = 'navigate' } }, hints = { '/a.css' } }\n"
      "rule { name = 'plain', path = '/', hints = function(req) return { '/' .. req.path:len() .. req.host } end }\n"
      "rule { name = 'asks', path = '/', hints = function(req)\n"
      "  return { req.client.rtt_ms and '/b.css' or '/a.css', req.headers['x-b'] } end }\n"
      "rule { name = 'share', path = '/', share = 0.5, hints = { '/b.css' } }\n"
      "rule { name = 'head', path = '/', phase = 'response', hints = function(req, res) return { '/b.css' } end }\n"
      "rule { name = 'declared', path = '/', phase = 'response', hints = { '/declared.css' } }\n");
  const Json json = world.replay(line("/", {{"head", "/b.css"}, {"declared", "/declared.css"}}) + line("/", {}));
  std::map<std::string, std::string> untold;
  for (const Json& each : json["untold"]) {
    CHECK(each["requests"] == 2);
    untold[each["rule"]] = each["looks_at"].dump();
  }
  CHECK(untold.size() == 4);
  CHECK(untold["cookie"] == R"(["cookies","the field x-a"])");
  CHECK(untold["asks"].find("the field x-b") != std::string::npos);
  CHECK(untold["asks"].find("the connection: its TLS") != std::string::npos);
  CHECK(untold["share"].find("bucket_key") != std::string::npos);
  CHECK(untold["head"].find("the head of the response") != std::string::npos);
  for (const Json& page : json["pages"]) CHECK(page["removed"].empty());
  CHECK(json["pages"][0]["added"].dump().find("/declared.css\",\"requests\":1") != std::string::npos);
}

TEST_CASE("replay: with a key on disk, a share is where the server has it") {
  ReplayWorld world;
  world.write("bucket", "0123456789abcdef");
  std::filesystem::permissions(world.path("bucket"), std::filesystem::perms::owner_read);
  world.configure("bucket_key = 'bucket',");
  world.rules("rule { name = 'share', path = '/', share = 0.5, hints = { '/b.css' } }\n");
  CHECK(world.replay(line("/", {}))["untold"].empty());
}

TEST_CASE("replay: what an operator had switched off counts as added, and that is said") {
  ReplayWorld world;
  world.rules(home);
  std::string log = line("/", {{"home", "/a.css"}, {"home", "/b.css"}});
  for (auto at = log.find("\"link\",\"reason\":\"sent\""); at != std::string::npos;
       at = log.find("\"link\",\"reason\":\"sent\"")) {
    log.replace(at, 22, "\"none\",\"reason\":\"switched_off\"");
  }
  const Json json = world.replay(log);
  CHECK(json["switched_off"] == 1);
  CHECK(json["pages"][0]["added"] == counts({{"/a.css", 1}, {"/b.css", 1}}));
  CHECK(replay_text(json, false).find("had been switched off") != std::string::npos);
}

TEST_CASE("replay: a rule that was off is in no delivery; what is hinted now counts as added, and that is said") {
  ReplayWorld world;
  world.rules(std::string(home) + "rule { name = 'fn', path = '/', hints = function(req) return { '/b.css' } end }\n");
  const std::string off = "\"switched_off\":true,";
  Json json = world.replay(line("/", {{"home", "/a.css"}}, off) + line("/", {{"home", "/a.css"}, {"home", "/b.css"}}) +
                           line("/", {{"home", "/a.css"}, {"home", "/b.css"}}, off));
  CHECK(json["changed"] == 1);
  CHECK(json["switched_off"] == 1);
  CHECK(replay_text(json, false).find("  For 1 of these requests, hints had been switched off") != std::string::npos);
  // Nothing is added: there is nothing to say of it.
  json = world.replay(line("/", {{"home", "/a.css"}, {"home", "/b.css"}}, off));
  CHECK_FALSE(json.contains("switched_off"));
}

TEST_CASE("replay: what is behind a final rule that cannot be asked is not known either") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'stop', phase = 'response', path = '/p', final = true, hints = function(req, res)\n"
      "  return { '/a.css' } end }\n"
      "rule { name = 'never asked', phase = 'response', path = '/p', hints = { '/more.css' } }\n"
      "rule { name = 'before', path = '/p', hints = { '/b.css' } }\n");
  const std::string log = line("/p", {{"stop", "/a.css"}, {"before", "/b.css"}});
  Json json = world.replay(log);
  CHECK(json["changed"] == 0);
  CHECK(json["missing"].empty());
  std::map<std::string, std::string> untold;
  for (const Json& each : json["untold"]) untold[each["rule"]] = each["looks_at"].dump();
  CHECK(untold.size() == 2);
  CHECK(untold["stop"].find("the head of the response") != std::string::npos);
  CHECK(untold["never asked"].find("whether a final rule before it matches") != std::string::npos);

  // A shadow rule ends nothing.
  world.rules(
      "rule { name = 'stop', phase = 'response', path = '/p', final = true, shadow = true, hints = function(req, res)\n"
      "  return { '/a.css' } end }\n"
      "rule { name = 'asked', phase = 'response', path = '/p', hints = { '/more.css' } }\n");
  json = world.replay(log);
  CHECK(json["pages"][0]["added"] == counts({{"/more.css", 1}}));
}

// The thread sanitizer delivers no signal to code that is not its own while that makes no system call.
#ifndef __SANITIZE_THREAD__
TEST_CASE("replay: a rule that takes long to fail is not asked for ever") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'loops', path = '/p', hints = function(req) while true do end end }\n"
      "rule { name = 'errs', path = '/p', hints = function(req) error('no') end }\n");
  world.write("before/a.lua", "rule { name = 'loops', path = '/p', hints = { '/a.css' } }\n");
  world.write("before.lua",
              "return { listen = { { address = '127.0.0.1:0' } }, sites = { ['*'] = { rules = 'before/*.lua', "
              "routes = { ['/'] = { files = 'www' } } } } }");
  std::string log;
  for (int i = 0; i != 400; ++i) log += line("/p", {{"loops", "/a.css"}});
  for (const bool with_baseline : {false, true}) {
    const Json json = world.replay(log, 1, with_baseline, std::chrono::milliseconds(100));
    std::map<std::string, Json> failing;
    for (const Json& each : json["failing"]) failing[each["rule"]] = each;
    const auto asked = failing["loops"]["evaluations"].get<int>();
    CHECK(asked < 200);
    CHECK(failing["loops"]["failures"] == asked);
    CHECK(failing["loops"]["given_up"] == 400 - asked);
    CHECK(failing["errs"]["failures"] == 400);
    CHECK_FALSE(failing["errs"].contains("given_up"));
    // What it would return is not known: that is no change.
    CHECK(json["changed"] == asked);
    CHECK(replay_text(json, false).find(" more, because its failures took so long") != std::string::npos);
  }
}
#endif

TEST_CASE("replay: a log of several formats is compared by the lines that tell what was hinted") {
  ReplayWorld world;
  world.rules(home);
  const std::string combined = "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\"\n";
  const std::string told = line("/", {{"home", "/a.css"}, {"home", "/b.css"}});
  for (const std::string& log : {combined + told, told + combined}) {
    const Json json = world.replay(log);
    CHECK(json["baseline"] == "logs");
    CHECK(json["requests"] == 1);
    CHECK(json["changed"] == 0);
    CHECK(json["left_out"][0]["why"] == "no_deliveries");
  }
  // Somebody may ask for the member's name.
  const std::string asked = "192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET /\"deliveries\":[] HTTP/2\" 200 1\n";
  CHECK(world.replay(combined + asked)["baseline"].is_null());
}

TEST_CASE("replay: rules that look at what the log tells of a visitor are not accused") {
  ReplayWorld world;
  world.rules(
      "rule { name = 'told', path = '/', hints = function(req)\n"
      "  local c = req.client\n"
      "  return { style('/' .. table.concat({ req.id, req.protocol, c.family, c.version or 0, tostring(c.mobile), "
      "tostring(c.bot), c.address, c.peer }, ',')) } end }\n"
      "rule { name = 'untold', path = '/', hints = function(req)\n"
      "  return { req.client.country, req.cookies.a, req.cached '/a.css' and '/a.css', req.headers.authorization } end }\n"
      "rule { name = 'bucket', path = '/', hints = function(req) return { req.bucket 'a' > 2 and '/a.css' } end }\n");
  const std::string id = "\"id\":\"00112233aabbccdd\",";
  const Json json = world.replay(line("/", {}, id));
  CHECK(json["pages"][0]["added"] == counts({{"/00112233aabbccdd,HTTP/2,other,0,false,false,192.0.2.7,192.0.2.7", 1}}));
  std::map<std::string, Json> untold;
  for (const Json& each : json["untold"]) untold[each["rule"]] = each["looks_at"];
  CHECK(untold.size() == 2);
  CHECK(untold["untold"] == Json{"cookies", "fields of the request that say who asks, or all of them", "the country",
                                 "which assets the client has"});
  CHECK(untold["bucket"].dump().find("bucket_key") != std::string::npos);

  // The combined format has no peer, and in most logs no id.
  const Json combined =
      world.replay("192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] \"GET / HTTP/2\" 200 1 \"-\" \"curl\"\n");
  for (const Json& each : combined["untold"]) {
    if (each["rule"] == "told") {
      CHECK(each["looks_at"] == Json{"the address of the connection's other end", "the request's id"});
    }
  }
}
