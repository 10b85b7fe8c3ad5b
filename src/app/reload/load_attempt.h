// SPDX-License-Identifier: MIT
// One attempt to make another generation: what is wished, what was loaded, and what a swap needs. It goes from the main
// thread to the loader's, which calls load(), and back; one of them has it at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/load/load.h"
#include "app/reload/listeners.h"
#include "app/reload/reload_wish.h"
#include "app/worker/workplace.h"

namespace outrider::app {

struct LoadAttempt {
  ReloadWish wish;
  LoadOptions options;
  std::uint64_t number = 0;                        // of a rollback's target
  std::shared_ptr<const script::Snapshot> replay;  // of a rollback
  std::shared_ptr<const config::Config> running;
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;  // of certificates alone

  // The result.
  std::optional<Loaded> loaded;
  std::vector<Problem> problems;
  std::shared_ptr<const script::Snapshot> tried;
  std::string digest;  // of `tried`
  std::shared_ptr<const config::Config> config_read;
  bool restless = false;  // the files never came to rest

  // What a swap needs.
  OpenListeners listeners;
  std::vector<std::optional<std::size_t>> listen_of;
  bool new_frontend = false, new_tls = false, new_log = false;
  Serving serving;
  std::vector<std::string> needs_restart;
  std::atomic<int> behind{0};  // workers that could not swap

  /// Does the work: reads what is wished until the files have come to rest, or says why not. The loader's thread.
  void load(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog);

 private:
  bool cancelled() const { return options.cancel->load(std::memory_order_relaxed); }
  void load_once(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog);
  void load_until_rest(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog);
};

}  // namespace outrider::app
