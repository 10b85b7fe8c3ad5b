// SPDX-License-Identifier: MIT
#include "app/command/command_test.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "app/command/exit_code.h"
#include "app/command/terminal.h"
#include "app/command/test_output.h"
#include "app/load/load.h"
#include "app/load/module_site.h"
#include "app/load/problems.h"
#include "script/watchdog.h"
#include "uv/file_watch.h"
#include "uv/loop.h"
#include "uv/timer.h"

namespace outrider::app {
namespace {

namespace fs = std::filesystem;

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
      output->bail_out(error.problems().front().text());
      return exit_input;
    }
  } catch (const std::exception& error) {
    output->bail_out(error.what());
    throw;
  }
  output->finish();
  return output->failed() == 0 ? exit_fine : exit_input;
}

/// Until somebody interrupts it. Tests run on the loop's thread: what changes meanwhile is settled afterwards.
class Watching {
 public:
  Watching(const TestCommand& command, uv::Loop& loop)
      : command_(command),
        folder_(fs::current_path()),
        subject_(fs::absolute(typed()).lexically_normal()),
        again_(loop),
        watch_(loop, settle, [this] { run(); }) {}

  /// Whatever is wrong is said, and mended by a change: that is what is waited for.
  void run() {
    if (::isatty(STDOUT_FILENO) == 1) fmt::print("\x1b[H\x1b[2J");
    try {
      look();
    } catch (const std::exception& error) {
      complain(error.what());
    }
    std::fflush(stdout);
  }

 private:
  static constexpr std::chrono::milliseconds settle{200};

  std::string_view typed() const { return command_.module.empty() ? command_.config : command_.module; }
  static void complain(std::string_view what) { fmt::print(stderr, "outrider test: {}\n", what); }

  void look() {
    again_.stop();
    // Who removes the folder and makes it anew, as a checkout may, leaves this process in the one that is gone.
    std::error_code gone;
    fs::current_path(folder_, gone);
    if (gone && fs::path(typed()).is_relative()) {
      complain(fmt::format("the folder {} is gone; the tests run when it is there again", folder_.string()));
      return;
    }
    script::SourceLog sources;
    try {
      run_once(command_, sources);
    } catch (const std::exception& error) {
      complain(error.what());
    }
    const auto read = sources.snapshot();
    auto files = read->files(), directories = read->directories();
    (command_.module.empty() ? files : directories).push_back(subject_);
    if (auto watched = watch_.watch(files, directories); !watched) complain(watched.error().message);
    if (read->differs_from_disk()) {
      again_.after(settle, [this] { run(); });
    } else {
      fmt::print("watching {} files and {} folders; Ctrl-C ends it\n", read->files().size(),
                 read->directories().size());
    }
  }

  const TestCommand& command_;
  const fs::path folder_;   // in which it was started: names are read and shown as they were typed there
  const fs::path subject_;  // the configuration, or the module's folder: watched however little was read
  uv::Timer again_;
  uv::FileWatch watch_;
};

/// At once, also inside a test without end: nothing is left behind.
void end_process(int) {
  ::_exit(exit_fine);
}

int watch(const TestCommand& command) {
  auto loop = uv::Loop::create();
  if (!loop) throw std::runtime_error(loop.error().message);
  std::signal(SIGINT, end_process);
  std::signal(SIGTERM, end_process);
  Watching watching(command, *loop);
  watching.run();
  loop->run();
  return exit_fine;
}

}  // namespace

int test(const TestCommand& command) {
  if (command.watch) return watch(command);
  script::SourceLog sources;
  return run_once(command, sources);
}

}  // namespace outrider::app
