// SPDX-License-Identifier: MIT
#include "app/process/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "played_server.h"

using namespace outrider::app;
using std::chrono::milliseconds;

TEST_CASE("a first start that the operator's files forbid passes its exit code on") {
  Scene scene("refuses");
  CHECK(scene.wait() == 1);
  CHECK(scene.diary() == "start\nkept \n");
}

TEST_CASE("a first start that dies is our fault and is not repeated") {
  Scene scene("dies early");
  CHECK(scene.wait() == 3);
  CHECK(scene.diary() == "start\nkept \n");
  CHECK(scene.log().find("died by signal 6 (SIGABRT)") != std::string::npos);
}

TEST_CASE("SIGHUP and SIGUSR1 are passed on, SIGTERM ends both with 0") {
  Scene scene("serves");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  scene.signal(SIGUSR1);
  CHECK(scene.diary_gets("usr1"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("signals that come while the server starts do not end it, and the reload is made up for") {
  Scene scene("serves");
  for (int count = 0; count < 20 && scene.diary().find("ready") == std::string::npos; ++count) {
    // Once the supervisor's handlers are there.
    if (scene.diary().find("start") != std::string::npos) {
      scene.signal(SIGUSR1);
      scene.signal(SIGHUP);
    }
    ::usleep(1000);
  }
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("a server that crashes is reported with what it served, and replaced on the same port with what was kept") {
  Scene scene("crashes once");
  REQUIRE(scene.diary_gets("ready\nstart"));
  REQUIRE(scene.diary_gets("kept memo of 1\nport " + scene.port(1) + "\nready"));
  scene.signal(SIGINT);
  CHECK(scene.wait() == 0);
  CHECK(scene.log().find("died by signal 6 (SIGABRT) while serving: worker 0: handler, rule \"home\", /path") !=
        std::string::npos);
}

TEST_CASE("one crash after the other is answered more and more slowly") {
  Scene scene("crashes always");
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(scene.diary_gets("start", 5));
  // At once, then after 100, 200 and 400 ms.
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds(700));
  CHECK(scene.log_gets("starting a new server process in 400 ms"));
  // Now it waits, and nothing can die of the signal.
  CHECK(scene.log_gets("starting a new server process in 800 ms"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("a server that falls silent is ended and replaced") {
  Scene scene("falls silent once");
  REQUIRE(scene.diary_gets("port " + scene.port(1) + "\nready", 2));
  std::this_thread::sleep_for(milliseconds(800));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
  const std::string log = scene.log();
  CHECK(log.find("has not answered for 500 ms: SIGABRT; it is serving: worker 0: handler") != std::string::npos);
  // The second one sent its heartbeats and was left alone.
  CHECK(log.find("has not answered") == log.rfind("has not answered"));
}

TEST_CASE("a server that does not end is killed after its time") {
  Scene scene("is stubborn");
  REQUIRE(scene.diary_gets("ready"));
  std::this_thread::sleep_for(milliseconds(100));
  const auto begun = std::chrono::steady_clock::now();
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 3);
  CHECK(std::chrono::steady_clock::now() - begun < Supervisor::grace + std::chrono::seconds(3));
  CHECK(scene.log().find("does not end: SIGKILL") != std::string::npos);
}

TEST_CASE("a server whose supervisor is killed learns of it") {
  Scene scene("serves");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGKILL);
  CHECK(scene.diary_gets("alone"));
  CHECK(scene.wait() == -1);
}
