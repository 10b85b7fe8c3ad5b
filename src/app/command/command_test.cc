// SPDX-License-Identifier: MIT
#include "app/command/command_test.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>

#include "app/command/exit_code.h"
#include "app/command/terminal.h"
#include "app/command/test_output.h"
#include "app/load/load.h"
#include "app/load/module_site.h"
#include "app/load/problems.h"
#include "script/watchdog.h"
#include "uv/file_watch.h"
#include "uv/loop.h"
#include "uv/signal.h"

namespace outrider::app {
namespace {

std::unique_ptr<TestOutput> output_for(const TestCommand& command) {
  return command.tap ? tap_output() : human_output(command.verbose, takes_colour(stdout));
}

/// Tests run only once everything has loaded: a load that failed before has nothing else to tell.
int run_once(const TestCommand& command, script::SourceLog& sources) {
  const auto output = output_for(command);
  RunCommand files;
  files.config = command.config;
  LoadOptions options;
  options.workers = 1;
  options.serves = false;
  options.test_listener = output.get();
  try {
    if (!command.module.empty()) {
      options.config = std::make_shared<const config::Config>(module_site(command.module));
      options.module = options.config->folder;
    }
    script::Watchdog watchdog;
    load(files, sources, options, ProcessKeys(), watchdog);
  } catch (const LoadError& error) {
    if (output->failed() == 0) {
      Problems::print(error.problems());
      return exit_input;
    }
  }
  output->finish();
  return output->failed() == 0 ? exit_fine : exit_input;
}

/// Until somebody interrupts it. Tests run on the loop's thread: what changes meanwhile is settled afterwards.
class Watching {
 public:
  Watching(const TestCommand& command, uv::Loop& loop)
      : command_(command), watch_(loop, std::chrono::milliseconds(200), [this] { run(); }) {}

  void run() {
    if (::isatty(STDOUT_FILENO) == 1) fmt::print("\x1b[H\x1b[2J");
    std::shared_ptr<const script::Snapshot> read;
    do {
      script::SourceLog sources;
      run_once(command_, sources);
      read = sources.snapshot();
      if (auto watched = watch_.watch(read->files(), read->directories()); !watched) {
        fmt::print(stderr, "outrider test: {}\n", watched.error().message);
      }
    } while (read->differs_from_disk());
    fmt::print("watching {} files and {} folders; Ctrl-C ends it\n", read->files().size(), read->directories().size());
    std::fflush(stdout);
  }

 private:
  const TestCommand& command_;
  uv::FileWatch watch_;
};

int watch(const TestCommand& command) {
  auto loop = uv::Loop::create();
  if (!loop) throw std::runtime_error(loop.error().message);
  const auto end = [&] { loop->stop(); };
  auto interrupted = uv::Signal::on(*loop, SIGINT, end), terminated = uv::Signal::on(*loop, SIGTERM, end);
  if (!interrupted || !terminated) throw std::runtime_error("signals cannot be watched");
  Watching watching(command, *loop);
  watching.run();
  loop->run();
  return exit_fine;
}

}  // namespace

int test(const TestCommand& command) {
  try {
    if (command.watch) return watch(command);
    script::SourceLog sources;
    return run_once(command, sources);
  } catch (const std::exception& error) {
    fmt::print(stderr, "outrider: {}\n", error.what());
    return exit_our_fault;
  }
}

}  // namespace outrider::app
