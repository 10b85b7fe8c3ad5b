// SPDX-License-Identifier: MIT
// Rules in a frontend: what is counted for their generation, and what an operator has switched off.
#include <catch2/catch.hpp>

#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;
using Lines = std::vector<std::string>;

namespace {

push::Rule rule(std::string name, std::string url, const char* path = "/page") {
  push::Rule rule;
  rule.name = std::move(name);
  rule.paths.push_back(*push::Pattern::parse(path));
  push::Hint hint;
  hint.kind = push::Kind::style;
  hint.url = std::move(url);
  rule.hints.push_back(hint);
  return rule;
}

/// A generation with these rules for the one site.
std::shared_ptr<push::WorkerRules> generation(std::vector<push::Rule> rules) {
  auto made = std::make_shared<push::WorkerRules>();
  made->sets.push_back(std::make_shared<const push::RuleSet>(std::move(rules)));
  made->watch = std::make_shared<push::GenerationWatch>(push::VisitorHash());
  return made;
}

class Failing final : public push::FunctionHost {
 public:
  Result<bool> condition_holds(const push::Match&, const push::Request&, const push::Response*) override {
    return failure("boom");
  }
  Result<void> hints(const push::Match&, const push::Request&, const push::Response*,
                     std::vector<push::Hint>&) override {
    return failure("boom");
  }
};

struct World {
  explicit World(
      std::vector<push::Rule> rules, void (*change)(config::Config&) = [](config::Config&) {}) {
    config::Config config = rig.config("text");
    change(config);
    frontend = rig.frontend(std::move(config));
    current = generation(std::move(rules));
    current->functions = std::make_shared<Failing>();
    use(current);
    rig.listen(*frontend, socket);
  }
  ~World() {
    rig.on_loop([&] { frontend->drain(http::Leave::soon); });
    CHECK(rig.wait_for([&] { return frontend->drained(); }));
    rig.destroy(frontend);
  }
  void use(const std::shared_ptr<push::WorkerRules>& rules) {
    rig.on_loop([&] { frontend->use_rules(rules); });
  }
  void switch_off(std::vector<push::Switch> switches) {
    rig.on_loop([&] { frontend->use_switches(std::make_shared<const push::Switches>(std::move(switches))); });
  }
  std::string get(const std::string& path) { return WebClient(socket.port).get(path); }
  /// The Link fields of the answer, joined.
  std::string links(const std::string& path) {
    const std::string response = get(path);
    std::string links;
    for (std::size_t at = 0; (at = response.find("link: ", at)) != std::string::npos; ++at) {
      if (!links.empty()) links += ", ";
      links += response.substr(at + 6, response.find(';', at) - at - 6);
    }
    return links;
  }

  Rig rig;
  const ServerSocket socket;
  std::shared_ptr<push::WorkerRules> current;
  std::unique_ptr<http::Frontend> frontend;
};

void add_application_link(config::Config& config) {
  config.sites[0].routes[0].headers.push_back(
      {config::HeaderChange::Type::set, "link", "</app.js>; rel=preload; as=script"});
}

}  // namespace

TEST_CASE("requests, evaluations and hinted assets are counted for their generation") {
  push::Rule broken = rule("broken", "/never.css", "/broken");
  broken.hints_function = 1;
  World world({rule("home", "/missing.css"), rule("good", "/page?v=1", "/page"), broken});
  const auto watch = world.current->watch;
  world.get("/page");
  CHECK(world.rig.notes.lines(1) == Lines{"GET /page 200: link /missing.css not_http2, link /page?v=1 not_http2"});
  CHECK(watch->requests() == 1);
  CHECK(watch->evaluations() == 1);
  CHECK(watch->failed_evaluations() == 0);
  CHECK(watch->assets() == 0);

  world.get("/missing.css");
  world.rig.notes.lines(2);
  CHECK(watch->requests() == 2);
  CHECK(watch->evaluations() == 1);  // no rule matched
  CHECK(watch->assets() == 1);
  CHECK(watch->bad_assets() == 1);
  world.get("/nobody-hinted-this");
  world.get("/missing.css");  // its hint has been answered
  world.get("/page?v=2");
  world.get("/page?v=1");
  world.rig.notes.lines(6);
  CHECK(watch->assets() == 2);
  CHECK(watch->bad_assets() == 1);

  world.get("/broken");
  world.rig.notes.lines(8);  // and the rule's failure
  CHECK(watch->evaluations() == 4);
  CHECK(watch->failed_evaluations() == 1);
}

TEST_CASE("hints of pages that did not come well are not watched") {
  World world({rule("nowhere", "/gone.css", "/nowhere"), rule("captures", "/img/{id}.jpg", "/p/{id}")});
  for (int i = 0; i != 20; ++i) {
    world.get("/nowhere");
    world.get("/gone.css");
    world.get("/p/made-up-" + std::to_string(i));
    world.get("/img/made-up-" + std::to_string(i) + ".jpg");
  }
  world.rig.notes.lines(80);
  CHECK(world.current->watch->evaluations() == 40);
  CHECK(world.current->watch->assets() == 0);
}

TEST_CASE("a request is refused or sent to https without a word about its asset") {
  World world({rule("home", "/page")}, [](config::Config& config) { config.listen[0].redirect_to_https = true; });
  const auto watch = world.current->watch;
  watch->hinted("a.example", "/page", "192.0.2.1");
  CHECK_THAT(world.get("/page"), Catch::StartsWith("HTTP/1.1 301"));
  world.rig.notes.lines(1);
  CHECK(watch->assets() == 0);
  CHECK(watch->requests() == 0);
}

TEST_CASE("hints of the application are not the generation's") {
  World world({}, add_application_link);
  CHECK(world.links("/page") == "</app.js>");
  world.get("/app.js");
  world.rig.notes.lines(2);
  CHECK(world.current->watch->assets() == 0);
}

TEST_CASE("a request keeps nothing of a generation that came later") {
  World world({rule("home", "/a.css")});
  CHECK(world.links("/page") == "</a.css>");
  world.use(generation({rule("home", "/b.css")}));
  CHECK(world.links("/page") == "</b.css>");
  CHECK(world.current->watch->requests() == 1);
  world.use(nullptr);
  CHECK(world.links("/page").empty());
}

TEST_CASE("a rule that is switched off does not run, and is told of where its hints are known") {
  push::Rule function = rule("function", "/f.css");
  function.hints_function = 1;
  push::Rule conditional = rule("conditional", "/c.css");
  conditional.methods = {"POST"};
  World world({rule("one", "/1.css"), rule("two", "/2.css"), function, conditional});
  world.switch_off({{"", "one", {}}, {"*", "function", {}}, {"*", "conditional", {}}});
  CHECK(world.links("/page") == "</2.css>");
  CHECK(world.rig.notes.lines(1) == Lines{"GET /page 200: link /2.css not_http2, none /1.css switched_off"});
  CHECK(world.current->watch->failed_evaluations() == 0);
  world.switch_off({{"another.example", "one", {}}, {"*", "function", {}}});
  CHECK(world.links("/page") == "</1.css>, </2.css>");
  world.switch_off({});
  CHECK(world.links("/page") == "</1.css>, </2.css>, </f.css>");
}

TEST_CASE("a site that is switched off runs nothing, and the application's own Link passes") {
  World world({rule("one", "/1.css")}, add_application_link);
  world.switch_off({{"*", "", {}}});
  CHECK(world.links("/page") == "</app.js>");
  CHECK(world.rig.notes.lines(1) == Lines{"GET /page 200"});
  CHECK(world.current->watch->evaluations() == 0);
  CHECK(world.current->watch->requests() == 1);
}

TEST_CASE("Link that is switched off is left out") {
  World world({rule("one", "/1.css"), rule("two", "/2.css")}, add_application_link);
  world.switch_off({{"", "one", push::How::link}});
  CHECK(world.links("/page") == "</app.js>, </2.css>");
  CHECK(world.rig.notes.lines(1) ==
        Lines{"GET /page 200: none /1.css switched_off, link /2.css not_http2, link /app.js not_http2"});
}
