// SPDX-License-Identifier: MIT
// What functions note as looked at: every way to a fact of the request, in both functions of a rule and both phases.
#include <algorithm>
#include <catch2/catch.hpp>

#include "script/api.h"
#include "script/bind_request.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

const std::vector<push::Field> browser{{"accept-language", "de"}, {"cookie", "a=1"}, {"x-app", "2"}, {"x-tag", "one"}};

/// "personal, a, b" for what it holds.
std::string text(const push::Reads& reads) {
  std::string result = reads.is_personal() ? "personal" : "";
  for (const std::string& field : reads.fields()) result += (result.empty() ? "" : ", ") + field;
  return result;
}

/// What the rules of this file look at.
std::string reads_of(const std::string& rules, const push::Response* response = nullptr) {
  RulesWorld world;
  const auto loaded = world.load_text(rules);
  const auto evaluation = run(loaded, Asked("/product/7", browser).request, response);
  for (const auto& trace : evaluation.traces) {
    if (!trace.error.empty()) return "error: " + trace.error;
  }
  return text(evaluation.reads);
}

/// What the statement looks at as the body of a hints function.
std::string looked_at(const std::string& statement) {
  return reads_of("rule { path = '/{kind}/{id}', hints = function(req)\n" + statement + "\nend }");
}

/// What the API's table says, in the same form.
std::string said_by(const ApiEntry& entry) {
  push::Reads reads;
  entry.looks.note(reads);
  return text(reads);
}

/// Lua that reads the field; a function is called.
std::string reading(const std::string& owner, const ApiEntry& entry) {
  const std::string name = owner + "." + std::string(entry.name);
  if (!entry.type.starts_with("fun(")) return "local x = " + name;
  return "local x = " + name + (entry.name == "language" ? "{'de'}" : "('/a')");
}

}  // namespace

TEST_CASE("every field of req says what it looks at", "[script][reads][api]") {
  for (const auto section : {ApiSection::request, ApiSection::client, ApiSection::tls, ApiSection::response}) {
    for (const ApiEntry& entry : api(section)) {
      INFO(owner_of(section) << "." << entry.name);
      CHECK(entry.looks.at != Looks::At::not_said);
      CHECK((entry.looks.at == Looks::At::personal) == (entry.looks.who != push::Personal{}));
      CHECK((entry.looks.at == Looks::At::fields) <= !entry.looks.fields[0].empty());
      for (const std::string_view field : entry.looks.fields) {
        CHECK(std::none_of(field.begin(), field.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
      }
    }
  }
}

TEST_CASE("reading a field notes what the table says of it", "[script][reads]") {
  for (const auto section : {ApiSection::client, ApiSection::tls}) {
    for (const ApiEntry& entry : api(section)) {
      const std::string statement = reading(std::string(owner_of(section)), entry);
      INFO(statement);
      CHECK(looked_at(statement) == said_by(entry));
    }
  }
  for (const ApiEntry& entry : api(ApiSection::request)) {
    // What is a table looks at nothing before something in it is read.
    const bool table =
        entry.type == "Fields" || entry.type.starts_with("table<") || entry.looks.at == Looks::At::inside;
    const std::string statement = reading("req", entry);
    INFO(statement);
    CHECK(looked_at(statement) == (table ? "" : said_by(entry)));
  }
}

TEST_CASE("each way to a fact of the request is noted", "[script][reads]") {
  const auto [statement, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"local x = req.path .. req.method .. req.host .. req.scheme .. req.query_string", ""},
      {"local x = req.params.id, req.params.none, req.query.a, req.query:all('a'), req.query:match('*')", ""},
      {"for name in req.query:each() do end", ""},
      {"local x = tostring(req) .. tostring(req.headers) .. tostring(req.cookies) .. tostring(req.client)", ""},
      {"local x = now()", ""},
      {"local x = req.headers['x-app']", "x-app"},
      {"local x = req.headers['X-None']", "x-none"},
      {"local x = req.headers.cookie", "personal"},
      {"local x = req.headers.Authorization", "personal"},
      {"local x = req.headers['x-forwarded-for']", "personal"},
      {"local x = req.headers.all, req.headers.match, req.headers.each", ""},
      {"local x = req.headers:all('X-Tag')", "x-tag"},
      {"local x = req.headers:match('X-Tag')", "x-tag"},
      {"local x = req.headers:match('x-*')", "personal"},
      {"local x = req.headers:match('none*')", "personal"},
      {"local x = req.headers:each()", "personal"},
      {"local x = req.headers['x-a\\r\\nset-cookie: b']", ""},
      {"local x = req.headers.b, req.headers.a, req.headers.B", "a, b"},
      {"local x = req.cookies.a", "personal"},
      {"local x = req.cookies.none", "personal"},
      {"local x = req.cookies:all('a')", "personal"},
      {"local x = req.cookies:match('none')", "personal"},
      {"for name in req.cookies:each() do end", "personal"},
      {"local x = req:language{'de'}", "accept-language"},
      {"local x = req:bucket('a')", "personal"},
      {"local x = req:sent('/a')", "personal"},
      {"local x = req.cached('https://other.example/a')", "personal"},
      {"local x = req.client.navigation", "sec-fetch-mode"},
      {"local x = req.client.accepts_early_hints",
       "personal, no-early-hints, purpose, sec-fetch-mode, sec-purpose, x-moz"},
      {"local x = req.client.purpose", "purpose, sec-purpose, x-moz"},
      {"local x = req.client.save_data and req.client.navigation", "save-data"},
      {"local x = req.tls.used", "personal"},
      {"pcall(function() local x = req.cookies.a end)", "personal"},
      {"local x = coroutine.wrap(function() return req.cookies.a end)()", "personal"},
  }));
  INFO(statement);
  CHECK(looked_at(statement) == expected);
}

TEST_CASE("functions and tables that a file keeps note for the request that uses them", "[script][reads]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
local kept
rule { path = "/keep", hints = function(req)
  kept = { bucket = req.bucket, language = req.language, cookies = req.cookies, client = req.client,
           all = req.headers.all, headers = req.headers }
end }
rule { path = "/bucket", hints = function() local x = kept.bucket("a") end }
rule { path = "/language", hints = function() local x = kept.language{"de"} end }
rule { path = "/cookies", hints = function() local x = kept.cookies.a end }
rule { path = "/client", hints = function() local x = kept.client.save_data end }
rule { path = "/all", hints = function() local x = kept.all(kept.headers, "x-tag") end }
rule { path = "/nothing", hints = function() local x = kept.cookies end }
)");
  const auto reads = [&](std::string_view path) { return text(run(loaded, Asked(path, browser).request).reads); };
  CHECK(reads("/keep") == "");
  CHECK(reads("/bucket") == "personal");
  CHECK(reads("/language") == "accept-language");
  CHECK(reads("/cookies") == "personal");
  CHECK(reads("/client") == "save-data");
  CHECK(reads("/all") == "x-tag");
  CHECK(reads("/nothing") == "");
}

TEST_CASE("both functions of a rule note, in both phases", "[script][reads]") {
  CHECK(reads_of("rule { when = function(req) return req.headers.a == '1' end, hints = { style '/a.css' } }") == "a");
  CHECK(reads_of("rule { when = function(req) return not req.headers.a end,\n"
                 "hints = function(req) return req.headers.b end }") == "a, b");
  CHECK(reads_of("rule { when = { header = 'x-app' }, hints = function(req) return req.cookies.none end }") ==
        "personal, x-app");
  const std::vector<push::Field> fields{{"set-cookie", "a=1"}};
  const push::Response response{200, fields};
  CHECK(reads_of("rule { phase = 'response', when = function(req, res) return res.status == 200 end,\n"
                 "hints = function(req, res) return res.headers['set-cookie'] and req.headers.b, "
                 "res.headers:match('*') and nil end }",
                 &response) == "b");
}

TEST_CASE("a function that fails has looked, too", "[script][reads]") {
  RulesWorld world;
  const auto loaded = world.load_text("rule { hints = function(req) error(req.cookies.a) end }");
  CHECK(text(run(loaded, Asked("/", browser).request).reads) == "personal");
}

TEST_CASE("entries are personal by what their own rule looked at", "[script][reads]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule { hints = function(req) return style(req.cookies.a and "/member.css" or "/guest.css") end }
rule { hints = function(req) return style("/" .. req.language{"de", "en"} .. ".css") end }
rule { hints = { style "/all.css" } }
)");
  const auto evaluation = run(loaded, Asked("/", browser).request);
  REQUIRE(evaluation.list.entries().size() == 3);
  CHECK(evaluation.list.entries()[0].personal);
  CHECK_FALSE(evaluation.list.entries()[1].personal);
  CHECK_FALSE(evaluation.list.entries()[2].personal);
  CHECK(text(evaluation.reads) == "personal, accept-language");
}
