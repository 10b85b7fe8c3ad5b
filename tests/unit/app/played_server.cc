// SPDX-License-Identifier: MIT
#include "played_server.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "app/process/death_notes.h"
#include "app/process/handover.h"
#include "app/process/parent.h"
#include "app/process/socket_source.h"
#include "app/process/supervisor.h"
#include "base/log.h"

using namespace outrider;
using namespace outrider::app;
using std::chrono::milliseconds;

namespace {

volatile sig_atomic_t hung_up = 0, reopened = 0, told_to_end = 0;

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++count;
  return count;
}

class PlayedServer {
 public:
  PlayedServer(int fd, std::string part, std::string diary)
      : channel_(UniqueFd(fd)), parent_(parent_of(channel_)), part_(std::move(part)), diary_(std::move(diary)) {}

  [[noreturn]] void play() {
    nth_ = count_of(read_file(diary_), "start") + 1;
    note("start");
    note("kept " + parent_->kept());
    if (part_ == "refuses") ::_exit(1);
    if (part_ == "dies early") ::abort();
    if (part_ == "second refuses" && nth_ == 2) ::_exit(1);
    if (part_ == "second hangs" && nth_ == 2) ::pause();
    if (part_ == "first crashes late" && nth_ == 2) ::usleep(500'000);
    start();
    while (true) turn();
  }

 private:
  void start() {
    SupervisorSockets sockets(channel_);
    ListenSpec spec;
    spec.address = *Address::parse("127.0.0.1:0");
    const auto fds = sockets.open(spec);
    note(fds ? "port " + std::to_string(bound_address(fds->front().get()).port()) : fds.error().message);
    auto notes = DeathNotes::create(1);
    notes->slot(0).set("handler", "home", "/path");
    parent_->notes(notes->fd());
    ::signal(SIGHUP, [](int) { hung_up = 1; });
    ::signal(SIGUSR1, [](int) { reopened = 1; });
    ::signal(
        SIGTERM, part_ == "is stubborn" ? SIG_IGN : [](int) { told_to_end = 1; });
    parent_->keep("memo of " + std::to_string(nth_));
    parent_->ready(milliseconds(100), "start " + std::to_string(nth_));
    note("ready");
    if ((part_ == "crashes once" && nth_ == 1) || part_ == "crashes always") ::abort();
  }

  void turn() {
    if (part_ != "falls silent once" || nth_ != 1) parent_->heartbeat();
    ::usleep(30'000);
    if (std::exchange(hung_up, 0) != 0) note("hup");
    if (std::exchange(reopened, 0) != 0) note("usr1");
    if (told_to_end != 0) ::_exit(0);
    if (part_ == "first crashes late" && nth_ == 1 && count_of(read_file(diary_), "start") == 2) ::abort();
    if (retired_ && std::filesystem::exists(diary_ + ".finish")) ::_exit(0);
    switch (parent_->next_event()) {
      case Parent::Event::none:
        break;
      case Parent::Event::retire:
        retired_ = true;
        note("retire");
        break;
      case Parent::Event::gone:
        note("alone");
        ::_exit(0);
    }
  }

  void note(const std::string& line) { std::ofstream(diary_, std::ios::app) << line << "\n"; }

  SocketChannel channel_;
  std::unique_ptr<Parent> parent_;
  const std::string part_, diary_;
  std::size_t nth_ = 0;
  bool retired_ = false;
};

[[noreturn]] void supervise(const std::string& part, const std::string& diary, const std::string& check,
                            const std::string& binary) {
  ::setenv("OUTRIDER_HEARTBEAT_MS", "500", 1);
  (void)log::open(diary.substr(0, diary.rfind('/')) + "/log", log::Level::info);
  const SystemClock clock;
  Supervisor::Options options;
  options.arguments = {part, diary, check, binary};
  options.check_arguments = {"played-check", check};
  if (!binary.empty()) options.binary = binary;
  options.upgrade_patience = milliseconds(800);
  ::_exit(Supervisor(options, clock).run());
}

/// Every other part than that of the test program, before any test runs.
struct Entrance {
  Entrance() {
    std::istringstream words(read_file("/proc/self/cmdline"));
    std::vector<std::string> arguments;
    for (std::string word; std::getline(words, word, '\0');) arguments.push_back(word);
    if (arguments.size() == 7 && arguments[1] == "--server-fd") {
      PlayedServer(std::stoi(arguments[2]), arguments[3], arguments[4]).play();
    }
    if (arguments.size() == 2 && arguments[1] == Handover::version_option) {
      const std::string text = std::to_string(Handover::version) + "\n";
      ::_exit(::write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    if (arguments.size() == 3 && arguments[1] == "played-check") ::_exit(std::stoi(arguments[2]));
    if (arguments.size() == 5 && ::getenv(Handover::variable) != nullptr) {
      supervise(arguments[1], arguments[2], arguments[3], arguments[4]);
    }
  }
} const entrance;

bool gets(const std::string& file, const std::string& text, int nth) {
  for (int turn = 0; turn < 1000; ++turn) {
    if (count_of(read_file(file), text) >= static_cast<std::size_t>(nth)) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

}  // namespace

Scene::Scene(const std::string& part, const std::string& binary, int check) {
  pid_ = ::fork();
  if (pid_ == 0) supervise(part, folder_.file("diary"), std::to_string(check), binary);
}

Scene::~Scene() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Scene::signal(int number) const {
  ::kill(pid_, number);
}

void Scene::finish() const {
  write_file(folder_.file("diary.finish"), "");
}

int Scene::wait() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool Scene::diary_gets(const std::string& text, int nth) const {
  return gets(folder_.file("diary"), text, nth);
}

bool Scene::log_gets(const std::string& text, int nth) const {
  return gets(folder_.file("log"), text, nth);
}

std::string Scene::port(int nth) const {
  if (!diary_gets("port ", nth)) return "no port";
  const std::string all = diary();
  std::size_t at = 0;
  for (int count = 0; count < nth; ++count) at = all.find("port ", at) + 1;
  return all.substr(at + 4, all.find('\n', at) - at - 4);
}
