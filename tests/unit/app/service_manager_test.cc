// SPDX-License-Identifier: MIT
#include "app/process/service_manager.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>

#include "app/process/listen_socket.h"
#include "app/process/parent.h"
#include "app/process/socket_source.h"
#include "app/process/spawn.h"
#include "base/log.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;

namespace {

/// What systemd is to a service: a datagram socket, and variables.
class Manager {
 public:
  Manager() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const Address address = *Address::parse("unix:" + folder_.file("notify"));
    REQUIRE(::bind(fd_.get(), address.get(), address.length) == 0);
    ::setenv("NOTIFY_SOCKET", folder_.file("notify").c_str(), 1);
  }
  ~Manager() { hide_service_manager(); }
  void wants_watchdog(const std::string& microseconds) {
    ::setenv("WATCHDOG_USEC", microseconds.c_str(), 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  }
  /// What has come, or empty.
  std::string heard() {
    char buffer[1000];
    const ssize_t size = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
  }
  std::string log_of(const std::function<void()>& work) {
    (void)log::open(folder_.file("log"), log::Level::info);
    work();
    (void)log::open("", log::Level::info);
    return read_file(folder_.file("log"));
  }

 private:
  TemporaryFolder folder_;
  UniqueFd fd_;
};

/// What `work` says in a process of its own, to which `fds` were passed as systemd does it.
std::string with_passed(const std::vector<int>& fds, const std::function<std::string()>& work) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int answer = ::fcntl(ends[1], F_DUPFD, 200);
    std::vector<int> high;
    for (const int fd : fds) high.push_back(::fcntl(fd, F_DUPFD, 100));
    for (std::size_t index = 0; index < high.size(); ++index) ::dup2(high[index], static_cast<int>(3 + index));
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(fds.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", fds.size() == 2 ? "web:odd" : "web", 1);
    const std::string text = work();
    ::_exit(::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[1000];
  for (ssize_t size; (size = ::read(ends[0], buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  CHECK(status == 0);
  return text;
}

}  // namespace

TEST_CASE("without a service manager nothing is said and nothing is passed") {
  hide_service_manager();
  ServiceManager manager;
  manager.ready("fine");
  manager.alive();
  const PassedSockets passed = take_passed_sockets();
  CHECK(passed.fds.empty());
  CHECK(passed.problems.empty());
}

TEST_CASE("the service manager hears of readiness, reloads and the end") {
  Manager systemd;
  ServiceManager manager;
  manager.ready("serving\nREADY=0");
  CHECK(systemd.heard() == "READY=1\nMAINPID=" + std::to_string(::getpid()) + "\nSTATUS=serving READY=0");
  manager.reloading();
  const std::string reloading = systemd.heard();
  CHECK(reloading.find("RELOADING=1\nMONOTONIC_USEC=") == 0);
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto told = std::stoull(reloading.substr(reloading.find("USEC=") + 5));
  CHECK(told / 1'000'000 <= static_cast<unsigned long long>(now.tv_sec));
  CHECK(told / 1'000'000 + 10 >= static_cast<unsigned long long>(now.tv_sec));
  manager.status("waiting");
  CHECK(systemd.heard() == "STATUS=waiting");
  manager.stopping();
  CHECK(systemd.heard().find("STOPPING=1") == 0);
  manager.alive();
  CHECK(systemd.heard().empty());
}

TEST_CASE("the watchdog is fed where it is wanted of this process") {
  Manager systemd;
  SECTION("wanted") {
    systemd.wants_watchdog("30000000");
    ServiceManager manager;
    manager.alive();
    CHECK(systemd.heard() == "WATCHDOG=1");
  }
  SECTION("wanted of another process") {
    systemd.wants_watchdog("30000000");
    ::setenv("WATCHDOG_PID", "1", 1);
    ServiceManager manager;
    manager.alive();
    CHECK(systemd.heard().empty());
  }
  SECTION("wanted more often than it can be fed") {
    systemd.wants_watchdog("1500000");
    const std::string log = systemd.log_of([] { ServiceManager(); });
    CHECK(log.find("each 1500 ms") != std::string::npos);
    CHECK(log.find("set WatchdogSec= to 2 s or more") != std::string::npos);
  }
}

TEST_CASE("a notify socket that is not there is said once") {
  Manager systemd;
  ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  const std::string log = systemd.log_of([] {
    ServiceManager manager;
    manager.ready("fine");
    manager.stopping();
  });
  CHECK(log.find("cannot tell the service manager at /nonexistent/notify: No such file") != std::string::npos);
  CHECK(log.find("cannot tell") == log.rfind("cannot tell"));
}

TEST_CASE("without a supervisor the server tells the service manager itself") {
  Manager systemd;
  systemd.wants_watchdog("30000000");
  const auto parent = no_parent();
  CHECK(parent->kept().empty());
  CHECK(parent->pid() == ::getpid());
  CHECK(parent->fd() == -1);
  parent->ready(std::chrono::milliseconds(1), "one");
  CHECK(systemd.heard().find("READY=1") == 0);
  parent->heartbeat();
  CHECK(systemd.heard() == "WATCHDOG=1");
  parent->reloading();
  CHECK(systemd.heard().find("RELOADING=1") == 0);
  parent->reloaded(std::chrono::milliseconds(1), "two");
  CHECK(systemd.heard().find("STATUS=two") != std::string::npos);
  parent->stopping();
  CHECK(systemd.heard().find("STOPPING=1") == 0);
  CHECK(parent->next_event() == Parent::Event::none);
}

TEST_CASE("a child knows nothing of the service manager") {
  Manager systemd;
  systemd.wants_watchdog("30000000");
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_PID", "1", 1);
  const TemporaryFolder folder;
  const UniqueFd file(::open(folder.file("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const auto pid = spawn_trial("/usr/bin/env", {}, file.get());
  REQUIRE(pid);
  int status = 0;
  ::waitpid(*pid, &status, 0);
  CHECK(status == 0);
  const std::string environment = "\n" + read_file(folder.file("out"));
  CHECK(environment.find("\nPATH=") != std::string::npos);
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}) {
    CHECK(environment.find(std::string("\n") + name) == std::string::npos);
  }
}

TEST_CASE("passed sockets are taken once, and do not block or leak") {
  const auto web = open_tcp(*Address::parse("127.0.0.1:0"), false, false);
  REQUIRE(web);
  ::fcntl(web->get(), F_SETFL, 0);
  const std::string said = with_passed({web->get()}, [&]() -> std::string {
    PassedSockets passed = take_passed_sockets();
    if (passed.fds.size() != 1 || !passed.problems.empty()) return "not one";
    if (bound_address(passed.fds[0].get()).port() != bound_address(web->get()).port()) return "another";
    ListenerKeeper keeper;
    const int fd = passed.fds[0].get();
    keeper.add_passed(std::move(passed.fds[0]));
    if ((::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) return "leaks";
    if ((::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0) return "blocks";
    return ::getenv("LISTEN_FDS") == nullptr && take_passed_sockets().fds.empty() ? "fine" : "twice";
  });
  CHECK(said == "fine");
}

TEST_CASE("what was passed and is no listening stream socket is named") {
  const auto web = open_tcp(*Address::parse("127.0.0.1:0"), false, false);
  UniqueFd odd;
  std::string why;
  SECTION("a datagram socket") {
    odd.reset(::socket(AF_INET, SOCK_DGRAM, 0));
    why = "no stream socket (ListenStream= makes one)";
  }
  SECTION("a socket that does not listen") {
    odd.reset(::socket(AF_INET, SOCK_STREAM, 0));
    why = "a connection or not listening (Accept=no is wanted)";
  }
  SECTION("a file") {
    odd.reset(::open("/dev/null", O_RDONLY));
    why = "Socket operation on non-socket";
  }
  SECTION("a netlink socket") {
    odd.reset(::socket(AF_NETLINK, SOCK_RAW, 0));
    why = "neither TCP nor unix";
  }
  const std::string said = with_passed({web->get(), odd.get()}, []() -> std::string {
    const PassedSockets passed = take_passed_sockets();
    return passed.problems.size() == 1 && passed.fds.size() == 1 ? passed.problems[0] : "not one";
  });
  CHECK(said ==
        "LISTEN_FDS: descriptor 4 (\"odd\"), passed by the service manager, is no listening stream socket: " + why);
}

TEST_CASE("without a supervisor, too, passed sockets are used, and a wrong one is an error of the start") {
  const auto web = open_tcp(*Address::parse("127.0.0.1:0"), false, false);
  ListenSpec spec;
  spec.address = bound_address(web->get());
  spec.count = 4;
  const auto open = [&]() -> std::string {
    OwnSockets sockets;
    if (sockets.unasked().size() != 1) return "none is waiting";
    const auto fds = sockets.open(spec);
    if (!fds) return fds.error().message;
    return fds->size() == 1 && sockets.unasked().empty() ? "one" : "not one";
  };
  CHECK(with_passed({web->get()}, open) == "one");
  const UniqueFd odd(::open("/dev/null", O_RDONLY));
  CHECK(with_passed({web->get(), odd.get()}, open).find("LISTEN_FDS: descriptor 4 (\"odd\")") == 0);
}

TEST_CASE("the warning about sockets that nothing asks for names them") {
  CHECK(unasked_warning({}).empty());
  CHECK(unasked_warning({"[::]:80", "unix:/run/x"}).find(": [::]:80, unix:/run/x; add listeners for them") !=
        std::string::npos);
}
