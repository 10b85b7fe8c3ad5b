// SPDX-License-Identifier: MIT
#include "app/load/load.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "loaded_world.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const char* const good_rule = "rule { name = 'home', path = '/', hints = { '/a.css' } }\n";
const char* const bad_rule = "\nrule { name = 'home', path = '/', hints = { '/a.css' }, finall = true }\n";

}  // namespace

TEST_CASE("load: what a server serves with") {
  LoadedWorld world;
  world.write("rules/a.lua", good_rule);
  world.options.workers = 3;
  const Loaded loaded = world.load();
  CHECK(loaded.rules == 1);
  CHECK(loaded.digest == loaded.sources->digest());
  CHECK(loaded.admin_token.empty());
  REQUIRE(loaded.tls.size() == 1);
  CHECK(loaded.tls[0] == nullptr);
  REQUIRE(loaded.workers.size() == 3);
  for (const auto& worker : loaded.workers) {
    CHECK(worker->digest == loaded.digest);
    CHECK(worker->sets == loaded.workers[0]->sets);
    CHECK(worker->bucket_key == world.keys.bucket);
    CHECK(worker->cookie_keys == push::CookieKeys{world.keys.cookie});
    CHECK(worker->watch != nullptr);
  }
  CHECK(loaded.workers[0]->watch != loaded.workers[1]->watch);
  CHECK(loaded.workers[0]->functions != loaded.workers[1]->functions);

  world.options.workers = 0;
  world.configure("workers = 2,");
  CHECK(world.load().workers.size() == 2);
}

TEST_CASE("load: certificates, keys, token and rules that are wrong are reported together") {
  LoadedWorld world;
  world.write("rules/a.lua", bad_rule);
  world.write("a.pem", "no certificate");
  world.write("a.key", "no key");
  world.write("bucket", "short");
  world.write("cookie", "0123456789abcdef");
  world.write("cookie-before", std::string(17, 'x'));
  world.write("token", "short");
  ::chmod(world.path("token").c_str(), 0600);
  world.write("tickets", "short");
  world.configure(
      "bucket_key = 'bucket', ticket_keys = { 'tickets' }, cookie_keys = { 'cookie', 'cookie-before' },\n"
      "admin = { address = '127.0.0.1:0', token_file = 'token' },\n",
      LoadedWorld::tls_listener("a"));
  const std::vector<std::string> problems = world.problems();
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(problems));
  REQUIRE(problems.size() == 6);
  CHECK_THAT(problems[0], StartsWith("ticket_keys: ") && Contains("tickets"));
  CHECK_THAT(problems[1], StartsWith("config.lua:1: ") && Contains("a.pem"));
  CHECK_THAT(problems[2], Contains("the bucket key bucket: expected 32 hex digits or 16 bytes, found 5 bytes"));
  CHECK_THAT(problems[3], Contains("the cookie key cookie-before: expected 32 hex digits or 16 bytes, found 17 bytes"));
  CHECK_THAT(problems[4], Contains("the admin token token: expected one line of 16 to 512"));
  CHECK_THAT(problems[5], StartsWith("rules/a.lua:2: rule \"home\": unknown key \"finall\""));
  CHECK(world.problems() == problems);  // the same words each time, whoever asks
}

TEST_CASE("load: a file that is not there hides nothing else that is wrong, and is told of once") {
  LoadedWorld world;
  world.write("rules/a.lua", bad_rule);
  world.write("a.pem", "no certificate");
  world.write("cookie", "short");
  const std::string pairs = "{ certificate = 'a.pem', key = 'none.key' }, { certificate = 'a.pem', key = 'a.pem' }";
  world.configure("cookie_keys = { 'cookie', 'none' },", "{ address = \"127.0.0.1:0\", tls = { " + pairs + " } }");
  std::vector<std::string> problems = world.problems();
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(problems));
  REQUIRE(problems.size() == 5);
  CHECK_THAT(problems[0], StartsWith("config.lua:1: ") && Contains("none.key: no such file"));
  CHECK_THAT(problems[1], StartsWith("config.lua:3: ") && Contains("none: no such file"));
  CHECK_THAT(problems[2], StartsWith("config.lua:1: ") && Contains("certificate a.pem: "));
  CHECK_THAT(problems[3], Contains("cookie: expected 32 hex digits"));
  CHECK_THAT(problems[4], StartsWith("rules/a.lua:2: "));

  // Where it is not even known which file is meant, what is wrong in the configuration is all that is told of it.
  world.configure("admin = { address = '127.0.0.1:0', token_file = credential('none') },",
                  LoadedWorld::tls_listener("a"));
  problems = world.problems();
  REQUIRE(problems.size() == 2);
  CHECK_THAT(problems[0], StartsWith("config.lua:3: ") && Contains("credential(\"none\")"));
  CHECK_THAT(problems[1], StartsWith("rules/a.lua:2: "));
}

TEST_CASE("load: a configuration that is broken tells all that is wrong with it") {
  LoadedWorld world;
  world.write("rules/a.lua", bad_rule);
  world.configure("helth = '/x', workers = -1,");
  const std::vector<std::string> problems = world.problems();
  REQUIRE(problems.size() == 2);
  for (const std::string& problem : problems) CHECK_THAT(problem, StartsWith("config.lua:3: "));
  world.write("config.lua", "return {");
  CHECK_THAT(world.problems().at(0), StartsWith("config.lua:1: "));
  world.remove("config.lua");
  CHECK_THAT(world.problems().at(0), StartsWith("config.lua: "));
}

TEST_CASE("load: a failing test beside the rules refuses them, unless tests are skipped") {
  LoadedWorld world;
  world.write("rules/a.lua", good_rule);
  world.write("rules/a.test.lua", "expect(request { path = '/' }).hints { '/other.css' }\n");
  REQUIRE(world.problems().size() == 1);
  CHECK_THAT(world.problems()[0], StartsWith("rules/a.test.lua:1: "));
  world.options.run_tests = false;
  CHECK(world.problems().empty());
}

TEST_CASE("load: keys come from their files") {
  LoadedWorld world;
  world.write("bucket", "000102030405060708090a0b0c0d0e0f\n");
  world.write("token", "0123456789abcdef\n");
  ::chmod(world.path("token").c_str(), 0600);
  world.configure("bucket_key = 'bucket', admin = { address = '127.0.0.1:0', token_file = 'token' },");
  const Loaded loaded = world.load();
  CHECK(loaded.workers[0]->bucket_key[15] == 15);
  CHECK(loaded.admin_token == "0123456789abcdef");
  // Nothing of a secret is among the sources, which are kept on disk.
  for (const auto& [file, answer] : loaded.sources->answers().files) {
    CHECK(file.filename() != "token");
    CHECK(file.filename() != "bucket");
  }
  // Missing files are found while the configuration is read, with the line that names them.
  world.remove("bucket");
  world.remove("token");
  CHECK(world.problems().size() == 2);
}

TEST_CASE("load: cookie keys come from their files, the current one first, and are rotated by loading again") {
  LoadedWorld world;
  world.options.workers = 2;
  world.write("one", std::string(32, '1') + "\n");
  world.write("two", std::string(16, '2'));
  const auto key = [](std::uint8_t byte) {
    SecretKey made;
    made.fill(byte);
    return made;
  };
  world.configure("cookie_keys = { 'one', 'two' },");
  const Loaded loaded = world.load();
  for (const auto& worker : loaded.workers) CHECK(worker->cookie_keys == push::CookieKeys{key(0x11), key('2')});
  for (const auto& [file, answer] : loaded.sources->answers().files) {
    CHECK(file.filename() != "one");
    CHECK(file.filename() != "two");
  }
  world.write("three", std::string(16, '3'));
  world.configure("cookie_keys = { 'three', 'one' },");
  CHECK(world.load().workers[1]->cookie_keys == push::CookieKeys{key('3'), key(0x11)});
  // Another key in the same file is another key, although no source has changed.
  world.write("three", std::string(16, '4'));
  CHECK(world.load().workers[0]->cookie_keys[0] == key('4'));
  world.configure("");
  CHECK(world.load().workers[0]->cookie_keys == push::CookieKeys{world.keys.cookie});
}

TEST_CASE("load: a rollback goes on with the keys that run where their files are gone") {
  LoadedWorld world;
  world.write("one", std::string(32, '1'));
  world.write("two", std::string(32, '2'));
  world.configure("cookie_keys = { 'one', 'two' },");
  script::SourceLog sources;
  const Loaded running = world.load(sources);
  world.remove("two");
  CHECK_THAT(world.problems().at(0), Contains("two: no such file"));
  world.options.config = running.config;
  world.options.sources = running.sources;
  // Without being told to forgive it is an error here too.
  CHECK_THAT(world.problems().at(0), Contains("cookie key two: no such file"));
  world.options.forgives_keys = true;
  const push::CookieKeys others{random_key(), random_key()};
  world.options.running_cookie_keys = others;
  CHECK(world.load().workers[0]->cookie_keys == others);
  // At a start nothing runs: what can be read signs, or else what nobody shares.
  world.options.running_cookie_keys.clear();
  CHECK(world.load().workers[0]->cookie_keys == push::CookieKeys{running.workers[0]->cookie_keys[0]});
  world.remove("one");
  CHECK(world.load().workers[0]->cookie_keys == push::CookieKeys{world.keys.cookie});
}

TEST_CASE("load: from a snapshot, with the files gone") {
  LoadedWorld world;
  world.write("rules/a.lua", good_rule);
  script::SourceLog sources;
  const Loaded loaded = world.load(sources);
  world.remove("config.lua");
  world.remove("rules");
  world.remove("www");
  CHECK_FALSE(world.problems().empty());
  script::SourceLog replay(loaded.sources);
  const Loaded again = world.load(replay);
  CHECK(again.digest == loaded.digest);
  CHECK(again.rules == 1);
  CHECK(*again.config == *loaded.config);
  CHECK(again.sources->differs_from_disk());
}

TEST_CASE("load: a rollback goes on with the certificates that run where they cannot be read any more") {
  LoadedWorld world;
  world.make_certificate("a");
  world.configure("", LoadedWorld::tls_listener("a"));
  world.write("rules/a.lua", good_rule);
  script::SourceLog sources;
  const Loaded running = world.load(sources);
  REQUIRE(running.tls.at(0) != nullptr);
  CHECK(world.load().tls[0]->fingerprint() == running.tls[0]->fingerprint());

  world.write("a.pem", "broken");
  CHECK_THAT(world.problems().at(0), Contains("a.pem"));
  world.options.running_config = running.config;
  world.options.running_tls = running.tls;
  script::SourceLog replay(running.sources);
  CHECK(world.load(replay).tls == running.tls);
  world.remove("a.pem");
  script::SourceLog once_more(running.sources);
  CHECK(world.load(once_more).tls == running.tls);
  world.write("a.pem", "broken");

  // Not if they are for other listeners.
  world.make_certificate("b");
  world.write("b.key", "broken");
  world.configure("", LoadedWorld::tls_listener("b"));
  CHECK_THAT(world.problems().at(0), Contains("b.key"));
  world.configure("", LoadedWorld::tls_listener("a") + ", " + LoadedWorld::tls_listener("b"));
  CHECK(world.problems().size() == 2);
}

TEST_CASE("load: every file that a certificate's reload would read is known, once") {
  config::Config config;
  config.ticket_keys = {"/t"};
  config.listen.resize(3);
  config.listen[0].tls = {{"/b.pem", "/b.key", {}}, {"/a.pem", "/a.key", {}}};
  config.listen[2].tls = {{"/b.pem", "/b.key", {}}};
  CHECK(tls_files(config) == std::vector<std::filesystem::path>{"/a.key", "/a.pem", "/b.key", "/b.pem", "/t"});
}

TEST_CASE("load: a server makes what is self-signed, for all its hosts, and nobody else does") {
  LoadedWorld world;
  world.configure("", "{ address = '127.0.0.1:0', tls = { self_signed = true } }");
  world.command.state_dir = world.path("state");
  CHECK(world.load().tls.front() == nullptr);
  CHECK_FALSE(std::filesystem::exists(world.path("state")));

  world.options.self_signed = SelfSigned::made;
  const Loaded loaded = world.load();
  REQUIRE(loaded.tls.front() != nullptr);
  CHECK(loaded.tls.front()->names() == std::vector<std::string>{"localhost"});
  CHECK(makes_certificates(*loaded.config));
  CHECK(tls_files(*loaded.config) == std::vector<std::filesystem::path>{world.path("state/self-signed-certificate.pem"),
                                                                        world.path("state/self-signed-key.pem")});
  world.options.self_signed = SelfSigned::looked_at;
  CHECK(world.load().tls.front()->fingerprint() == loaded.tls.front()->fingerprint());
}

TEST_CASE("load: a directory without a configuration") {
  LoadedWorld world;
  world.command.config = default_config;
  world.command.files = world.path("none");
  CHECK_THAT(world.problems().at(0), Contains("expected a directory, found nothing"));
}
