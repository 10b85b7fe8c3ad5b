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
#include "app/worker/worker_group.h"

namespace outrider::app {

/// What became of a wish.
struct ReloadOutcome {
  bool fine = false;
  bool changed = false;  // another generation is live
  bool tried = false;    // something was loaded, or was to be: what it says is news about the files
  std::uint64_t generation = 0;
  std::string digest;
  std::size_t rules = 0;
  /// Why not; the same texts as `outrider check` prints.
  std::vector<Problem> problems;
  std::vector<std::string> difference;  // of a dry run
  std::vector<std::string> needs_restart;
};

struct ReloadWish {
  enum class Kind { reload, rollback, certificates };

  Kind kind = Kind::reload;
  Origin origin;
  bool dry_run = false;
  bool skip_tests = false;
  /// Of the file watcher: what was tried before is not tried again as long as its content is the same.
  bool only_news = false;
  std::uint64_t target = 0;  // of a rollback; 0 = the one before, as it is when the wish is made
  std::uint64_t leaves = 0;  // of a rollback: the generation that is to be left; 0 = the one that is live by then
  std::string why;           // of a rollback: what is noted beside the generation that is left
  std::function<void(const ReloadOutcome&)> done;  // may be empty
};

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
  /// Refuses what waits and what comes, because the server stops.
  void stop();
  bool busy() const { return current_.has_value(); }
  /// Makes a load that is going on end soon, with a problem. Any thread.
  void cancel() { *cancelled_ = true; }

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
  struct Attempt;

  void next();
  void load_current();
  void finish_load(const std::shared_ptr<Attempt>& attempt);
  void finish_certificates(const std::shared_ptr<Attempt>& attempt);
  void swap(const std::shared_ptr<Attempt>& attempt);
  bool prepare(Attempt& attempt);
  void commit(const std::shared_ptr<Attempt>& attempt);
  std::string why_not_back(const Generation* target) const;
  void free_loaded(const std::shared_ptr<Attempt>& attempt);
  void end_quietly(const std::shared_ptr<Attempt>& attempt);
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
