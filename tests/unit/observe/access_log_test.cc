// SPDX-License-Identifier: MIT
#include "observe/access_log.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "base/log.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::observe;

namespace {

/// A named pipe's reading end, opened so that the log's open does not wait.
struct Pipe {
  explicit Pipe(const std::string& path) {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    fd.reset(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(fd);
  }
  UniqueFd fd;
};

void wait_for_drops(const AccessLog& log) {
  for (int turn = 0; turn < 500 && log.dropped() == 0; ++turn)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace

TEST_CASE("a log that cannot be opened says which and why") {
  const auto log = AccessLog::open("/nowhere/at/all/access.log");
  REQUIRE_FALSE(log);
  CHECK(log.error().message == "cannot open the access log /nowhere/at/all/access.log: No such file or directory");
}

TEST_CASE("a pipe that nobody reads is an error and no wait") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  const auto log = AccessLog::open(folder.file("pipe"));
  REQUIRE_FALSE(log);
  CHECK(log.error().message == "cannot open the access log: " + folder.file("pipe") +
                                   " is a pipe that nobody reads; start its reader first, or name a regular file");
}

TEST_CASE("reopening where a pipe that nobody reads has taken the file's place leaves the file in use") {
  const TemporaryFolder folder;
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    std::filesystem::rename(folder.file("log"), folder.file("log.1"));
    REQUIRE(::mkfifo(folder.file("log").c_str(), 0600) == 0);
    const auto reopened = (*log)->reopen();
    REQUIRE_FALSE(reopened);
    CHECK(reopened.error().message.find("is a pipe that nobody reads") != std::string::npos);
    (*log)->append("one\n");
  }
  CHECK(read_file(folder.file("log.1")) == "one\n");
}

TEST_CASE("a pipe in the place of a file, whose reader does not read, does not hold up the end") {
  const TemporaryFolder folder;
  REQUIRE(log::open(folder.file("errors"), log::Level::error));
  const auto begun = std::chrono::steady_clock::now();
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    std::filesystem::remove(folder.file("log"));
    const Pipe pipe(folder.file("log"));
    REQUIRE((*log)->reopen());
    (*log)->append(std::string(1u << 20, 'x') + "\n");
    log->reset();
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
  CHECK(log::open("", log::Level::info));
}

TEST_CASE("the destructor writes what waits, behind what the file had") {
  const TemporaryFolder folder;
  write_file(folder.file("log"), "old\n");
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    (*log)->append("one\ntwo\n");
    (*log)->append("three\n");
  }
  CHECK(read_file(folder.file("log")) == "old\none\ntwo\nthree\n");
}

TEST_CASE("lines of many threads are never interleaved and none is lost") {
  const TemporaryFolder folder;
  constexpr int threads = 4, lines = 5000;
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    std::vector<std::thread> workers;
    for (int thread = 0; thread < threads; ++thread) {
      workers.emplace_back([&, thread] {
        const std::string line(100, static_cast<char>('a' + thread));
        for (int count = 0; count < lines; ++count) (*log)->append(line + "\n");
      });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK((*log)->dropped() == 0);
  }
  std::istringstream text(read_file(folder.file("log")));
  int whole = 0;
  for (std::string line; std::getline(text, line);) {
    if (line == std::string(100, line.empty() ? '?' : line[0])) ++whole;
  }
  CHECK(whole == threads * lines);
}

TEST_CASE("reopen writes to a new file after the old one was moved away") {
  const TemporaryFolder folder;
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    (*log)->append("before\n");
    for (int turn = 0; turn < 500 && read_file(folder.file("log")).empty(); ++turn) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    std::filesystem::rename(folder.file("log"), folder.file("log.1"));
    REQUIRE((*log)->reopen());
    (*log)->append("after\n");
  }
  CHECK(read_file(folder.file("log.1")) == "before\n");
  CHECK(read_file(folder.file("log")) == "after\n");
}

TEST_CASE("a reader that is gone costs lines, which are counted and reported, and nothing else") {
  ::signal(SIGPIPE, SIG_IGN);
  const TemporaryFolder folder;
  REQUIRE(log::open(folder.file("errors"), log::Level::info));
  Pipe pipe(folder.file("pipe"));
  {
    auto log = AccessLog::open(folder.file("pipe"));
    REQUIRE(log);
    pipe.fd.reset();
    (*log)->append("one\ntwo\n");
    wait_for_drops(**log);
    CHECK((*log)->dropped() == 2);
  }
  CHECK(log::open("", log::Level::info));
  CHECK(read_file(folder.file("errors")).find("2 lines were dropped (Broken pipe)") != std::string::npos);
}

TEST_CASE("a full disk costs lines and nothing else") {
  auto log = AccessLog::open("/dev/full");
  REQUIRE(log);
  (*log)->append("one\ntwo\nthree\n");
  wait_for_drops(**log);
  CHECK((*log)->dropped() == 3);
}

TEST_CASE("a reader that does not read never blocks append, and the end comes all the same") {
  const TemporaryFolder folder;
  REQUIRE(log::open(folder.file("errors"), log::Level::error));
  const Pipe pipe(folder.file("pipe"));
  const auto begun = std::chrono::steady_clock::now();
  {
    auto log = AccessLog::open(folder.file("pipe"));
    REQUIRE(log);
    const std::string line = std::string(1023, 'x') + "\n";
    // The writer holds as much again as may wait.
    for (std::size_t bytes = 0; bytes < 2 * AccessLog::max_waiting_bytes + (1u << 20); bytes += line.size()) {
      (*log)->append(line);
    }
    CHECK((*log)->dropped() > 0);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  }
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
  CHECK(log::open("", log::Level::info));
}

TEST_CASE("a buffer hands over when it is full, when it is flushed and at its end") {
  const TemporaryFolder folder;
  push::RequestRecord record;
  record.method = "GET";
  record.target = "/";
  {
    auto log = AccessLog::open(folder.file("log"));
    REQUIRE(log);
    LogBuffer buffer(**log, LogFormat::combined);
    for (int count = 0; count < 1000; ++count) buffer.add(record);
    for (int turn = 0; turn < 500 && read_file(folder.file("log")).size() < LogBuffer::flush_bytes; ++turn) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(read_file(folder.file("log")).size() >= LogBuffer::flush_bytes);
  }
  const std::string text = read_file(folder.file("log"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1000);
}
