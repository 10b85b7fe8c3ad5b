// SPDX-License-Identifier: MIT
// The server process: from the files to workers that serve, and the graceful end. Joins the parts; each has its own
// file. All of it on the main thread, on libuv; workers, the admin plane's HTTP and what takes long have threads of
// their own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/admin/admin_answers.h"
#include "app/command/command_line.h"
#include "app/load/startup.h"
#include "app/load/state_keeper.h"
#include "app/process/parent.h"
#include "app/reload/auto_rollback.h"
#include "app/reload/background.h"
#include "app/reload/failing_rules.h"
#include "app/reload/file_watches.h"
#include "app/reload/generations.h"
#include "app/reload/reloads.h"
#include "app/worker/survey.h"
#include "base/clock.h"
#include "script/watchdog.h"
#include "uv/poll.h"
#include "uv/signal.h"
#include "uv/timer.h"

namespace outrider::app {

class Server final : public Reloads::Watcher, public AdminOperations {
 public:
  /// All outlive the server.
  Server(const RunCommand& command, SocketSource& sockets, Parent& parent);
  ~Server() override;

  /// Starts everything; throws LoadError with all problems, with nothing left running.
  void start();
  /// Serves until it has been stopped. Returns the exit code.
  int run();

 private:
  static constexpr std::chrono::hours renewal_interval{12};  // of certificates that the server makes
  enum class State { serving, leaving, draining, cutting };

  void read_everything();
  void open_sockets();
  void start_workers();
  void start_admin(const std::string& token);
  void watch_events();
  void announce();

  // Reloads::Watcher
  void reload_begins() override;
  void reload_ended(const ReloadWish& wish, const ReloadOutcome& outcome) override;
  // AdminOperations
  void facts(std::function<void(const StatusFacts&)> done) override;
  void ask(ReloadWish wish) override { reloads_->ask(std::move(wish)); }
  Result<void> off(OffSwitches::Entry entry, std::function<void()> done) override;
  void on(const push::Switch& what, const std::string& who, std::function<void(std::size_t)> done) override;
  void drain(const std::string& who) override;
  void undrain(const std::string& who) override;
  Result<void> explain(const Asked& asked, std::function<void(const Result<Json>&)> done) override;
  void recent(const std::string& id, std::function<void(const Result<Json>&)> done) override;

  void reload_what_changed();
  void look_again();
  /// `done`, if given, once every worker has them.
  void use_switches(std::function<void()> done = {});
  Memo memo() const;
  void keep_memo();
  void settle_reload(const ReloadWish& wish, const ReloadOutcome& outcome);
  void begin_trial();
  void watch_rules();
  void judge();
  void leave_bad(const std::string& why);
  void switch_off(const FailingRules::Found& failing);
  void give_facts();
  void renew_certificates();
  void reopen_logs();
  void on_second();
  void on_parent();

  /// The second call hurries.
  void stop(std::string_view why);
  void retire();
  void leave(std::chrono::milliseconds patience);
  void check_stopped();
  [[noreturn]] void end_at_once();

  StatusFacts facts_without_disk() const;
  std::string status_line() const;
  std::chrono::milliseconds shutdown_timeout() const;

  const RunCommand& command_;
  SocketSource& sockets_;
  Parent& parent_;
  SystemClock clock_;
  const SteadyTime started_ = clock_.steady();
  uv::Loop loop_;
  script::Watchdog watchdog_;
  const ProcessKeys keys_;
  StateKeeper state_files_;

  observe::RuleFailures failures_{clock_};
  std::optional<DeathNotes> notes_;
  OpenListeners listeners_;
  std::vector<UniqueFd> admin_sockets_;
  std::atomic<bool> healthy_{true};
  OffSwitches off_;
  bool draining_ = false;  // by hand: the health path answers 503, everything else goes on

  // What took long to make is freed by chores_, which therefore goes last.
  std::unique_ptr<Background> chores_, loader_, disk_;
  std::optional<Generations> generations_;
  Serving first_serving_;
  std::string first_token_, first_tried_digest_;
  std::unique_ptr<WorkerGroup> workers_;
  std::optional<Survey> survey_;
  std::unique_ptr<Reloads> reloads_;
  std::optional<AutoRollback> auto_rollback_;
  FailingRules failing_rules_{clock_};
  std::optional<FileWatches> watches_;
  std::optional<StatusFacts::LastReload> last_reload_;
  std::vector<std::string> certificate_problems_;  // of the last time that they were read
  bool disk_differs_ = false;                      // as it was found last
  std::vector<std::function<void(const StatusFacts&)>> want_facts_;
  uv::Timer facts_timer_;
  SteadyTime renew_at_ = started_ + renewal_interval;
  std::vector<std::string> needs_restart_;
  WallTime last_success_{};

  std::unique_ptr<uv::Async> admin_line_;
  std::unique_ptr<http::AdminServer> admin_;

  std::vector<uv::Signal> signals_;
  std::optional<uv::Poll> line_;
  uv::Timer second_, stop_timer_, drain_timer_;
  State state_ = State::serving;
  bool retired_ = false;  // another server process has taken over
  std::chrono::milliseconds patience_{};
  SteadyTime deadline_{};
};

}  // namespace outrider::app
