// SPDX-License-Identifier: MIT
// The server process: from the files to workers that serve, reloads, and the graceful end. All of it on the main
// thread, on libuv; workers and the admin plane have threads of their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "app/command_line.h"
#include "app/death_notes.h"
#include "app/listeners.h"
#include "app/reloader.h"
#include "app/startup.h"
#include "app/status.h"
#include "app/worker.h"
#include "base/clock.h"
#include "http/admin_server.h"
#include "script/watchdog.h"
#include "uv/poll.h"
#include "uv/signal.h"
#include "uv/timer.h"

namespace outrider::app {

class Server {
 public:
  /// `supervisor` is null without one; all outlive the server.
  Server(const RunCommand& command, SocketSource& sockets, SocketChannel* supervisor);
  ~Server();

  /// Starts everything; throws LoadError with all problems, with nothing left running.
  void start();
  /// Serves until it has been stopped. Returns the exit code.
  int run();

 private:
  enum class State { serving, draining, cutting };

  void read_everything();
  void open_sockets();
  void start_workers();
  void watch_events();
  void announce();

  void reload();
  void on_reloaded(Reloader::Outcome outcome);
  void on_second();
  bool every_worker_ticked();
  void on_supervisor();

  /// The second call hurries.
  void stop(std::string_view why);
  void check_stopped();
  [[noreturn]] void end_at_once();

  StatusFacts facts() const;

  const RunCommand& command_;
  SocketSource& sockets_;
  SocketChannel* const supervisor_;
  SystemClock clock_;
  const SteadyTime started_ = clock_.steady();
  uv::Loop loop_;
  script::Watchdog watchdog_;

  Startup startup_;
  observe::RuleFailures failures_{clock_};
  std::unique_ptr<observe::AccessLog> access_log_;
  std::optional<DeathNotes> notes_;
  OpenListeners listeners_;
  UniqueFd admin_socket_;

  mutable std::mutex mutex_;
  Generation generation_;  // written by the main thread, read by the admin plane's: guarded by mutex_
  /// Old rules that a request may still hold. Their last share is dropped here, so that no worker spends its time on
  /// freeing a Lua state.
  std::vector<std::shared_ptr<const push::WorkerRules>> retired_;

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::uint64_t> last_ticks_;
  std::unique_ptr<http::AdminServer> admin_;

  std::unique_ptr<Reloader> reloader_;
  std::vector<uv::Signal> signals_;
  std::optional<uv::Poll> line_;
  uv::Timer second_, stop_timer_;
  State state_ = State::serving;
  SteadyTime deadline_{};
};

}  // namespace outrider::app
