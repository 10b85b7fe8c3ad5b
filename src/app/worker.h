// SPDX-License-Identifier: MIT
// One worker: a thread with an event loop and a frontend. Created and commanded by the main thread; commands are posted
// and take effect at the loop's next turn. Nothing mutable is shared but counters.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "app/bucket_key.h"
#include "app/death_notes.h"
#include "app/worker_observer.h"
#include "http/frontend.h"

namespace outrider::app {

class Worker {
 public:
  struct Options {
    std::size_t index = 0;
    std::shared_ptr<const config::Config> config;
    std::vector<std::shared_ptr<const tls::ServerContext>> tls;
    BucketKey bucket_key{};
    observe::AccessLog* access_log = nullptr;  // may be null
    observe::RuleFailures* failures = nullptr;
    DeathNotes::Slot* note = nullptr;
    std::chrono::milliseconds tick{200};  // of log flushing and the sign of life
  };

  /// Starts the thread and returns when it runs; throws what its start threw. The pointers in `options` outlive it.
  Worker(Options options, std::shared_ptr<const push::WorkerRules> rules);
  /// Ends the thread. The frontend must have drained, or it has nothing to drain.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void listen(std::vector<http::ListeningSocket> sockets);
  void use_rules(std::shared_ptr<const push::WorkerRules> rules);
  void drain();
  void close_all();
  /// Asks the worker whether it has drained; the answer shows in drained() a turn later.
  void ask_drained();

  // Any thread.
  bool drained() const { return drained_.load(std::memory_order_acquire); }
  std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  const http::LiveCounters& live() const { return live_; }
  const observe::DeliveryCounters& deliveries() const { return observer_.deliveries(); }

 private:
  /// The same rules with a note of which function runs.
  std::shared_ptr<const push::WorkerRules> noted(const std::shared_ptr<const push::WorkerRules>& rules) const;
  void run(const std::shared_ptr<const push::WorkerRules>& rules, const std::function<void()>& started);
  void on_tick();

  const Options options_;
  http::LiveCounters live_;
  WorkerObserver observer_;
  std::atomic<std::uint64_t> ticks_{0};
  std::atomic<bool> drained_{false};
  http::EventLoop loop_;
  http::Frontend* frontend_ = nullptr;  // on the thread's stack; used on that thread alone
  std::thread thread_;
};

}  // namespace outrider::app
