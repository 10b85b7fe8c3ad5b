// SPDX-License-Identifier: MIT
// Parts of src/app that need one or two checks each.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "app/load/development.h"
#include "app/load/rules_options.h"
#include "app/load/secret_key.h"
#include "app/process/heartbeat.h"
#include "app/process/spawn.h"
#include "app/worker/worker_observer.h"
#include "base/random.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;

TEST_CASE("a key of bucket() or of client cookies is 32 hex digits or 16 bytes") {
  const TemporaryFolder folder;
  const std::string file = folder.file("key");
  write_file(file, "000102030405060708090a0b0c0d0e0F\n");
  const auto hex = read_secret_key(file, "cookie key");
  REQUIRE(hex);
  CHECK((*hex)[1] == 1);
  CHECK((*hex)[15] == 15);
  write_file(file, std::string(16, '\x7f'));
  CHECK((*read_secret_key(file, "cookie key"))[0] == 0x7f);
  for (const std::string& wrong : {std::string("short"), std::string(32, 'g'), std::string(33, 'a')}) {
    write_file(file, wrong);
    const auto key = read_secret_key(file, "cookie key");
    REQUIRE_FALSE(key);
    CHECK(key.error().message == "the cookie key " + file + ": expected 32 hex digits or 16 bytes, found " +
                                     std::to_string(wrong.size()) + " bytes; make one with \"openssl rand -hex 16\"");
  }
  write_file(file, "");
  CHECK(read_secret_key(file, "cookie key").error().message.find("cookie key " + file + ": the file is empty") !=
        std::string::npos);
  CHECK(read_secret_key(folder.file("missing"), "cookie key").error().message.find("no such file") !=
        std::string::npos);
  CHECK(random_key() != random_key());
}

TEST_CASE("the heartbeat's patience can be shortened, but not to nonsense") {
  const auto with = [](const char* text) {
    ::setenv("OUTRIDER_HEARTBEAT_MS", text, 1);
    const auto timeout = heartbeat_timeout();
    ::unsetenv("OUTRIDER_HEARTBEAT_MS");
    return timeout.count();
  };
  CHECK(heartbeat_timeout() == heartbeat_patience);
  CHECK(with("800") == 800);
  for (const char* nonsense : {"", "0", "-5", "499", "1000ms", "x"})
    CHECK(with(nonsense) == heartbeat_patience.count());
}

TEST_CASE("the end of a process in words") {
  CHECK(describe_end(SIGSEGV) == "died by signal 11 (SIGSEGV)");
  CHECK(describe_end(3 << 8) == "exited with 3");
}

TEST_CASE("the development certificate lives in the user's state folder") {
  const char* before = std::getenv("XDG_STATE_HOME");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("XDG_STATE_HOME", "/somewhere", 1);
  CHECK(state_folder() == "/somewhere/outrider");
  ::setenv("XDG_STATE_HOME", "relative", 1);
  CHECK(state_folder().is_absolute());
  CHECK(state_folder().string().find(".local/state/outrider") != std::string::npos);
  if (before != nullptr) ::setenv("XDG_STATE_HOME", kept.c_str(), 1);
  if (before == nullptr) ::unsetenv("XDG_STATE_HOME");
}

TEST_CASE("a directory that is missing is named") {
  RunCommand command;
  command.files = "/no/such/directory";
  CHECK_THROWS_WITH(development_config(command), "--files /no/such/directory: expected a directory, found nothing");
}

TEST_CASE("rules may read the directories that are served and those that are configured") {
  config::Config config;
  config.data_dirs = {"/data"};
  config.limits.rule_cpu_ms = 7;
  config.sites.resize(2);
  config.sites[0].name = "a.example";
  config.sites[0].rules = {"/rules/*.lua"};
  config::Route files, php, proxy;
  files.action = config::Files{"/srv/www", {}, "", true};
  php.action = config::FastCgi{{}, "/srv/blog", "/index.php"};
  proxy.action = config::Proxy{};
  config.sites[0].routes = {files, proxy, files};
  config.sites[1].routes = {php};
  const script::RulesOptions options = rules_options(config, true);
  REQUIRE(options.sets.size() == 2);
  CHECK(options.sets[0].site == "a.example");
  CHECK(options.sets[1].globs.empty());
  CHECK(options.data_dirs == std::vector<std::filesystem::path>{"/data", "/srv/www", "/srv/blog"});
  CHECK(options.limits.cpu_time == std::chrono::milliseconds(7));
  CHECK(options.run_tests);
  CHECK_FALSE(rules_options(config, false).run_tests);
  CHECK(options.test_timeout == std::chrono::milliseconds(config.reload.test_timeout_ms));
}

TEST_CASE("a delivery in the debug log") {
  push::RequestRecord record;
  record.method = "GET";
  record.target = "/page";
  CHECK(delivery_line(record, {"/app.css", "home", push::How::push, push::Reason::sent}) ==
        "GET /page: push /app.css (rule \"home\"): sent");
  CHECK(delivery_line(record, {"/a\nb", "application", push::How::link, push::Reason::not_navigation}) ==
        "GET /page: link /a\\x0ab (application): not_navigation");
}
