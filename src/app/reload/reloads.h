// SPDX-License-Identifier: MIT
// From a wish to another generation: loads beside the running one on a thread of its own, compares, asks for sockets,
// has every worker swap, and answers whoever asked. One at a time; equal wishes that wait are granted together.
// Whatever goes wrong, the running generation goes on. The main thread's.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/load/load.h"
#include "app/reload/background.h"
#include "app/reload/generations.h"
#include "app/reload/listeners.h"
#include "app/reload/reload_wish.h"
#include "app/worker/worker_group.h"

namespace outrider::app {

struct LoadAttempt;

class Reloads {
 public:
  struct Parts {
    const RunCommand& command;
    const ProcessKeys& keys;
    script::Watchdog& watchdog;
    SocketSource& sockets;
    WorkerGroup& workers;
    Generations& generations;
    OpenListeners& listeners;
    Background& loader;
    Background& chores;
    DeathNotes& notes;
  };
  /// Told of what happened, on the main thread.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void reload_begins() = 0;
    /// Also where nothing changed or it failed; before the wish's own `done`.
    virtual void reload_ended(const ReloadWish& wish, const ReloadOutcome& outcome) = 0;
  };

  /// `tried_digest`: of what was loaded last by a server process before this one, or of the live generation.
  Reloads(const Parts& parts, Serving serving, std::string admin_token, std::string tried_digest, Watcher& watcher);

  void ask(ReloadWish wish);
  /// Refuses what waits and what comes, and ends the load that is going on, because the server stops.
  void stop();
  /// Makes a load that is going on end soon, with a problem. Any thread.
  void cancel() { *cancelled_ = true; }

  /// A load or a swap is going on, or will be.
  bool under_way() const { return current_ || !waiting_.empty(); }
  /// What the workers have now.
  const Serving& serving() const { return serving_; }
  /// The sources of the last attempt: what is to be watched beside those of the live generation.
  const std::shared_ptr<const script::Snapshot>& last_tried() const { return last_tried_; }
  const std::string& last_tried_digest() const { return last_tried_digest_; }
  /// Its configuration, if it could be read; certificates that were missing then may come.
  const std::shared_ptr<const config::Config>& last_tried_config() const { return last_tried_config_; }
  /// As the last load that was fine read it; empty = none.
  const std::string& admin_token() const { return admin_token_; }

 private:
  void next();
  void load_current();
  void finish_load(const std::shared_ptr<LoadAttempt>& attempt);
  void finish_certificates(const std::shared_ptr<LoadAttempt>& attempt);
  void swap(const std::shared_ptr<LoadAttempt>& attempt);
  bool prepare(LoadAttempt& attempt);
  void commit(const std::shared_ptr<LoadAttempt>& attempt);
  std::string why_not_back(const Generation* target) const;
  void free_loaded(const std::shared_ptr<LoadAttempt>& attempt);
  void end_quietly(const std::shared_ptr<LoadAttempt>& attempt);
  ReloadOutcome running() const;
  void end(ReloadOutcome outcome);
  void refuse(std::vector<Problem> problems, const std::string& digest);

  Parts parts_;
  Serving serving_;
  std::shared_ptr<const config::Config> in_effect_;  // of serving_'s configuration, what needed no restart
  Watcher& watcher_;
  std::deque<ReloadWish> waiting_;
  std::optional<ReloadWish> current_;
  std::shared_ptr<const script::Snapshot> last_tried_;
  std::string last_tried_digest_;
  std::shared_ptr<const config::Config> last_tried_config_;
  std::string admin_token_;
  const std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  bool stopped_ = false;
  bool half_swapped_ = false;  // a worker could not take the last configuration
};

}  // namespace outrider::app
