// SPDX-License-Identifier: MIT
// How tests beside the rules ask what reaches a client, and what they can make up of it.
#include "script/test_checks.h"

#include <catch2/catch.hpp>

#include "script/clients_file.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

namespace {

constexpr const char* rules_text = R"(rule { name = "home", path = "/", hints = { style "/app.css", font "/f.woff2" } }
rule { name = "late", path = "/late", phase = "response",
  hints = function(req, res) if res.headers["x-late"] then return { style "/late.css" } end end }
rule { name = "sale", path = "/sale", from = "2026-11-27", hints = { style "/sale.css" } }
rule { name = "themed", path = "/themed", when = { cookie = "theme" }, hints = { style "/theme.css" } }
)";

class ChecksWorld : public RulesWorld {
 public:
  ChecksWorld() {
    write("rules/shop.lua", rules_text);
    options.clients = shipped_clients();
  }
  std::string with_test(std::string_view test) {
    write("rules/shop.test.lua", test);
    return problems();
  }
};

}  // namespace

TEST_CASE("a test says how each client gets a hint", "[script][tests]") {
  ChecksWorld world;
  CHECK(world.with_test(R"(
expect(request{ client = "chromium" }).delivers("early_hints", "/app.css").delivers("early_hints", "/f.woff2")
expect(request{ client = "nghttp" }).delivers("push", "/app.css").hints{ "/app.css", "/f.woff2" }
expect(request{ client = "curl" }).delivers("link", "/app.css")
expect(request{ client = { name = "firefox=119", accepts_push = false } }).nothing_because("early_hints_unsupported")
expect(request{ client = { name = "qtwebengine", rtt_ms = 20 } }).delivers("push", "/app.css")
expect(request{ client = "nghttp", cached = { "/app.css", "/f.woff2" } }).nothing_because("in_cookie")
expect(request{ client = "chromium", protocol = "HTTP/1.1" }).nothing_because("not_http2")
expect(request{ client = { name = "nghttp", behind_proxy = true } }).nothing_because("behind_proxy")
expect(request{ client = { name = "chromium", behind_proxy = true, passes_early_hints = true } })
  .delivers("early_hints", "/app.css")
)") == "");
}

TEST_CASE("a test makes up assets, a time and a response", "[script][tests]") {
  ChecksWorld world;
  CHECK(world.with_test(R"(
expect(request{ client = "nghttp", assets = { ["/app.css"] = { status = 404 } } })
  .delivers("link", "/app.css").delivers("push", "/f.woff2")
expect(request{ client = "chromium", assets = { ["/app.css"] = { stale = true }, ["/f.woff2"] = { type = "text/html" } } })
  .delivers("link", "/app.css").delivers("none", "/f.woff2")
expect(request{ client = "nghttp", assets = { ["/app.css"] = { needs_cookies = true, bytes = 9 }, ["/f.woff2"] = { varies = true } } })
  .delivers("link", "/app.css").delivers("link", "/f.woff2")
expect(request{ path = "/sale", now = "2026-11-26 23:59" }).hints{}
expect(request{ path = "/sale", now = "2026-11-27" }).hints{ "/sale.css" }
expect(request{ path = "/late" }).hints{}
expect(request{ path = "/late", client = "nghttp", response = { headers = { ["X-Late"] = "1" } } })
  .hints{ "/late.css" }.delivers("push", "/late.css")
expect(request{ path = "/late", client = "nghttp", response = { headers = { Link = "</own.js>; rel=preload; as=script" } } })
  .hints{}.delivers("push", "/own.js")
expect(request{ path = "/themed", client = "curl", cookies = { theme = "dark" },
                response = { headers = { ["Cache-Control"] = "max-age=60" } } }).nothing_because("shared_cache")
)") == "");
}

TEST_CASE("a delivery that is another says which and why", "[script][tests]") {
  ChecksWorld world;
  CHECK_THAT(world.with_test("expect(request{ client = \"curl\" }).delivers(\"push\", \"/app.css\")"),
             Contains("rules/shop.test.lua:1: expected /app.css by push; found link (not_navigation: "));
  CHECK_THAT(world.with_test("expect(request{ client = \"curl\" }).delivers(\"link\", \"/none.css\")"),
             Contains("expected /none.css by link; nobody hints it; found /app.css link (not_navigation), /f.woff2"));
  CHECK_THAT(world.with_test("expect(request{ client = \"nghttp\" }).nothing_because(\"in_cookie\")"),
             Contains("expected nothing ahead of the page because of in_cookie; found /app.css push (sent)"));
  CHECK_THAT(world.with_test("expect(request{ path = \"/none\" }).nothing_because(\"bot\")"),
             Contains("because of bot; found no hints"));
}

TEST_CASE("a delivery that is over budget by sizes that nobody gave says so", "[script][tests]") {
  ChecksWorld world;
  world.write("rules/many.lua", R"(rule { path = "/many", hints = { "/1.css", "/2.css", "/3.css", "/4.css", "/5.css" } }
rule { path = "/large", budget_bytes = 10, hints = { "/large.css" } })");
  CHECK_THAT(world.with_test("expect(request{ path = \"/many\", client = \"nghttp\" }).delivers(\"push\", \"/5.css\")"),
             Contains("found link (over_budget: ") &&
                 Contains("; the sizes of 5 assets are not given, and 16 KiB assumed for each: see `assets`"));
  const auto large = [&](std::string_view assets, std::string_view check) {
    return world.with_test("expect(request{ path = \"/large\", client = \"nghttp\", assets = { " + std::string(assets) +
                           " } })" + std::string(check));
  };
  CHECK_THAT(large("", ".delivers(\"push\", \"/large.css\")"),
             Contains("; the size of 1 asset is not given, and 16 KiB assumed: see `assets`"));
  CHECK_THAT(large("", ".nothing_because(\"in_cookie\")"), Contains("the size of 1 asset is not given"));
  CHECK_THAT(large("[\"/large.css\"] = { bytes = 20 }", ".delivers(\"push\", \"/large.css\")"),
             Contains("over_budget") && !Contains("not given"));
  CHECK_THAT(large("", ".delivers(\"none\", \"/other.css\")"), Contains("nobody hints it") && !Contains("not given"));
}

TEST_CASE("wrong uses of the checks on deliveries", "[script][tests][errors]") {
  ChecksWorld world;
  for (const auto& [test, message] : std::vector<std::pair<std::string, std::string>>{
           {"expect(request{}).delivers(\"pushed\", \"/a\")",
            "delivers: expected \"push\", \"early_hints\", \"link\" or \"none\", found \"pushed\"; did you mean "
            "\"push\"?"},
           {"expect(request{}).delivers(\"push\")", "delivers: expected a way and an URL as in"},
           {"expect(request{}).nothing_because(\"in_cooky\")",
            "nothing_because: \"in_cooky\" is no reason; did you mean \"in_cookie\"?"},
           {"expect(request{}).nothing_because()", "nothing_because: expected a reason as in"},
           {"request{ client = \"chromum\" }", "client: \"chromum\" is no client; there are chromium, firefox"},
           {"request{ client = 5 }", "client: expected a client as in \"chromium\", or a table as in"},
           {"request{ client = { name = 5 } }", "client: name: expected a client as in"},
           {"request{ now = \"soon\" }", "now: "},
           {"request{ think_ms = 0 }", "think_ms: expected milliseconds above 0"},
           {"request{ page_bytes = 1.5 }", "page_bytes: expected a number of bytes above 0"},
           {"request{ now = 5 }", "now: expected a moment in UTC as in"},
           {"request{ response = 5 }", "response: expected a table as in { status = 200 }"},
           {"request{ response = { status = 103 } }", "response: status: expected a status from 200 to 599"},
           {"request{ response = { statsu = 200 } }", "response: unknown key \"statsu\"; did you mean \"status\"?"},
           {"request{ assets = 5 }", "assets: expected a table as in { [\"/app.css\"]"},
           {"request{ assets = { [\"app.css\"] = {} } }", "assets: expected a path with what is known of it"},
           {"request{ assets = { [\"/a\"] = { bytes = 0 } } }",
            "assets: \"/a\": bytes: expected a number of bytes above 0"},
           {"request{ assets = { [\"/a\"] = { type = \"css\" } } }",
            "assets: \"/a\": type: expected a media type as in"},
           {"request{ assets = { [\"/a\"] = { stale = 1 } } }", "assets: \"/a\": stale: expected true or false"},
           {"request{ assets = { [\"/a\"] = { size = 1 } } }", "assets: \"/a\": unknown key \"size\""}}) {
    CAPTURE(test);
    CHECK_THAT(world.with_test(test), Contains("rules/shop.test.lua:1: ") && Contains(message));
  }
}

TEST_CASE("what a shadow rule says is no reason beside what others say", "[script][tests]") {
  ChecksWorld world;
  world.write("rules/shadow.lua",
              "rule { path = \"/\", shadow = true, hints = { style \"/new.css\" } }\n"
              "rule { path = \"/tried\", shadow = true, hints = { style \"/new.css\" } }");
  CHECK(world.with_test(R"(
expect(request{ client = "nghttp", cached = { "/app.css", "/f.woff2" } }).nothing_because("in_cookie")
expect(request{ client = "nghttp", path = "/tried" }).nothing_because("shadow")
)") == "");
}

TEST_CASE("a request that nothing is asked of is a problem of the test file", "[script][tests][errors]") {
  ChecksWorld world;
  const std::string text = world.with_test(R"(expect(request{ path = "/none" })
test("group", function()
  local later = expect(request{ path = "/none" })
  test("inner", function() later.hints{} end)
  expect(request{ path = "/none" })
end)
test("broken", function() expect(request{ path = "/none" }) error("boo") end)
)");
  CHECK_THAT(text, Contains("rules/shop.test.lua:1: expect without a check behind it: "));
  CHECK_THAT(text, Contains("rules/shop.test.lua:5: test \"group\": expect without a check behind it: "));
  CHECK_THAT(text, !Contains("test.lua:3: ") && !Contains("\"broken\": expect"));
  CHECK_THAT(world.with_test("expect(request{}).hnits{}"), Contains("unknown check") && !Contains("without"));
  CHECK_THAT(world.with_test("for i = 1, 5000 do expect(request{ path = \"/\" .. i }) end"),
             Contains("without a check"));
}

TEST_CASE("an answer that takes no hints has none", "[script][tests]") {
  ChecksWorld world;
  CHECK(world.with_test(R"(
expect(request{ path = "/", client = "curl", response = { status = 404 } }).delivers("none", "/app.css")
expect(request{ path = "/late", response = { status = 404, headers = { ["x-late"] = "1" } } }).hints{}
expect(request{ path = "/late", response = { headers = { ["x-late"] = "1" } } }).hints{ style "/late.css" }
)") == "");
}

TEST_CASE("a test's request may come by way of a balancer, or to a port", "[script][tests]") {
  ChecksWorld world;
  world.write("rules/port.lua",
              "rule { name = \"port\", path = \"/port\", hints = { style \"https://www.example.com:8443/a.css\" } }\n");
  CHECK(world.with_test(R"(
expect(request{ path = "/", client = "nghttp" }).delivers("push", "/app.css")
expect(request{ path = "/", client = { name = "nghttp", behind_balancer = true } }).delivers("link", "/app.css")
expect(request{ path = "/", client = { name = "nghttp", behind_balancer = true, rtt_ms = 40 } })
  .delivers("link", "/app.css")
expect(request{ path = "/port", host = "www.example.com:8443", client = "nghttp" })
  .delivers("push", "https://www.example.com:8443/a.css")
expect(request{ path = "/port", host = "www.example.com", client = "nghttp" })
  .delivers("link", "https://www.example.com:8443/a.css")
)") == "");
}
