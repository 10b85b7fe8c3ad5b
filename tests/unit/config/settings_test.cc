// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "config/schema.h"
#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;

namespace {

std::string with(const std::string& settings) {
  return "{ listen = { address = \"127.0.0.1:80\" }, sites = {},\n" + settings + " }";
}

}  // namespace

TEST_CASE("logs go to standard streams or files") {
  const Folder folder;
  folder.make_directory("log");
  const Config files = folder.read(
      with(R"(log = { access = { to = "log/access.log" }, error = { to = "log/error.log", level = "debug" } })"));
  CHECK(files.access_log.to == folder / "log/access.log");
  CHECK_FALSE(files.access_log.json);
  CHECK(files.error_log.to == folder / "log/error.log");
  CHECK(files.error_log.level == log::Level::debug);
  CHECK(
      folder
          .read(with(
              R"(log = { access = { to = "off", format = "combined" }, error = { to = "stderr", level = "error" } })"))
          .error_log.to.empty());
  CHECK(folder.read(with(R"(log = {})")).access_log.to == "off");

  const auto problem = [&](const std::string& log) { return folder.problems(with("log = " + log)); };
  CHECK(problem("{ access = { to = \"stdot\" } }") ==
        only("config.lua:2: log.access.to: \"stdot\" is no file's path; did you mean \"stdout\"?"));
  CHECK(problem("{ access = { to = \"nowhere/x.log\" } }") ==
        only("config.lua:2: log.access.to: " + folder / "nowhere" + ": no such directory"));
  CHECK_THAT(problem("{ access = { to = \"log\" } }").at(0), Contains("is a directory; expected a file"));
  CHECK_THAT(problem("{ access = {} }").at(0), Contains("the key \"to\" is missing"));
  CHECK_THAT(problem("{ access = { to = \"\" } }").at(0),
             Contains("expected \"stdout\", \"stderr\", \"off\" or a file; found \"\""));
  CHECK_THAT(problem("{ access = { to = \"stdout\", format = \"xml\" } }").at(0),
             Contains("expected \"combined\" or \"json\"; found a string (\"xml\")"));
  CHECK_THAT(problem("{ error = { level = \"warn\" } }").at(0),
             Contains("expected \"debug\", \"info\", \"warning\" or \"error\""));
  CHECK_THAT(problem("{ error = { to = \"stdout\" } }").at(0), Contains("expected \"stderr\" or a file"));
  CHECK_THAT(problem("{ error = { to = \"sterr\" } }").at(0), Contains("did you mean \"stderr\"?"));
}

TEST_CASE("the admin plane is on a unix socket, and on TCP where there is a token") {
  const Folder folder;
  const Config config =
      folder.read(with("admin = { address = \"unix:admin.sock\", mode = \"0600\", group = \"root\" }"));
  REQUIRE(config.admin.addresses.size() == 1);
  CHECK(config.admin.addresses[0].text() == "unix:" + folder / "admin.sock");
  CHECK(config.admin.mode == 0600);
  CHECK(config.admin.group == "root");
  CHECK(folder.read(with("admin = { address = \"unix:x\" }")).admin.mode == Admin().mode);
  CHECK(folder.problems(with("admin = { address = \"127.0.0.1:9\" }")) ==
        only("config.lua:2: admin.address: whoever can connect to \"127.0.0.1:9\" could command the server; expected a "
             "unix socket such as \"unix:/run/outrider/admin.sock\", or a token_file (a long random word in a file) "
             "beside it"));
  folder.write("token", "x");
  const Config both =
      folder.read(with("admin = { address = { \"unix:x\", \"127.0.0.1:9\" }, token_file = \"token\" }"));
  REQUIRE(both.admin.addresses.size() == 2);
  CHECK(both.admin.addresses[1].text() == "127.0.0.1:9");
  CHECK(both.admin.token_file == folder / "token");
  CHECK_THAT(folder.problems(with("admin = { address = \"unix:x\", token_file = \"none\" }")).at(0),
             Contains("admin.token_file"));
  CHECK_THAT(folder.problems(with("admin = {}")).at(0), Contains("the key \"address\" is missing"));
}

TEST_CASE("limits have the structs' defaults and each its own key") {
  const Folder folder;
  const Limits standard;
  const Limits empty = folder.read(with("limits = {}")).limits;
  CHECK(empty == standard);
  const Limits all =
      folder
          .read(with(
              R"(limits = { pushes_per_connection = 1, idle_timeout_ms = 2, request_timeout_ms = 3, handshake_timeout_ms = 4,
    shutdown_timeout_ms = 5, drain_delay_ms = 10, drain_timeout_ms = 11, resets_per_10s = 6, frames_per_10s = 100, header_bytes = 5000, header_fields = 12,
    rule_cpu_ms = 7, rule_memory_bytes = 2000000, rule_pattern_steps = 9000 })"))
          .limits;
  CHECK(all.pushes_per_connection == 1);
  CHECK(all.idle_timeout_ms == 2);
  CHECK(all.request_timeout_ms == 3);
  CHECK(all.handshake_timeout_ms == 4);
  CHECK(all.shutdown_timeout_ms == 5);
  CHECK(all.drain_delay_ms == 10);
  CHECK(all.drain_timeout_ms == 11);
  CHECK(all.resets_per_10s == 6);
  CHECK(all.frames_per_10s == 100);
  CHECK(all.header_bytes == 5'000);
  CHECK(all.header_fields == 12);
  CHECK(all.rule_cpu_ms == 7);
  CHECK(all.rule_memory_bytes == 2'000'000);
  CHECK(all.rule_pattern_steps == 9000);
  const Limits nested =
      folder.read(with("limits = { failing_rules = { percent = 1, window_s = 2, minimum = 3, visitors = 4 } }")).limits;
  CHECK(nested.failing_rules == FailingRules{1, 2, 3, 4});
  CHECK(folder.read(with("limits = { failing_rules = {} }")).limits == standard);
  CHECK_THAT(folder.problems(with("limits = { failing_rules = { visitors = 100 } }")).at(0),
             Contains("limits.failing_rules.visitors: expected a whole number of visitors from 1 to 32"));
  CHECK_THAT(folder.problems(with("limits = { rule_cpu_ms = 0 }")).at(0),
             Contains("limits.rule_cpu_ms: expected a whole number of ms from 1 to 1000; found a number (0)"));
  CHECK(folder.problems(with("limits = { idle_timeout_ms = 1e300 }")).size() == 1);
  CHECK_THAT(folder.problems(with("limits = { idle_timeout = 1 }")).at(0),
             Contains("did you mean \"idle_timeout_ms\"?"));
}

TEST_CASE("the keys that stand alone") {
  const Folder folder;
  folder.make_directory("data");
  folder.write("bucket.key");
  const Config config = folder.read(with(
      R"(user = "root", workers = 3, jit = true, watch = true, data_dirs = { "data", "www" }, bucket_key = "bucket.key", health = "/h")"));
  CHECK(config.user == "root");
  CHECK(config.workers == 3);
  CHECK(config.jit);
  CHECK(config.watch);
  CHECK(config.data_dirs == std::vector<std::filesystem::path>{folder / "data", folder / "www"});
  CHECK(config.bucket_key == folder / "bucket.key");
  CHECK(config.health == "/h");
  CHECK(folder.problems(with("user = \"nobody-at-all\"")) ==
        only("config.lua:2: user: there is no user \"nobody-at-all\"; expected the name of a user of this system"));
  CHECK_THAT(folder.problems(with("data_dirs = \"none\"")).at(0),
             Contains("data_dirs: " + folder / "none" + ": no such directory"));
  CHECK_THAT(folder.problems(with("bucket_key = \"none\"")).at(0), Contains("no such file"));
  CHECK_THAT(folder.problems(with("health = \"h\"")).at(0), Contains("the health path begins with \"/\"; found \"h\""));
  CHECK_THAT(folder.problems(with("health = func")).at(0), Contains("found a function"));
}

namespace {

void check_group(const schema::Group& group) {
  CHECK_FALSE(group.sentence.empty());
  for (const schema::Key& key : group.keys) {
    INFO(group.name << "." << key.name);
    CHECK(key.sentence.size() > 5);
    CHECK(key.sentence.back() == '.');
    CHECK(key.expected().size() > 5);
    if (key.type == schema::Type::integer) {
      CHECK(key.least < key.most);
      const auto* standard = std::get_if<std::int64_t>(&key.standard);
      CHECK((!standard || (*standard >= key.least && *standard <= key.most)));
      // A number in milliseconds, bytes … says so in its name, as the house style wants.
      const bool named = key.unit != "ms" || key.name.ends_with("_ms");
      CHECK(named);
      CHECK((key.unit != "bytes" || key.name.ends_with("_bytes")));
    }
    using schema::Type;
    const bool on_or_off =
        key.type == Type::boolean || key.type == Type::boolean_or_strings || key.type == Type::boolean_or_table;
    CHECK(on_or_off == std::holds_alternative<bool>(key.standard));
    CHECK((key.type != Type::boolean_or_table || key.group));
    CHECK((key.type == schema::Type::choice) == !key.choices.empty());
    CHECK_FALSE((key.required && !std::holds_alternative<std::monostate>(key.standard)));
    if (key.group) check_group(*key.group);
  }
}

}  // namespace

TEST_CASE("the table of keys is complete: sentences, defaults within range, units in names") {
  check_group(schema::configuration);
  check_group(schema::upstream);
}

TEST_CASE("how generations follow each other is configured, with the structs' defaults") {
  const Folder folder;
  CHECK(folder.read(with("reload = {}")).reload == Reload());
  const Reload reload =
      folder
          .read(with("reload = { keep_generations = 3, test_timeout_ms = 500, rollback = { failures_percent = 0, "
                     "assets_percent = 50, window_s = 10, minimum = 7, visitors = 3 } }"))
          .reload;
  CHECK(reload == Reload{3, 500, Rollback{0, 50, 10, 7, 3}});
  CHECK_THAT(folder.problems(with("reload = { rollback = { failures_percent = 101 } }")).at(0),
             Contains("reload.rollback.failures_percent"));
}

TEST_CASE("ticket keys are files, the current one first") {
  const Folder folder;
  folder.write("a.key", "x");
  folder.write("b.key", "x");
  const Config config = folder.read(with("ticket_keys = { \"a.key\", \"b.key\" }"));
  CHECK(config.ticket_keys == std::vector<std::filesystem::path>{folder / "a.key", folder / "b.key"});
  CHECK_THAT(folder.problems(with("ticket_keys = \"none.key\"")).at(0), Contains("ticket_keys"));
}
