// SPDX-License-Identifier: MIT
// SIGUSR2, with the test program as the new binary.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "app/process/handover.h"
#include "app/process/supervisor.h"
#include "played_server.h"

using namespace outrider;
using namespace outrider::app;
using std::chrono::milliseconds;

namespace {

std::string program(const TemporaryFolder& folder, const std::string& body) {
  const std::string path = folder.file("new");
  write_file(path, "#!/bin/sh\n" + body + "\n");
  ::chmod(path.c_str(), 0755);
  return path;
}

/// The old server goes on, is asked nothing, and ends as it should.
void still_serves(Scene& scene) {
  CHECK(scene.diary().find("retire") == std::string::npos);
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

}  // namespace

TEST_CASE("SIGUSR2: the same process, the same port, and the old server retires when the new one is ready") {
  Scene scene("serves");
  const std::string port = scene.port(1);
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.diary_gets("kept memo of 1\nport " + port + "\nready"));
  REQUIRE(scene.diary_gets("retire"));
  // Both live: the logs of both are reopened, and only the new one reloads.
  scene.signal(SIGUSR1);
  CHECK(scene.diary_gets("usr1", 2));
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  std::this_thread::sleep_for(milliseconds(200));
  CHECK_FALSE(scene.diary().find("hup") != scene.diary().rfind("hup"));
  scene.finish();
  CHECK(scene.log_gets("has finished what was open"));

  SECTION("and again") {
    scene.signal(SIGUSR2);
    CHECK(scene.diary_gets("kept memo of 2\nport " + port + "\nready"));
    CHECK(scene.diary_gets("retire", 2));
    CHECK(scene.log_gets("has finished what was open", 2));
  }
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
  CHECK(scene.log().find("died by") == std::string::npos);
}

TEST_CASE("SIGTERM while the old server drains ends both") {
  Scene scene("serves");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.diary_gets("retire"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
  CHECK(scene.diary().find("alone") == std::string::npos);
}

TEST_CASE("SIGTERM while the new server starts ends both") {
  Scene scene("second hangs");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.diary_gets("start", 2));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("a program that cannot take over changes nothing") {
  const TemporaryFolder folder;
  std::string binary, said;
  SECTION("it fails at once") {
    binary = program(folder, "exit 1");
    said = "refuses: exit code 1 of --handover-version";
  }
  SECTION("it hands over in another way") {
    binary = program(folder, "echo 999");
    said = "takes over in format \"999\"";
  }
  SECTION("it says nothing of use") {
    binary = program(folder, "exit 0");
    said = "takes over in format \"\"";
  }
  SECTION("it refuses the configuration") {
    binary = program(folder, "[ \"$1\" = --handover-version ] && echo " + std::to_string(Handover::version) +
                                 " && exit 0\n[ \"$1\" = played-check ] && exit 7\nexit 9");
    said = "refuses: exit code 7;";
  }
  SECTION("it dies") {
    binary = program(folder, "kill -SEGV $$");
    said = "died by signal 11 (SIGSEGV)";
  }
  SECTION("it is not there") {
    binary = folder.file("missing");
    said = "refuses: exit code 127";
  }
  Scene scene("serves", binary);
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  CHECK(scene.log_gets("the new binary " + binary + " " + said));
  CHECK(scene.log_gets("nothing was changed"));
  still_serves(scene);
  CHECK(scene.diary().find("start") == scene.diary().rfind("start"));
}

TEST_CASE("a program that passes its trial and cannot be executed then changes nothing") {
  const TemporaryFolder folder;
  const std::string binary =
      program(folder, "[ \"$1\" = --handover-version ] && echo " + std::to_string(Handover::version) + " || rm \"$0\"");
  Scene scene("serves", binary);
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  CHECK(scene.log_gets("cannot execute " + binary + ": No such file or directory; nothing was changed"));
  still_serves(scene);
}

TEST_CASE("a wish that comes while a trial goes on is granted after it") {
  const TemporaryFolder folder;
  Scene scene("serves", program(folder, "echo \"tried\" >>" + folder.file("trials") + "; sleep 0.5; exit 3"));
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.log_gets("trying"));
  scene.signal(SIGUSR2);
  CHECK(scene.log_gets("is tried as soon as the upgrade that is going on has ended"));
  CHECK(scene.log_gets("refuses: exit code 3", 2));
  CHECK(read_file(folder.file("trials")) == "tried\ntried\n");
  still_serves(scene);
}

TEST_CASE("SIGTERM ends a trial, and one that waits for its end") {
  const TemporaryFolder folder;
  Scene scene("serves", program(folder, "sleep 20"));
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.log_gets("trying"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.log_gets("has ended"));
  const auto begun = std::chrono::steady_clock::now();
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("a new server that refuses leaves the old one in its place, and another upgrade can follow") {
  Scene scene("second refuses");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  CHECK(scene.log_gets("the upgrade has failed: server process"));
  CHECK(scene.log_gets("exited with 1; server process"));
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  CHECK(scene.diary().find("retire") == std::string::npos);
  scene.signal(SIGUSR2);
  CHECK(scene.diary_gets("start", 3));
  CHECK(scene.diary_gets("retire"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("a new server that is never ready is ended, and the old one stays") {
  Scene scene("second hangs");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  CHECK(scene.log_gets("has not become ready in time; server process"));
  CHECK(scene.log_gets("has ended"));
  still_serves(scene);
}

TEST_CASE("an old server that dies while the new one starts is not replaced: the new one takes its place") {
  Scene scene("first crashes late");
  const std::string port = scene.port(1);
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.log_gets("takes its place"));
  REQUIRE(scene.diary_gets("port " + port + "\nready", 2));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
  CHECK(scene.diary().find("start", scene.diary().find("start", 1) + 1) == std::string::npos);
}

TEST_CASE("an old server that crashes while it drains is reported and not started again") {
  Scene scene("serves");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGUSR2);
  REQUIRE(scene.diary_gets("retire"));
  // "server process NEW of outrider … serves; OLD finishes what is open there"
  const std::string log = scene.log();
  const auto end = log.find(" finishes what is open");
  const auto begin = log.rfind(' ', end - 1) + 1;
  ::kill(std::stoi(log.substr(begin, end - begin)), SIGKILL);
  CHECK(scene.log_gets("which another one has replaced, died by signal 9"));
  std::this_thread::sleep_for(milliseconds(300));
  CHECK(scene.diary().find("start", scene.diary().find("start", 6) + 1) == std::string::npos);
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}
