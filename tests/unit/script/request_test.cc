// SPDX-License-Identifier: MIT
// `req` and `res`: what functions of rules read, and what they are told where they read wrongly.
#include <algorithm>
#include <catch2/catch.hpp>

#include "script/api.h"
#include "script/bind_request.h"
#include "script/test_assets.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

const std::vector<push::Field> browser{
    {"accept-language", "de-CH, en;q=0.8"},
    {"cookie", "Session=s1; theme=dark; theme=light"},
    {"sec-fetch-mode", "navigate"},
    {"user-agent",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"},
    {"x-app", "2.1"},
    {"x-tag", "one"},
    {"x-tag", "two"},
};

/// What the Lua expression gives for the request, as text.
std::string value(const std::string& expression, const push::Request& request) {
  const std::string text = run_body("return fetch('/=' .. tostring(" + expression + "):gsub(' ', '_'))", request);
  return text.substr(0, 2) == "/=" ? text.substr(2) : text;
}

std::string value(const std::string& expression) {
  Asked asked("/product/7", browser);
  asked.request.query = "a=1&b=x%20y&a=2&empty";
  asked.request.client.country = "NL";
  asked.request.tls = {true, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "www.example", true};
  return value(expression, asked.request);
}

}  // namespace

TEST_CASE("every field of the API is bound, and the reverse", "[script][api]") {
  for (const auto section : {ApiSection::request, ApiSection::client, ApiSection::tls, ApiSection::response}) {
    auto bound = bound_names(section), listed = api_names(section);
    std::sort(bound.begin(), bound.end());
    std::sort(listed.begin(), listed.end());
    CHECK(bound == listed);
  }
}

TEST_CASE("req has the request's facts", "[script][request]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"req.id", "r1"},
      {"req.method", "GET"},
      {"req.scheme", "https"},
      {"req.host", "www.example"},
      {"req.path", "/product/7"},
      {"req.query_string", "a=1&b=x%20y&a=2&empty"},
      {"req.protocol", "HTTP/2"},
      {"req.client.address", "192.0.2.7"},
      {"req.client.peer", "192.0.2.7"},
      {"req.client.family", "chromium"},
      {"req.client.version", "124"},
      {"req.client.mobile", "false"},
      {"req.client.bot", "false"},
      {"req.client.navigation", "true"},
      {"req.client.accepts_push", "false"},
      {"req.client.save_data", "false"},
      {"req.client.purpose", "nil"},
      {"req.client.country", "NL"},
      {"req.client.new_connection", "false"},
      {"req.tls.used", "true"},
      {"req.tls.version", "TLSv1.3"},
      {"req.tls.cipher", "TLS_AES_256_GCM_SHA384"},
      {"req.tls.server_name", "www.example"},
      {"req.tls.session_reused", "true"},
      {"now()", "1800000000"},
      {"type(req.client.accepts_early_hints)", "boolean"},
      {"tostring(req)", "req"},
  }));
  CHECK(value(expression) == expected);
}

TEST_CASE("headers, cookies and query parameters are read by name", "[script][request]") {
  const auto [expression, expected] = GENERATE(table<std::string, std::string>({
      {"req.headers['x-app']", "2.1"},
      {"req.headers['X-App']", "2.1"},
      {"req.headers['x-none']", "nil"},
      {"req.headers['x-tag']", "one"},
      {"table.concat(req.headers:all('X-Tag'), '+')", "one+two"},
      {"#req.headers:all('x-none')", "0"},
      {"table.concat({ req.headers:match('X-T*') }, '=')", "x-tag=one"},
      {"req.headers:match('y*')", "nil"},
      {"req.cookies.Session", "s1"},
      {"req.cookies.session", "nil"},
      {"table.concat(req.cookies:all('theme'), '+')", "dark+light"},
      {"req.cookies:match('Sess*')", "Session"},
      {"req.query.a", "1"},
      {"req.query.b", "x_y"},
      {"req.query.A", "nil"},
      {"#req.query.empty", "0"},
      {"table.concat(req.query:all('a'), '+')", "1+2"},
  }));
  CHECK(value(expression) == expected);
}

TEST_CASE("each goes through all fields, repeats included", "[script][request]") {
  CHECK(run_body("local t = {} for name, value in req.headers:each() do t[#t + 1] = name .. value end\n"
                 "return fetch('/' .. #t .. t[5] .. t[7])",
                 Asked("/", browser).request) == "/7x-app2.1x-tagtwo");
}

TEST_CASE("params are what the rule's path captured", "[script][request]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "rule { path = '/{kind}/{id}', hints = function(req) return fetch('/' .. req.params.id .. req.params.kind .. "
      "tostring(req.params.none)) end }");
  CHECK(urls(run(loaded, Asked("/product/7").request)) == "/7productnil");
}

TEST_CASE("language, bucket and sent work with a dot and with a colon", "[script][request]") {
  CHECK(value("req.language{'en', 'de'}") == "de");
  CHECK(value("req:language({'fr'})") == "nil");
  CHECK(value("req.language('en')") == "en");
  CHECK(value("req.bucket('a') == req:bucket('a') and req.bucket('a') >= 0 and req.bucket('a') < 1") == "true");
  CHECK(value("req.bucket('a') == req.bucket('b')") == "false");
  CHECK(value("req.sent('/a.css') == req:sent('/a.css')") == "true");
  CHECK(value("req.cached('/a.css') == req:cached('/a.css')") == "true");
}

namespace {

/// A client that has been here, and nobody knows which version of anything is the present one.
struct PerhapsAssets final : push::Assets {
  push::AssetFacts facts(std::string_view) const override { return {}; }
  bool sent(std::string_view) const override { return false; }
  push::Cached cached(std::string_view) const override { return push::Cached::perhaps; }
};

}  // namespace

TEST_CASE("sent and cached tell of assets on this host", "[script][request]") {
  Asked asked("/");
  TestAssets assets;
  assets.sent_paths = {"/sent.css", "/both.css?v=1", "/"};
  assets.cached_paths = {"/cached.css", "/both.css?v=1"};
  asked.request.assets = &assets;
  const auto [url, sent, cached] = GENERATE(table<std::string, std::string, std::string>({
      {"/sent.css", "true", "false"},
      {"/cached.css", "false", "true"},
      {"/both.css?v=1", "true", "true"},
      {"/both.css?v=1#part", "true", "true"},
      {"/both.css", "false", "false"},
      {"https://www.example/sent.css", "true", "false"},
      {"https://WWW.Example:443/cached.css", "false", "true"},
      {"https://www.example", "true", "false"},
      {"http://www.example/sent.css", "false", "false"},
      {"https://cdn.example/sent.css", "false", "false"},
      {"//www.example/sent.css", "false", "false"},
      {"sent.css", "false", "false"},
  }));
  INFO(url);
  CHECK(value("req.sent('" + url + "')", asked.request) == sent);
  CHECK(value("req.cached('" + url + "')", asked.request) == cached);
  // So does a hint, however the function is called.
  CHECK(value("req.cached(style '" + url + "')", asked.request) == cached);
  CHECK(value("req:sent(style '" + url + "')", asked.request) == sent);
}

TEST_CASE("cached is nil where nobody knows, and false where nobody says", "[script][request]") {
  Asked asked("/");
  CHECK(value("req.sent('/a.css')", asked.request) == "false");
  CHECK(value("req.cached('/a.css')", asked.request) == "false");
  const PerhapsAssets assets;
  asked.request.assets = &assets;
  CHECK(value("req.cached('/a.css')", asked.request) == "nil");
  CHECK(value("req.cached('https://cdn.example/a.css')", asked.request) == "false");
}

TEST_CASE("the connection's facts are the kernel's", "[script][request]") {
  Asked asked("/");
  CHECK(value("req.client.rtt_ms", asked.request) == "nil");
  CHECK(value("req.client.cwnd_bytes", asked.request) == "nil");
  const push::FixedLink way(push::Link{14'600, std::chrono::microseconds(20'250)});
  asked.request.link_source = &way;
  CHECK(value("req.client.rtt_ms", asked.request) == "20.25");
  CHECK(value("req.client.cwnd_bytes", asked.request) == "14600");
}

TEST_CASE("what nobody said is nil", "[script][request]") {
  Asked asked("/");
  asked.request.client.behind_proxy = true;
  asked.request.client.new_connection = true;
  CHECK(value("req.client.new_connection", asked.request) == "nil");
  CHECK(value("req.client.country", asked.request) == "nil");
  CHECK(value("req.client.version", asked.request) == "nil");
  CHECK(value("req.client.family", asked.request) == "other");
  CHECK(value("req.tls.version", asked.request) == "nil");
  CHECK(value("req.tls.used", asked.request) == "false");
  CHECK(value("#req.query_string", asked.request) == "0");
}

TEST_CASE("wrong uses of req are errors with file, line and a suggestion", "[script][request][errors]") {
  const auto [statement, message] = GENERATE(table<std::string, std::string>({
      {"local x = req.pth", "req has no field \"pth\"; did you mean \"path\"?"},
      {"local x = req.client.adress", "req.client has no field \"adress\"; did you mean \"address\"?"},
      {"local x = req.client.rtt", "req.client has no field \"rtt\""},
      {"local x = req.tls.vers", "req.tls has no field \"vers\""},
      {"local x = req[1]", "req has named fields, found a number (1) as a name"},
      {"local x = req.headers[1]", "req.headers is read by name, found a number (1) as a name"},
      {"local x = req.cached()", "req.cached: expected a path or a hint, found nothing"},
      {"local x = req:cached(5)", "req.cached: expected a path or a hint, found a number (5)"},
      {"req.path = '/x'", "req is read-only"},
      {"req.headers.x = '1'", "req.headers is read-only"},
      {"local x = req.bucket()", "req.bucket: expected a name, found nothing"},
      {"local x = req.bucket(5)", "req.bucket: expected a name, found a number (5)"},
      {"local x = req.sent{}", "req.sent: expected a path or a hint, found a table"},
      {"local x = req.language{}",
       "req.language: expected a list of language tags, found an empty list; leave the key out"},
      {"local x = req.language('en', 'de')", "req.language: takes one list, as in req.language{\"en\", \"de\"}"},
      {"local x = req.headers:all()", "req.headers:all: expected a name, found nothing"},
  }));
  INFO(statement);
  const std::string text = run_body(statement, Asked("/").request);
  CHECK(text.starts_with("error: "));
  CHECK(text.find("rules/a.lua:2: " + message) != text.npos);
}

TEST_CASE("scripts cannot reach the metatables of what they are given", "[script][request]") {
  CHECK(value("getmetatable(req)") == "nil");
  CHECK(value("getmetatable(req.headers)") == "nil");
  CHECK(value("getmetatable(style '/a.css')") == "nil");
}

TEST_CASE("a request that is kept beyond its call has ended", "[script][request][errors]") {
  RulesWorld world;
  // A coroutine keeps what a local variable of the file may not.
  const auto loaded = world.load_text(R"(
local kept
rule { path = "/keep", hints = function(req) kept = { req = req, each = req.headers:each() } end }
rule { path = "/use", when = function() return kept.req.path == "/use" end, hints = { style "/same.css" } }
rule { path = "/each", hints = function() return fetch("/" .. tostring(kept.each())) end }
)");
  CHECK(urls(run(loaded, Asked("/keep", browser).request)).empty());
  // The one object now shows the request that runs, which is its own visitor's.
  CHECK(urls(run(loaded, Asked("/use", browser).request)) == "/same.css");
  CHECK(urls(run(loaded, Asked("/each", browser).request))
            .find("req.headers:each() is used after its request has ended") != std::string::npos);
}

TEST_CASE("between calls req is disarmed", "[script][request][errors]") {
  RulesWorld world;
  // The response phase gets no request-phase response object: res of an earlier call has ended.
  const auto loaded = world.load_text(R"(
local kept
rule { path = "/", phase = "response", hints = function(req, res) kept = res return fetch("/" .. res.status) end }
rule { path = "/late", hints = function(req) return fetch("/" .. kept.status) end }
)");
  const std::vector<push::Field> fields{{"content-type", "text/html"}};
  const push::Response response{200, fields};
  Asked asked("/");
  CHECK(urls(run(loaded, asked.request, &response)) == "/200");
  CHECK(urls(run(loaded, Asked("/late").request)).find("the response has ended") != std::string::npos);
}

TEST_CASE("the response phase sees status and headers", "[script][request]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule { phase = "response",
  when = function(req, res) return res.headers["Content-Type"] == "text/html" end,
  hints = function(req, res) return fetch("/" .. res.status .. req.method .. #res.headers:all("link")) end }
)");
  const std::vector<push::Field> fields{{"content-type", "text/html"}, {"link", "a"}, {"link", "b"}};
  const push::Response response{404, fields};
  CHECK(urls(run(loaded, Asked("/").request, &response)) == "/404GET2");
  CHECK(loaded.sets[0]->has_response_phase());
  const push::Response other{200, {}};
  CHECK(urls(run(loaded, Asked("/").request, &other)).empty());
}

TEST_CASE("now is an error while files load", "[script][request][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("local t = now()")
            .find("rules/a.lua:1: now() works only while a request is served; while files load there is os.time()") ==
        0);
}
