// SPDX-License-Identifier: MIT
// The error log while threads write to it: what it writes to is replaced without a line that is lost or torn, and
// nothing makes whoever writes wait.
#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <sstream>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using Catch::Matchers::Contains;
using std::chrono::steady_clock;

namespace {

/// Other tests log to standard error.
struct Restored {
  ~Restored() { REQUIRE(log::open("", log::Level::info)); }
};

std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

UniqueFd make_pipe(const std::string& path) {
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  REQUIRE(reader);
  return reader;
}

std::string read_all(const UniqueFd& fd) {
  std::string text;
  char buffer[65536];
  for (ssize_t got = 0; (got = ::read(fd.get(), buffer, sizeof(buffer))) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

}  // namespace

TEST_CASE("the file and the level change while threads log, and every line is whole in one of the files", "[log]") {
  const TemporaryFolder folder;
  const Restored restored;
  constexpr int threads = 4, lines = 2000;
  const std::string files[] = {folder.file("a"), folder.file("b")};
  REQUIRE(log::open(files[0], log::Level::info));
  std::atomic<int> running{threads};
  std::vector<std::thread> writers;
  for (int thread = 0; thread < threads; ++thread) {
    writers.emplace_back([&, thread] {
      const std::string text(100, static_cast<char>('a' + thread));
      for (int line = 0; line < lines; ++line) log::warning("{}", text);
      --running;
    });
  }
  for (int turn = 0; running > 0; ++turn) {
    const bool fine = turn % 3 == 2
                          ? log::reopen().has_value()
                          : log::open(files[turn % 2], turn % 5 ? log::Level::info : log::Level::warning).has_value();
    if (!fine) break;
    log::set_level(log::Level::debug);
  }
  for (std::thread& writer : writers) writer.join();
  int whole = 0;
  for (const std::string& file : files) {
    for (const std::string& line : lines_of(file)) {
      if (line.size() > 100 && line.ends_with(" " + std::string(100, line.back()))) ++whole;
    }
  }
  CHECK(whole == threads * lines);
}

TEST_CASE("reopen writes to a new file after the old one was moved away", "[log]") {
  const TemporaryFolder folder;
  const Restored restored;
  REQUIRE(log::open(folder.file("log"), log::Level::info));
  log::info("before");
  std::filesystem::rename(folder.file("log"), folder.file("log.1"));
  log::info("still there");
  REQUIRE(log::reopen());
  log::info("after");
  CHECK(lines_of(folder.file("log.1")).size() == 2);
  CHECK_THAT(read_file(folder.file("log")), Contains(" info after\n"));
}

TEST_CASE("what was open stays open where another file cannot be", "[log][errors]") {
  const TemporaryFolder folder;
  const Restored restored;
  REQUIRE(log::open(folder.file("log"), log::Level::warning));
  const auto missing = log::open(folder.file("no/such/log"), log::Level::debug);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message ==
        "cannot open the error log " + folder.file("no/such/log") + ": No such file or directory");
  CHECK_FALSE(log::open(folder.path.string(), log::Level::debug));
  CHECK_FALSE(log::enabled(log::Level::info));
  log::warning("here");
  CHECK_THAT(read_file(folder.file("log")), Contains(" warning here\n"));
}

TEST_CASE("a pipe that nobody reads is an error and no wait", "[log][errors]") {
  const TemporaryFolder folder;
  const Restored restored;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  REQUIRE(log::open(folder.file("log"), log::Level::info));
  const auto opened = log::open(folder.file("pipe"), log::Level::info);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().message == "cannot open the error log: " + folder.file("pipe") +
                                      " is a pipe that nobody reads; start its reader first, or name a regular file");
  // As log rotation may leave it.
  std::filesystem::remove(folder.file("log"));
  std::filesystem::rename(folder.file("pipe"), folder.file("log"));
  const auto reopened = log::reopen();
  REQUIRE_FALSE(reopened);
  CHECK_THAT(reopened.error().message, Contains("is a pipe that nobody reads"));
}

TEST_CASE("a pipe that is full costs lines, which are counted, and never time", "[log]") {
  const TemporaryFolder folder;
  const Restored restored;
  const UniqueFd reader = make_pipe(folder.file("pipe"));
  REQUIRE(log::open(folder.file("pipe"), log::Level::info));
  const std::string long_text(10'000, 'x');
  const auto begun = steady_clock::now();
  for (int line = 0; line < 1000; ++line) log::info("{}", long_text);
  CHECK(steady_clock::now() - begun < std::chrono::seconds(5));
  const std::string before = read_all(reader);
  CHECK(before.size() < 1'000'000);
  log::info("there is room again");
  const std::string after = read_all(reader);
  CHECK_THAT(after,
             Contains(" lines before this one could not be written\n") && Contains(" info there is room again\n"));
  // The line that was taken in part has an end of its own.
  CHECK((before.back() == '\n' || after.front() == '\n'));
}
