// SPDX-License-Identifier: MIT
#include "app/reload/load_attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>

namespace outrider::app {
namespace {

/// A file that was written to so shortly ago may be written to again: half of it can be good Lua and wrong.
constexpr std::chrono::milliseconds writer_pause{50};
/// How often a deploy that writes while we read may begin anew.
constexpr int loads_at_most = 20;

/// Until every file that was read has been left alone for writer_pause.
void wait_for_writers(const script::Snapshot& sources) {
  std::chrono::nanoseconds youngest{0};
  for (const auto& [file, answer] : sources.answers().files) {
    youngest = std::max(youngest, std::chrono::nanoseconds(answer.signature.modified_ns));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  // Opening a file to write it anew empties it some time before its date tells.
  for (const auto& [file, answer] : sources.answers().files) {
    if (answer.text && answer.text->empty()) youngest = now;
  }
  // What is dated in the future tells nothing.
  if (youngest <= now) std::this_thread::sleep_for(youngest + writer_pause - now);
}

}  // namespace

void LoadAttempt::load_once(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog) {
  std::optional<script::SourceLog> sources;
  replay ? sources.emplace(replay) : sources.emplace();
  loaded.reset();
  problems.clear();
  options.config_read = &config_read;
  try {
    loaded = app::load(command, *sources, options, keys, watchdog);
  } catch (const LoadError& error) {
    problems = error.problems();
  } catch (const std::exception& error) {
    problems = {{{}, fmt::format("cannot load: {}", error.what())}};
  }
  tried = loaded ? loaded->sources : sources->snapshot();
  digest = tried->digest();
}

void LoadAttempt::load(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog) {
  if (wish.kind == ReloadWish::Kind::certificates) {
    Problems found;
    tls = load_tls(*running, keys, SelfSigned::made, found);
    problems = found.list();
    log_wrong_dates(tls);
    return;
  }
  load_until_rest(command, keys, watchdog);
  if (loaded) log_wrong_dates(loaded->tls);
}

void LoadAttempt::load_until_rest(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog) {
  load_once(command, keys, watchdog);
  if (replay) return;
  for (int left = loads_at_most; wait_for_writers(*tried), tried->differs_from_disk();
       load_once(command, keys, watchdog)) {
    if (--left > 0 && !cancelled()) continue;
    restless = true;
    loaded.reset();
    problems = {{{}, "the files changed again and again while they were read; reload when they have come to rest"}};
    return;
  }
}

}  // namespace outrider::app
