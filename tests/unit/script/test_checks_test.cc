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

constexpr const char* kRules = R"(rule { name = "home", path = "/", hints = { style "/app.css", font "/f.woff2" } }
rule { name = "late", path = "/late", phase = "response",
  hints = function(req, res) if res.headers["x-late"] then return { style "/late.css" } end end }
rule { name = "sale", path = "/sale", from = "2026-11-27", hints = { style "/sale.css" } }
rule { name = "themed", path = "/themed", when = { cookie = "theme" }, hints = { style "/theme.css" } }
)";

class ChecksWorld : public RulesWorld {
 public:
  ChecksWorld() {
    write("rules/shop.lua", kRules);
    options.clients = shipped_clients();
  }
  std::string with_test(std::string_view test) {
    write("rules/shop.test.lua", test);
    return problems();
  }
};

struct Heard final : TestListener {
  explicit Heard(std::string folder) : root(std::move(folder) + "/") {}

  std::string root;
  std::vector<std::string> lines;
  void began(std::string_view site, const std::string& file) override {
    add("began " + file + " for " + std::string(site));
  }
  void checked(const Place& place, const std::vector<std::string>& groups,
               const std::vector<Unmet>& wrong) override {
    std::string line = (wrong.empty() ? "ok " : "not ok ") + place.text();
    for (const std::string& group : groups) line += " " + group;
    add(line);
  }
  void broke(const Problem& problem) override { add("broke " + problem.place.text()); }

 private:
  /// Without the folder that is another one in each run.
  void add(std::string line) {
    line.erase(line.find(root), root.size());
    lines.push_back(std::move(line));
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

TEST_CASE("wrong uses of the checks on deliveries", "[script][tests][errors]") {
  ChecksWorld world;
  for (const auto& [test, message] : std::vector<std::pair<std::string, std::string>>{
           {"expect(request{}).delivers(\"pushed\", \"/a\")",
            "delivers: expected \"push\", \"early_hints\", \"link\" or \"none\", found \"pushed\"; did you mean \"push\"?"},
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
           {"request{ assets = { [\"/a\"] = { bytes = 0 } } }", "assets: \"/a\": bytes: expected a number of bytes above 0"},
           {"request{ assets = { [\"/a\"] = { type = \"css\" } } }", "assets: \"/a\": type: expected a media type as in"},
           {"request{ assets = { [\"/a\"] = { stale = 1 } } }", "assets: \"/a\": stale: expected true or false"},
           {"request{ assets = { [\"/a\"] = { size = 1 } } }", "assets: \"/a\": unknown key \"size\""}}) {
    CAPTURE(test);
    CHECK_THAT(world.with_test(test), Contains("rules/shop.test.lua:1: ") && Contains(message));
  }
}

TEST_CASE("a listener hears of every check, and of what breaks", "[script][tests]") {
  ChecksWorld world;
  Heard heard(world.root.string());
  world.options.test_listener = &heard;
  world.with_test(R"(expect(request{}).hints{ "/app.css", "/f.woff2" }
test("group", function()
  expect(request{}).hints{}
  error("boo")
end)
)");
  CHECK(heard.lines == std::vector<std::string>{"began rules/shop.test.lua for www.example", "ok rules/shop.test.lua:1",
                                                "not ok rules/shop.test.lua:3 group", "broke rules/shop.test.lua:4"});
}
