// SPDX-License-Identifier: MIT
// What one worker's thread works with: the frontend of the running configuration, those of earlier ones that still have
// connections, and what they share. Everything here runs on the worker's thread, but for what is marked.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "app/process/death_notes.h"
#include "app/worker/worker_observer.h"
#include "base/clock.h"
#include "http/frontend.h"
#include "push/recent.h"

namespace outrider::app {

struct LiveAnswer;
struct Question;
struct RecentAnswer;

/// What the main thread gives to all workers alike.
struct Serving {
  std::shared_ptr<const config::Config> config;
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;
  std::shared_ptr<observe::AccessLog> access_log;  // null = none
};

class Workplace {
 public:
  struct Shared {
    observe::RuleFailures* failures = nullptr;
    DeathNotes::Slot* note = nullptr;
    const std::atomic<bool>* healthy = nullptr;
  };

  /// What `shared` points at outlives it. Throws std::runtime_error where libh2o would run unguarded.
  Workplace(http::EventLoop& loop, const Shared& shared, const Serving& serving,
            std::shared_ptr<const push::WorkerRules> rules);
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  void listen(std::vector<http::ListeningSocket> sockets);
  void use_rules(std::shared_ptr<const push::WorkerRules> rules);
  void use_switches(std::shared_ptr<const push::Switches> switches);
  void use_tls(std::vector<std::shared_ptr<const tls::ServerContext>> tls);
  void use_log(std::shared_ptr<observe::AccessLog> log, observe::LogFormat format);

  /// A configuration in which clients would feel no difference.
  void use_settings(std::shared_ptr<const config::Config> config) { serving_.config = std::move(config); }
  /// Another configuration takes over: what connects from now on, or is in its handshake, gets it; who is connected is
  /// told to go (GOAWAY, Connection: close) and may finish what is in flight until the drain timeout.
  /// `listen_of`: see http::Frontend::take_over. Listeners that are new follow by listen(). The log is not touched.
  /// False, with a line in the log, where no frontend could be made (http::Frontend::can_be_made): all stays as it is.
  bool use_config(const Serving& serving, std::shared_ptr<const push::WorkerRules> rules,
                  const std::vector<std::optional<std::size_t>>& listen_of);
  /// Lets go of everybody who is connected now, with the configuration as it is: new connections are taken as ever.
  void let_go();

  /// Stops accepting and lets go of everybody.
  void drain();
  /// True once drain() was called and nothing is left.
  bool drained() const;
  /// Cuts every connection that is left.
  void close_all();

  /// Called every 200 ms or so.
  void tick();

  /// What would be done with a request that nobody sends. It leaves no trace but what the functions of rules keep.
  LiveAnswer explain(std::shared_ptr<const Question> question);
  /// What is remembered of a request that came.
  RecentAnswer recent(std::string_view id) const;

  /// Any thread.
  const http::LiveCounters& live() const { return live_; }
  const observe::DeliveryCounters& deliveries() const { return observer_.deliveries(); }
  std::size_t old_frontends() const { return old_count_.load(std::memory_order_relaxed); }

 private:
  struct Old {
    std::unique_ptr<http::Frontend> frontend;
    SteadyTime forget_rules_at;
    SteadyTime deadline;
    bool has_rules = true, cut = false;
  };

  std::unique_ptr<http::Frontend> make_frontend(const Serving& serving);
  void retire(std::unique_ptr<http::Frontend> frontend);
  void remove_drained();

  http::EventLoop& loop_;
  const Shared shared_;
  http::LiveCounters live_;
  WorkerObserver observer_;
  http::UpstreamPools upstreams_;
  push::Knowledge knowledge_;
  push::RecentRequests recent_;
  Serving serving_;
  std::shared_ptr<const push::WorkerRules> rules_;
  std::shared_ptr<const push::Switches> switches_;
  std::unique_ptr<http::Frontend> current_;
  std::list<Old> old_;
  bool draining_ = false;
  std::atomic<std::size_t> old_count_{0};
};

}  // namespace outrider::app
