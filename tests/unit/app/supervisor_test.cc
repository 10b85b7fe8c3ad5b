// SPDX-License-Identifier: MIT
// The real supervisor with a server that is played by this very binary: the supervisor executes /proc/self/exe with
// --server-fd, and play_server() takes over before any test does.
#include "app/supervisor.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "../observe/temporary.h"
#include "app/death_notes.h"
#include "app/socket_source.h"
#include "base/log.h"

using namespace outrider;
using namespace outrider::app;

namespace {

volatile sig_atomic_t hung_up = 0;

/// What the played server does; `diary` tells the test.
class PlayedServer {
 public:
  PlayedServer(int fd, std::string part, std::string diary)
      : channel_(UniqueFd(fd)), part_(std::move(part)), diary_(std::move(diary)) {}

  [[noreturn]] void play() {
    const bool first = read_file(diary_).empty();
    note("start");
    if (part_ == "refuses") ::_exit(1);
    if (part_ == "dies early") ::abort();
    SupervisorSockets sockets(channel_);
    ListenSpec spec;
    spec.address = *Address::parse("127.0.0.1:0");
    const auto fds = sockets.open(spec);
    note(fds ? "port " + std::to_string(bound_address(fds->front().get()).port()) : fds.error().message);
    auto notes = DeathNotes::create(1);
    notes->slot(0).set("handler", "home", "/path");
    (void)channel_.send(Message::Kind::notes, {}, {notes->fd()});
    ::signal(SIGHUP, [](int) { hung_up = 1; });
    (void)channel_.send(Message::Kind::ready, "100");
    note("ready");
    if (part_ == "crashes once" && first) ::abort();
    if (part_ == "is stubborn") ::signal(SIGTERM, SIG_IGN);
    while (true) {
      if (part_ != "falls silent once" || !first) (void)channel_.send(Message::Kind::heartbeat);
      ::usleep(50'000);
      if (hung_up != 0) note("hup");
      hung_up = 0;
      const auto received = channel_.receive();
      if (received && received->what == SocketChannel::Received::What::closed) {
        note("alone");
        ::_exit(0);
      }
    }
  }

 private:
  void note(const std::string& line) { std::ofstream(diary_, std::ios::app) << line << "\n"; }
  SocketChannel channel_;
  std::string part_, diary_;
};

struct ServerEntrance {
  ServerEntrance() {
    std::istringstream words(read_file("/proc/self/cmdline"));
    std::vector<std::string> arguments;
    for (std::string word; std::getline(words, word, '\0');) arguments.push_back(word);
    if (arguments.size() == 5 && arguments[1] == "--server-fd") {
      PlayedServer(std::stoi(arguments[2]), arguments[3], arguments[4]).play();
    }
  }
} const server_entrance;

/// A supervisor in a process of its own.
class Scene {
 public:
  explicit Scene(const std::string& part) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::setenv("OUTRIDER_HEARTBEAT_MS", "500", 1);
    (void)log::open(log_file(), log::Level::info);
    const SystemClock clock;
    ::_exit(Supervisor({part, diary_file()}, clock).run());
  }
  ~Scene() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }
  void signal(int number) const { ::kill(pid_, number); }
  /// The exit code, or -1 for a death by signal.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string diary() const { return read_file(diary_file()); }
  std::string log() const { return read_file(log_file()); }
  bool diary_gets(const std::string& text) const {
    for (int turn = 0; turn < 1000; ++turn) {
      if (diary().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  std::string diary_file() const { return folder_.file("diary"); }
  std::string log_file() const { return folder_.file("log"); }
  TemporaryFolder folder_;
  pid_t pid_ = -1;
};

/// The port that the nth start got.
std::string port(const std::string& diary, int nth) {
  std::size_t at = 0;
  for (int count = 0; count < nth; ++count) at = diary.find("port ", at) + 1;
  return diary.substr(at + 4, diary.find('\n', at) - at - 4);
}

}  // namespace

TEST_CASE("a first start that the operator's files forbid passes its exit code on") {
  Scene scene("refuses");
  CHECK(scene.wait() == 1);
  CHECK(scene.diary() == "start\n");
}

TEST_CASE("a first start that dies is our fault and is not repeated") {
  Scene scene("dies early");
  CHECK(scene.wait() == 3);
  CHECK(scene.diary() == "start\n");
  CHECK(scene.log().find("died by signal 6 (SIGABRT)") != std::string::npos);
}

TEST_CASE("SIGHUP is passed on, SIGTERM ends both with 0") {
  Scene scene("serves");
  REQUIRE(scene.diary_gets("ready"));
  scene.signal(SIGHUP);
  CHECK(scene.diary_gets("hup"));
  scene.signal(SIGTERM);
  CHECK(scene.wait() == 0);
}

TEST_CASE("a server that crashes is reported with what it served, and replaced on the same port") {
  Scene scene("crashes once");
  REQUIRE(scene.diary_gets("ready\nstart"));
  REQUIRE(scene.diary_gets("ready\nstart\nport " + port(scene.diary(), 1) + "\nready"));
  scene.signal(SIGINT);
  CHECK(scene.wait() == 0);
  CHECK(scene.log().find("died by signal 6 (SIGABRT) while serving: worker 0: handler, rule \"home\", /path") !=
        std::string::npos);
}

TEST_CASE("a server that falls silent is ended and replaced") {
  Scene scene("falls silent once");
  REQUIRE(
      scene.diary_gets("ready\nstart\nport " + (scene.diary_gets("port ") ? port(scene.diary(), 1) : "") + "\nready"));
  std::this_thread::sleep_for(std::chrono::milliseconds(800));
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
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
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
