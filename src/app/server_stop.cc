// SPDX-License-Identifier: MIT
// How a server comes to its end: told to stop, replaced by another, or drained by hand and taken back. Part of Server.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "app/command/exit_code.h"
#include "app/server.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::milliseconds;

/// How long cut connections may take to go (the library's own farewell takes one second) before the process ends
/// without waiting for what still holds them, such as an upstream that does not answer.
constexpr std::chrono::seconds cutting_patience{2};

}  // namespace

void Server::drain(const std::string& who) {
  if (draining_ || state_ != State::serving) return;
  draining_ = true;
  healthy_ = false;
  log::warning("draining, asked by {}: the health path answers 503", who);
  const milliseconds delay(reloads_->serving().config->limits.drain_delay_ms);
  // Who comes all the same is served: being refused would help nobody.
  drain_timer_.after(delay, [this] {
    log::info("draining: letting go of {} connections", facts_without_disk().connections);
    workers_->on_each([](Workplace& workplace, std::size_t) { workplace.let_go(); });
  });
  keep_memo();
}

void Server::undrain(const std::string& who) {
  if (!draining_ || state_ != State::serving) return;
  draining_ = false;
  healthy_ = true;
  drain_timer_.stop();
  log::info("not draining any more, asked by {}", who);
  keep_memo();
}

void Server::stop(std::string_view why) {
  const SteadyTime now = clock_.steady();
  if (state_ == State::draining) {
    // The first time is no hurry for one that drains for another reason.
    const milliseconds shutdown(reloads_->serving().config->limits.shutdown_timeout_ms);
    deadline_ = std::exchange(retired_, false) ? std::min(deadline_, now + shutdown) : now;
    return;
  }
  if (state_ == State::leaving) return leave(patience_);
  if (state_ != State::serving) return;
  healthy_ = false;
  drain_timer_.stop();
  parent_.stopping();
  state_files_.remove_admin();
  reloads_->stop();
  const config::Limits& limits = reloads_->serving().config->limits;
  patience_ = milliseconds(limits.shutdown_timeout_ms);
  log::info("{}: stopping; requests in flight have up to {} ms", why, patience_.count());
  if (limits.drain_delay_ms == 0) return leave(patience_);
  state_ = State::leaving;
  log::info("the health path answers 503; everything else goes on for {} ms", limits.drain_delay_ms);
  stop_timer_.after(milliseconds(limits.drain_delay_ms), [this] { leave(patience_); });
}

void Server::retire() {
  if (state_ != State::serving) return;
  const milliseconds patience(reloads_->serving().config->limits.drain_timeout_ms);
  log::info("another server process has taken over; what is open here has up to {} ms", patience.count());
  retired_ = true;
  admin_.reset();  // its socket is the other one's now
  reloads_->stop();
  leave(patience);
}

void Server::leave(milliseconds patience) {
  state_ = State::draining;
  if (!retired_) {
    // Who comes now is refused by the machine at once, and does not wait in a socket that nobody reads.
    const config::Config& config = *reloads_->serving().config;
    for (std::size_t index = 0; index < config.listen.size(); ++index) {
      sockets_.forget(listen_spec(config, index, workers_->size(), false));
    }
  }
  drain_timer_.stop();
  deadline_ = clock_.steady() + patience;
  workers_->on_each([](Workplace& workplace, std::size_t) { workplace.drain(); });
  stop_timer_.every(milliseconds(20), [this] { check_stopped(); });
}

void Server::check_stopped() {
  if (workers_->drained()) {
    loop_.stop();
    return;
  }
  const SteadyTime now = clock_.steady();
  if (now < deadline_) {
    workers_->ask_drained();
  } else if (state_ == State::draining) {
    state_ = State::cutting;
    deadline_ = now + cutting_patience;
    const StatusFacts left = facts_without_disk();
    log::warning("cutting {} connections with {} requests that have not ended in time", left.connections,
                 left.requests);
    workers_->on_each([](Workplace& workplace, std::size_t) { workplace.close_all(); });
    workers_->ask_drained();
  } else {
    end_at_once();
  }
}

/// Clients are gone by now. What is left must not be destroyed: it is in use, by a worker that may hang.
void Server::end_at_once() {
  bool answering = true;
  for (std::size_t index = 0; index < notes_->size(); ++index)
    answering = answering && notes_->slot(index).stalled == 0;
  if (answering) log::info("stopped; requests that wait for an upstream were given up");
  if (!answering) log::error("stopped, although a worker no longer answers: {}", DeathNotes::read(notes_->fd()));
  if (const auto& access_log = reloads_->serving().access_log) access_log->close();
  sockets_.close();
  std::_Exit(answering ? exit_fine : exit_our_fault);
}

}  // namespace outrider::app
