// SPDX-License-Identifier: MIT
// Loads a new generation of rules beside the running one, on a thread of its own: loading may take seconds, and the
// main thread has heartbeats to send. One load at a time; a request that comes meanwhile leads to one more. Called and
// answering on the main thread.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "app/rules_loader.h"
#include "uv/async.h"

namespace outrider::app {

class Reloader {
 public:
  /// A generation, or everything that is wrong.
  using Outcome = std::variant<Generation, std::vector<Problem>>;

  /// `done` gets each outcome on the loop's thread; `number` is the running generation's. Errors: out of descriptors.
  static Result<std::unique_ptr<Reloader>> create(uv::Loop& loop, std::shared_ptr<const config::Config> config,
                                                  std::size_t workers, std::uint64_t number, script::Watchdog& watchdog,
                                                  std::function<void(Outcome)> done);
  /// Waits for a load that is going on; its outcome is dropped.
  ~Reloader();

  /// Loads what is on disk now. A generation that loads gets the next number.
  void request();
  bool busy() const { return thread_.joinable(); }

 private:
  Reloader(uv::Async async, std::shared_ptr<const config::Config> config, std::size_t workers, std::uint64_t number,
           script::Watchdog& watchdog, std::function<void(Outcome)> done);
  Outcome load(std::uint64_t number) const;
  void finish(Outcome outcome);

  uv::Async async_;
  const std::shared_ptr<const config::Config> config_;
  const std::size_t workers_;
  std::uint64_t number_;
  script::Watchdog& watchdog_;
  const std::function<void(Outcome)> done_;
  std::thread thread_;
  bool again_ = false;
};

}  // namespace outrider::app
