// SPDX-License-Identifier: MIT
// A whole configuration: the design's example, defaults, includes, and how problems are told.
#include "config/read.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;

namespace {

constexpr char smallest[] = R"(return {
  listen = { { address = "127.0.0.1:80" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" } } } },
})";

void make_example_files(const Folder& folder) {
  for (const char* directory : {"sites.d", "rules", "srv/static", "srv/app", "srv/blog"})
    folder.make_directory(directory);
  for (const char* file : {"tls/fullchain.pem", "tls/key.pem"}) folder.write(file);
}

std::string example(const Folder& folder) {
  return R"(return {
  include = "sites.d/*.lua",
  listen = {
    { address = "[::]:443", tls = { { certificate = "tls/fullchain.pem", key = credential ")" +
         folder / "tls/key.pem" + R"(" } } },
    { address = "[::]:80", redirect_to_https = true },                       -- but not /.well-known/acme-challenge/
    { address = "127.0.0.1:8000", behind = { trusted = { "10.0.0.0/8" }, passes_103 = false } },
  },
  sites = {
    ["www.example.com"] = {
      aliases = { "example.com" },
      rules  = "rules/*.lua",
      routes = {
        ["/"]        = { proxy = { servers = { "http://127.0.0.1:3000", "http://127.0.0.1:3001" }, read_timeout_ms = 30000 } },
        ["/static/"] = { files = "srv/static", max_age = 31536000 },
        ["/app/"]    = { files = "srv/app", fallback = "/index.html" },
        ["/blog/"]   = { fastcgi = "unix:/run/php/php-fpm.sock", root = "srv/blog", index = "/index.php",
                         deny = { "/wp-content/uploads/**.php" } },
      },
    },
  },
  health = "/.outrider/health",
  log    = { access = { to = "stdout", format = "json" }, error = { level = "info" } },
  admin  = { address = "unix:/run/outrider/admin.sock" },
})";
}

}  // namespace

TEST_CASE("the design's example is read as it stands") {
  const Folder folder;
  make_example_files(folder);
  const Config config = folder.read(example(folder));
  CHECK(config.folder == folder.path());

  REQUIRE(config.listen.size() == 3);
  CHECK(config.listen[0].address.text() == "[::]:443");
  REQUIRE(config.listen[0].tls.size() == 1);
  CHECK(config.listen[0].tls[0].certificate == folder / "tls/fullchain.pem");
  CHECK(config.listen[0].tls[0].key == folder / "tls/key.pem");
  CHECK(config.listen[0].tls[0].place.text() == "config.lua:4");
  CHECK(config.listen[1].redirect_to_https);
  REQUIRE(config.listen[2].behind);
  REQUIRE(config.listen[2].behind->trusted.size() == 1);
  CHECK(config.listen[2].behind->trusted[0].contains(*Address::parse("10.1.2.3:1")));
  CHECK_FALSE(config.listen[2].behind->passes_103);

  REQUIRE(config.sites.size() == 1);
  const Site& site = config.sites[0];
  CHECK(site.name == "www.example.com");
  CHECK(site.aliases == std::vector<std::string>{"example.com"});
  CHECK(site.rules == std::vector<std::string>{folder / "rules/*.lua"});
  CHECK(site.rules_place.text() == "config.lua:11");
  REQUIRE(site.routes.size() == 4);
  CHECK(site.routes[0].prefix == "/static/");
  CHECK(site.routes[0].max_age_s == 31536000u);
  CHECK(std::get<Files>(site.routes[0].action).root == folder / "srv/static");
  CHECK(site.routes[1].prefix == "/blog/");
  CHECK(site.routes[2].prefix == "/app/");
  CHECK(std::get<Files>(site.routes[2].action).fallback == "/index.html");
  CHECK(site.routes[3].prefix == "/");
  const auto& proxy = std::get<Proxy>(site.routes[3].action);
  REQUIRE(proxy.upstream.servers.size() == 2);
  CHECK(proxy.upstream.servers[1].port == 3001);
  CHECK(proxy.upstream.read_timeout_ms == 30'000);

  const auto& fastcgi = std::get<FastCgi>(site.routes[1].action);
  CHECK(fastcgi.upstream.servers.at(0).unix_path == "/run/php/php-fpm.sock");
  CHECK(fastcgi.index == "/index.php");
  const auto denied = [&](std::string_view path) {
    const auto& patterns = site.routes[1].deny;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const auto& pattern) { return pattern.matches(path, nullptr); });
  };
  CHECK(denied("/blog/wp-content/uploads/2024/05/evil.php"));
  CHECK(denied("/blog/wp-content/uploads/evil.php/as/path_info"));
  CHECK_FALSE(denied("/blog/wp-content/uploads/cat.jpg"));
  CHECK_FALSE(denied("/blog/index.php"));

  CHECK(config.health == "/.outrider/health");
  CHECK(config.access_log.to == "stdout");
  CHECK(config.access_log.json);
  CHECK(config.error_log.level == log::Level::info);
  REQUIRE(config.admin.addresses.size() == 1);
  CHECK(config.admin.addresses[0].text() == "unix:/run/outrider/admin.sock");
}

TEST_CASE("what is not written has the structs' defaults") {
  const Folder folder;
  const Config config = folder.read(smallest);
  const Config standard;
  CHECK(config.health.empty());
  CHECK(config.access_log.to == standard.access_log.to);
  CHECK(config.error_log.to.empty());
  CHECK(config.error_log.level == standard.error_log.level);
  CHECK(config.admin.addresses.empty());
  CHECK(config.workers == 0);
  CHECK_FALSE(config.jit);
  CHECK_FALSE(config.watch);
  CHECK(config.bucket_key.empty());
  CHECK(config.ticket_keys.empty());
  CHECK(config.cookie_keys.empty());
  CHECK(config.clients.empty());
  const Listen& listen = config.listen.at(0);
  CHECK(listen.tls.empty());
  CHECK_FALSE(listen.redirect_to_https);
  CHECK_FALSE(listen.behind);
  CHECK_FALSE(listen.proxy_protocol_from);
  CHECK_FALSE(listen.mode);
  const Route& route = config.sites.at(0).routes.at(0);
  const Route plain;
  CHECK(route.gzip == plain.gzip);
  CHECK(route.max_body_bytes == plain.max_body_bytes);
  CHECK_FALSE(route.max_age_s);
  CHECK_FALSE(route.strip_prefix);
  const auto& files = std::get<Files>(route.action);
  CHECK(files.index == Files().index);
  CHECK(files.precompressed == Files().precompressed);
  CHECK(files.fallback.empty());
}

TEST_CASE("every problem is reported, in the order of lines, and each once") {
  const Folder folder;
  CHECK(folder.problems(R"(return {
  listen = {
    { adress = "127.0.0.1:80" },
    { address = 443 },
  },
  sites = {
    ["a.example"] = { routes = { ["/"] = { files = "missing" } } },
    ["b.example"] = { routes = {
      ["/"] = { file = "www" },
      ["/x/"] = { proxy = "127.0.0.1:3000" },
      ["/y/"] = { files = "" } } },
  },
  workers = "four",
  worker = 4,
})") == std::vector<std::string>{
            "config.lua:3: listen[1]: unknown key \"adress\"; did you mean \"address\"?",
            "config.lua:4: listen[2].address: expected a string such as \"[::]:443\" or "
            "\"unix:/run/outrider/http.sock\"; found a "
            "number (443)",
            "config.lua:7: sites[\"a.example\"].routes[\"/\"].files: " + folder / "missing" + ": no such directory",
            "config.lua:9: sites[\"b.example\"].routes[\"/\"]: unknown key \"file\"; did you mean \"files\"?",
            "config.lua:10: sites[\"b.example\"].routes[\"/x/\"].proxy: \"127.0.0.1:3000\" is no URL; did you mean "
            "\"http://127.0.0.1:3000\"?",
            "config.lua:11: sites[\"b.example\"].routes[\"/y/\"].files: expected a directory; found \"\"",
            "config.lua:13: workers: expected a whole number of threads from 0 to 1024; found a string (\"four\")",
            "config.lua:14: unknown key \"worker\"; did you mean \"workers\"?",
        });
}

TEST_CASE("a key that is written twice is reported with both lines") {
  const Folder folder;
  CHECK(folder.problems(R"({
  listen = { { address = "127.0.0.1:80" } },
  sites = {
    ["*"] = { routes = {
      ["/"] = { files = "www",
                max_age = 1,
                max_age = 2 },
    } },
  },
  jit = true,
  jit = false,
})") == std::vector<std::string>{
            "config.lua:7: sites[\"*\"].routes[\"/\"]: the key \"max_age\" is written twice; the first is in line 6",
            "config.lua:11: the key \"jit\" is written twice; the first is in line 10"});
}

TEST_CASE("a configuration that is no table, or an empty one, is told what is missing") {
  const Folder folder;
  CHECK(folder.problems("\"hello\"") == only("config.lua:1: expected a table; found a string (\"hello\")"));
  CHECK(folder.problems("func") == only("config.lua:1: expected a table; found a function"));
  CHECK(folder.problems("{}") ==
        std::vector<std::string>{
            "config.lua:1: the key \"listen\" is missing; expected a table or a list of tables such as "
            "{ { address = \"[::]:80\" } }",
            "config.lua:1: there are no sites; expected sites = { [\"www.example.com\"] = { … } } or "
            "include = \"sites.d/*.lua\""});
  CHECK_THAT(folder.problems("{ \"x\", listen = {}, sites = {} }").at(0),
             Contains("[1]: expected NAME = VALUE; found a string"));
  CHECK_THAT(folder.problems("{ listen = {}, sites = {} }").at(0),
             Contains("listen: expected a table or a list of tables") && Contains("found an empty list"));
}

TEST_CASE("an unknown key without a near one lists those that there are") {
  const Folder folder;
  CHECK(
      folder.problems(
          R"({ listen = { address = "127.0.0.1:80" }, sites = {}, log = { access = { to = "off", zzzzzz = 1 } } })") ==
      only("config.lua:1: log.access: unknown key \"zzzzzz\"; expected one of to, format"));
}

TEST_CASE("included files add their sites, in the order of their names") {
  const Folder folder;
  folder.write("sites.d/b.lua", R"(return { ["b.example"] = { routes = { ["/"] = { files = "www" } } } })");
  folder.write("sites.d/a.lua", R"(return { ["a.example"] = { routes = { ["/"] = { files = "www" } } } })");
  folder.write("sites.d/notes.txt", "not read");
  folder.make_directory("sites.d/folder.lua");
  const Config config =
      folder.read(R"({ listen = { address = "127.0.0.1:80" }, include = { "sites.d/*.lua", "sites.d/a*.lua" } })");
  REQUIRE(config.sites.size() == 2);
  CHECK(config.sites[0].name == "a.example");
  CHECK(config.sites[1].name == "b.example");
  CHECK(config.sites[0].place.file == "sites.d/a.lua");
}

TEST_CASE("problems in included files carry their name") {
  const Folder folder;
  folder.write("sites.d/a.lua", "return {\n  [\"a.example\"] = { routes = { [\"/\"] = { files = \"none\" } } } }");
  folder.write("sites.d/b.lua", "broken");
  folder.write("sites.d/c.lua", "return 5");
  folder.write("sites.d/d.lua", "return { listen = {} }");
  CHECK(folder.problems(R"({ listen = { address = "127.0.0.1:80" }, include = "sites.d/*.lua" })") ==
        std::vector<std::string>{
            "sites.d/a.lua:2: [\"a.example\"].routes[\"/\"].files: " + folder / "none" + ": no such directory",
            "sites.d/b.lua:1: syntax error",
            "sites.d/c.lua:1: expected a table with a host as keys; found a number (5)",
            "sites.d/d.lua:1: [\"listen\"]: the key \"routes\" is missing; expected a table such as { [\"/\"] = { "
            "files = \"/srv/www\" } }",
        });
}

TEST_CASE("an include without matches is fine, one without its folder is not") {
  const Folder folder;
  folder.make_directory("sites.d");
  CHECK(folder.problems(R"({ listen = { address = "127.0.0.1:80" }, include = "sites.d/*.lua" })") == none);
  CHECK(folder.problems(R"({ listen = { address = "127.0.0.1:80" }, include = "nowhere/*.lua" })") ==
        only("config.lua:1: include: " + folder / "nowhere" + ": no such directory"));
  CHECK(folder.problems(R"({ listen = { address = "127.0.0.1:80" }, include = "one.lua" })") ==
        only("config.lua:1: include: " + folder / "one.lua" + ": no such file"));
}

TEST_CASE("a folder whose name has wildcards in it is no pattern") {
  const Folder folder;
  folder.make_directory("a[b]*");
  folder.write("a[b]*/sites.d/x.lua", "x");
  folder.make_directory("a[b]*/www");
  Sources sources;
  sources.glob = glob_files;
  sources.load = [](const auto&) {
    return parse_tree(R"({ ["x.example"] = { routes = { ["/"] = { files = "www" } } } })");
  };
  const Config config = config::read(
      parse_tree(R"({ listen = { address = "127.0.0.1:80" }, include = "sites.d/*.lua" })"), folder / "a[b]*", sources);
  CHECK(config.sites.size() == 1);
}

TEST_CASE("a secret is used and never printed") {
  const Folder folder;
  const auto told = folder.problems(R"(return {
  listen = {
    { address = env("HUNTER2:x") },
    { address = "127.0.0.1:81", tls = { certificate = env("hunter2.pem"), key = credential "hunter2.key" } },
    { address = "127.0.0.1:82", behind = { trusted = { env "hunter2" }, country_header = env "hunter2 x" } },
    { address = "unix:hunter2.sock" },
    { address = env "unix:hunter2.sock" },
    { address = "unix:x.sock", owner = env "hunter2", group = env "hunter2", mode = env "hunter2" },
  },
  sites = { ["*"] = { rules = env "hunter2/*.lua",
    early_hints = env "hunter2", push = env "hunter2", budget_bytes = env "hunter2", learn = env "hunter2",
    client_cookie = { name = env "hunter2=", lifetime_s = env "hunter2", except = env "hunter2" }, aliases = env "http://hunter2", routes = {
    ["/a"] = { files = env "hunter2" },
    ["/b"] = { proxy = env "hunter2" },
    ["/c"] = { proxy = { servers = { env "https://hunter2", env "http://hunter2@x" } } },
    ["/d"] = { fastcgi = env "hunter2", root = env "hunter2", index = env "hunter2", deny = env "hunter2" },
    ["/e"] = { redirect = env "hunter2" },
    ["/f"] = { redirect = { to = env "/hunter2 x", status = env "hunter2" } },
    ["/g"] = { files = "www", fallback = env "hunter2", index = env "hunter2/", error_page = { [404] = env "hunter2" }, deny = env "/{hunter2" },
    ["/h"] = { proxy = { servers = { env "http://hunter2", env "http://hunter2" } } },
  } }, ["a.example"] = { aliases = { env "x.hunter2", env "x.hunter2" }, routes = { ["/"] = { files = "www" } } } },
  health = env "hunter2", workers = env "hunter2", jit = env "hunter2", data_dirs = env "hunter2", bucket_key = env "hunter2",
  cookie_keys = { env "hunter2" }, clients = env "hunter2",
  log = { access = { to = env "hunter2/x", format = env "hunter2" }, error = { to = env "hunter2/x", level = env "hunter2" } },
  admin = { address = env "hunter2", mode = env "hunter2", group = env "hunter2" },
  include = { env "hunter2", env "hunter2/*" },
})");
  CHECK(told.size() == 51);
  for (const std::string& text : told) {
    INFO(text);
    CHECK(text.find("hunter2") == std::string::npos);
    CHECK(text.find("HUNTER2") == std::string::npos);
    CHECK(text.find("***") != std::string::npos);
  }
  const Config config =
      folder.read(R"({ listen = { address = env "127.0.0.1:8080" }, workers = env "4", jit = env "true",
    sites = { ["*"] = { routes = { ["/"] = { proxy = env "http://10.0.0.1:99" } } } } })");
  CHECK(config.listen[0].address.port() == 8080);
  CHECK(config.workers == 4);
  CHECK(config.jit);
  const auto& server = std::get<Proxy>(config.sites[0].routes[0].action).upstream.servers.at(0);
  CHECK(server.port == 99);
  CHECK(server.text == "***");
}

TEST_CASE("strings with control characters are refused") {
  const Folder folder;
  CHECK_THAT(folder.route_problems("{ files = \"www\\0x\" }").at(0),
             Contains("files: expected a string") && Contains("found a control character (0x00) in it"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", headers = { x = \"a\\nb\" } }").at(0),
             Contains("control character (0x0a)"));
  CHECK_THAT(folder.route_problems("{ files = \"www\" }", "/a\\nb").at(0), Contains("has no control characters"));
}

TEST_CASE("run --files needs no configuration") {
  const Folder folder;
  folder.make_directory("rules");
  const Config config =
      for_files(folder / "www/", {folder / "c.pem", folder / "k.pem", {}}, 8443, {folder / "rules/*.lua"});
  REQUIRE(config.listen.size() == 1);
  CHECK(config.listen[0].address.text() == "127.0.0.1:8443");
  CHECK(config.listen[0].tls.at(0).key == folder / "k.pem");
  REQUIRE(config.sites.size() == 1);
  CHECK(config.sites[0].name == "*");
  CHECK(config.sites[0].rules == std::vector<std::string>{folder / "rules/*.lua"});
  CHECK(config.sites[0].routes.at(0).prefix == "/");
  CHECK(std::get<Files>(config.sites[0].routes[0].action).root == folder / "www");
  CHECK(config.access_log.to == "stdout");
  CHECK_FALSE(config.access_log.json);
  CHECK(config.watch);
  CHECK_THROWS_WITH(
      for_files(folder / "none", {}, 0, {folder / "nowhere/*.lua"}),
      "--files: " + folder / "none" + ": no such directory\n--rules: " + folder / "nowhere" + ": no such directory");
}

TEST_CASE("where the server can be asked is read whatever is wrong with the rest") {
  const auto read = [](const char* source) {
    Sources sources;
    sources.serves = false;
    return read_admin(parse_tree(source), "/etc/outrider", sources);
  };
  const Admin admin = read(R"(return {
  listen = { { address = "nonsense", tls = { certificate = "none.pem", key = "none.key" } } },
  admin = { address = { "unix:/run/a.sock", "127.0.0.1:9145" }, token_file = "none" },
  unknown = 1,
})");
  REQUIRE(admin.addresses.size() == 2);
  CHECK(admin.addresses[0].text() == "unix:/run/a.sock");
  CHECK(admin.token_file == "/etc/outrider/none");
  CHECK(read("return {}").addresses.empty());
  CHECK_THROWS_WITH(read("return { admin = { adress = \"unix:/run/a.sock\" } }"),
                    Contains("did you mean \"address\"?"));
  CHECK_THROWS_WITH(read("return { admin = 1 }"), Contains("expected a table"));
}
