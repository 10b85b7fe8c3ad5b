// SPDX-License-Identifier: MIT
// Functions of rules: what they may return, what their failures say, and that a failure costs nothing but its own
// hints.
#include <catch2/catch.hpp>
#include <thread>

#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

TEST_CASE("functions return nothing, a hint, a path or a list", "[script][functions]") {
  const auto [body, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"return nil", ""},
      {"return false", ""},
      {"return {}", ""},
      {"return style '/a.css'", "/a.css"},
      {"return '/a.css'", "/a.css"},
      {"return { style '/a.css', '/b.js', nil, false, font '/c.woff2' }", "/a.css /b.js /c.woff2"},
      {"return { req.client.mobile and style '/m.css', req.path == '/' and style '/d.css' }", "/d.css"},
      {"local t = {} t[3] = '/c.css' t[1] = '/a.css' t[2] = '/b.css' return t", "/a.css /b.css /c.css"},
  }));
  INFO(body);
  CHECK(run_body(body, Asked("/").request) == expected);
}

TEST_CASE("functions return tables that loading made read-only", "[script][functions]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
local list = { style "/a.css", "/b.js" }
local options = { fetchpriority = "high", with = { "accept" } }
local tags = { "de", "en" }
rule { path = "/list", hints = function() return list end }
rule { path = "/options", hints = function(req) return { image("/i.avif", options), fetch("/" .. req.language(tags)) } end }
)");
  CHECK(urls(run(loaded, Asked("/list").request)) == "/a.css /b.js");
  const auto evaluation = run(loaded, Asked("/options", {{"accept-language", "en"}}).request);
  CHECK(urls(evaluation) == "/i.avif /en");
  CHECK(evaluation.list.entries()[0].hint.fetchpriority == push::FetchPriority::high);
  CHECK(evaluation.list.entries()[0].hint.with == std::vector<std::string>{"accept"});
}

TEST_CASE("nonsense that functions return is an error with its place", "[script][functions][errors]") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {"return 5",
       "bad result: expected a list of hints, a hint or nothing; expected a hint or a path, found a number (5)"},
      {"return true", "bad result: expected a list of hints, a hint or nothing; expected a hint or a path, found true"},
      {"return { style '/a.css', 5 }", "bad hint 2: expected a hint or a path, found a number (5)"},
      {"return { style '/a.css', { '/b.css' } }", "bad hint 2: expected a hint or a path, found a table"},
      {"return { css = '/a.css' }", "bad list of hints: expected a list, found the key \"css\""},
      {"return { '/api' }",
       "bad hint 1: the ending of \"/api\" does not tell its kind; write fetch \"/api\", or style, "
       "script, module, font or image in place of fetch"},
      {"return { 'https://cdn.example' }",
       "bad hint 1: the ending of \"https://cdn.example\" does not tell its kind; write preconnect "
       "\"https://cdn.example\""},
  }));
  INFO(body);
  const std::string text = run_body(body, Asked("/").request);
  INFO(text);
  CHECK(text.starts_with("error: "));
  CHECK(text.find("rules/a.lua:1: " + message) != text.npos);
}

TEST_CASE("errors inside functions have file, line and traceback", "[script][functions][errors]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "local function inner(req)\n  return req.params.none.x\nend\nrule { hints = function(req)\n  local x = "
      "inner(req)\n  "
      "return x\nend }");
  const std::string text = urls(run(loaded, Asked("/").request));
  INFO(text);
  CHECK(text.find("rules/a.lua:2: attempt to index field 'none' (a nil value)") != text.npos);
  CHECK(text.find("rules/a.lua:5") != text.npos);
}

TEST_CASE("mistakes in constructors are errors of the call's line", "[script][functions][errors]") {
  const std::string text = run_body("local hint = style('/a.css', { nopus = true })\nreturn hint", Asked("/").request);
  INFO(text);
  CHECK(text.find("rules/a.lua:2: style \"/a.css\": unknown option \"nopus\"; did you mean \"nopush\"?") != text.npos);
}

TEST_CASE("an error in a tail call, which has no line any more, names its function's", "[script][functions][errors]") {
  CHECK(run_body("return style('/a.css', { nopus = true })", Asked("/").request)
            .find("rules/a.lua:1: style \"/a.css\": unknown "
                  "option") != std::string::npos);
  CHECK(run_body("return req.bucket(5)", Asked("/").request).find("rules/a.lua:1: req.bucket: expected") !=
        std::string::npos);
}

TEST_CASE("rules cannot be added while requests are served", "[script][functions][errors]") {
  const std::string text = run_body("rule { hints = {} } return", Asked("/").request);
  INFO(text);
  CHECK(text.find("rules/a.lua:2: ") != text.npos);
  CHECK(text.find("works only while files load") != text.npos);
}

TEST_CASE("a failing rule costs its own hints alone", "[script][functions][errors]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule { hints = { style "/before.css" } }
rule { hints = function() error("on purpose") end }
rule { when = function() error("also on purpose") end, hints = { style "/never.css" } }
rule { hints = function() return { style "/after.css" } end }
)");
  for (int round = 0; round < 3; ++round) {
    const auto evaluation = run(loaded, Asked("/").request);
    REQUIRE(evaluation.list.entries().size() == 2);
    CHECK(evaluation.list.entries()[1].hint.url == "/after.css");
    REQUIRE(evaluation.traces.size() == 4);
    CHECK(evaluation.traces[1].error.find("rules/a.lua:3: on purpose") != std::string::npos);
    CHECK(evaluation.traces[2].error.find("rules/a.lua:4: also on purpose") != std::string::npos);
  }
}

TEST_CASE("conditions as functions: anything but nil and false holds", "[script][functions]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule { when = function(req) return req.cookies.a end, hints = { style "/a.css" } }
rule { when = function(req) return not req.cookies.a end, hints = { style "/b.css" } }
)");
  CHECK(urls(run(loaded, Asked("/").request)) == "/b.css");
  CHECK(urls(run(loaded, Asked("/", {{"cookie", "a=1"}}).request)) == "/a.css");
}

TEST_CASE("long lists are cut, and the first 64 stay", "[script][functions][errors]") {
  RulesWorld world;
  // Under a sanitizer on a busy machine ten thousand hints take longer than a rule may by default.
  world.options.limits.cpu_time = std::chrono::milliseconds(2000);
  const auto loaded = world.load_text(
      "rule { hints = function() local t = {} for i = 1, 10000 do t[i] = style('/' .. i .. '.css') end return t end }");
  const auto evaluation = run(loaded, Asked("/").request);
  CHECK(evaluation.list.entries().size() == 64);
  REQUIRE(evaluation.traces.size() == 1);
  CHECK(evaluation.traces[0].error.find("more than 64 entries") != std::string::npos);
}

TEST_CASE("a rule that loops for ever is ended, and the state goes on", "[script][functions][errors]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule { path = "/loop", hints = function() while true do end end }
rule { path = "/swallow", hints = function() while true do pcall(function() while true do end end) end end }
rule { path = "/fine", hints = function() return style "/a.css" end }
)");
  CHECK(urls(run(loaded, Asked("/loop").request)).find("took more than 5 ms") != std::string::npos);
  CHECK(urls(run(loaded, Asked("/swallow").request)).find("took more than 5 ms") != std::string::npos);
  CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
}

TEST_CASE("a rule that eats memory is ended, and the state goes on", "[script][functions][errors]") {
  RulesWorld world;
  world.options.limits.memory_bytes = 4u << 20;
  world.options.limits.cpu_time = std::chrono::milliseconds(2000);
  const auto loaded = world.load_text(R"(
rule { path = "/eat", hints = function() local t = {} for i = 1, 1e9 do t[i] = style("/" .. i .. ".css") end end }
rule { path = "/fine", hints = function() return style "/a.css" end }
)");
  CHECK(urls(run(loaded, Asked("/eat").request)).find("memory") != std::string::npos);
  CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
}

namespace {

constexpr const char* cache_rules = R"lua(
local cache
rule { name = "cache", path = "/c/{n}", hints = function(req)
  cache = cache or {}
  for i = 1, 100 do cache[req.params.n .. "-" .. i] = { i } end
end }
rule { path = "/drop", hints = function() cache = nil end }
rule { path = "/fine", hints = function() return style "/a.css" end }
rule { path = "/when", when = function() return true end, hints = { style "/b.css" } }
rule { path = "/declared", hints = { style "/c.css" } }
)lua";

/// Fills the state's memory; the last request's error.
std::string fill(const LoadedRules& loaded) {
  for (int i = 0; i < 100'000; ++i) {
    std::string outcome = urls(run(loaded, Asked("/c/" + std::to_string(i)).request));
    if (!outcome.empty()) return outcome;
  }
  return "it holds everything";
}

}  // namespace

TEST_CASE("functions are not called while rules keep too much in memory", "[script][functions][full]") {
  RulesWorld world;
  world.options.limits.memory_bytes = 4u << 20;
  world.options.limits.cpu_time = std::chrono::milliseconds(5000);
  const auto loaded = world.load_text(cache_rules);
  const auto& host = loaded.functions.at(0);
  CHECK_FALSE(host->is_full());
  const std::string error = fill(loaded);
  INFO(error);
  CHECK(host->is_full());
  CHECK_THAT(error,
             Contains("rules/a.lua:3: the functions of this worker's rules are not called, but for one try every "
                      "10 s: what rules keep from one request to the next takes ") &&
                 Contains(" of the 4.0 MiB that its Lua state may have; \"outrider reload\" frees it"));
  CHECK_THAT(urls(run(loaded, Asked("/fine").request)),
             Contains("rules/a.lua:8: the functions of this worker's rules"));
  CHECK_THAT(urls(run(loaded, Asked("/when").request)),
             Contains("rules/a.lua:9: the functions of this worker's rules"));
  CHECK_THAT(urls(run(loaded, Asked("/drop").request)), Contains("the functions of this worker's rules"));
  CHECK(urls(run(loaded, Asked("/declared").request)) == "/c.css");
}

TEST_CASE("a full state tries again, and goes on when rules keep less", "[script][functions][full]") {
  RulesWorld world;
  world.options.limits.memory_bytes = 4u << 20;
  world.options.limits.cpu_time = std::chrono::milliseconds(5000);
  world.options.limits.rest_when_full = std::chrono::milliseconds(1);
  const auto loaded = world.load_text(cache_rules);
  for (int round = 0; round < 3; ++round) {
    CHECK_THAT(fill(loaded), Contains("the functions of this worker's rules are not called"));
    while (loaded.functions.at(0)->is_full()) std::this_thread::yield();
    CHECK(urls(run(loaded, Asked("/drop").request)).empty());
    CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
  }
}

TEST_CASE("a function that needs much memory by itself fills no state", "[script][functions][full]") {
  RulesWorld world;
  world.options.limits.memory_bytes = 4u << 20;
  world.options.limits.cpu_time = std::chrono::milliseconds(5000);
  const auto loaded = world.load_text(R"(
rule { path = "/eat", hints = function() local t = {} for i = 1, 1e9 do t[i] = { i } end end }
rule { path = "/fine", hints = function() return style "/a.css" end }
)");
  for (int round = 0; round < 3; ++round) {
    CHECK_THAT(urls(run(loaded, Asked("/eat").request)), Contains("rules/a.lua:2: used more than the 4 MiB"));
    CHECK_FALSE(loaded.functions.at(0)->is_full());
    CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
  }
}

TEST_CASE("each worker runs the functions in a state of its own", "[script][functions]") {
  RulesWorld world;
  world.write("rules/a.lua",
              "local n = 0\nrule { hints = function(req) n = n + 1 return style('/' .. n .. '.css') end }");
  const auto loaded = world.load(3);
  REQUIRE(loaded.functions.size() == 3);
  Asked asked("/");
  std::vector<push::Match> matches;
  loaded.sets[0]->find("www.example", "GET", "/", matches);
  REQUIRE(matches.size() == 1);
  for (int round = 1; round <= 2; ++round) {
    for (const auto& host : loaded.functions) {
      std::vector<push::Hint> hints;
      REQUIRE(host->hints(matches[0], asked.request, nullptr, hints));
      CHECK(hints.at(0).url == "/" + std::to_string(round) + ".css");
    }
  }
}

TEST_CASE("an error leaves the caller's hints as they were", "[script][functions][errors]") {
  RulesWorld world;
  const auto loaded = world.load_text("rule { hints = function() return { style '/a.css', 5 } end }");
  Asked asked("/");
  std::vector<push::Match> matches;
  loaded.sets[0]->find("www.example", "GET", "/", matches);
  std::vector<push::Hint> hints(1);
  hints[0].url = "/kept.css";
  CHECK_FALSE(loaded.functions[0]->hints(matches.at(0), asked.request, nullptr, hints));
  REQUIRE(hints.size() == 1);
  CHECK(hints[0].url == "/kept.css");
}
