// SPDX-License-Identifier: MIT
// What each worker is busy with, in memory that outlives the server process: when it dies, the supervisor reads there
// what was being served. One slot a worker, written by that worker with plain stores (and by the crash handler), read
// when the writer is dead: torn text is possible and harmless. The memory is a sealed memfd, which the reader reads and
// never maps.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

class DeathNotes {
 public:
  struct Slot {
    std::atomic<std::uint8_t> crashed{0};  // this worker's thread got the deadly signal
    std::atomic<std::uint8_t> stalled{0};  // has not ticked for a while
    std::uint16_t phase_length = 0, rule_length = 0, path_length = 0;
    char phase[24];
    char rule[96];
    char path[384];

    /// Notes what begins; an empty phase means idle. Texts are cut to what fits. The worker's thread.
    void set(std::string_view new_phase, std::string_view new_rule, std::string_view new_path);
    /// Notes whose function runs now; what was noted of the request stays.
    void set_rule(std::string_view new_rule);
  };

  /// Errors: no memory.
  static Result<DeathNotes> create(std::size_t workers);
  DeathNotes(DeathNotes&& other) noexcept;
  DeathNotes& operator=(DeathNotes&&) = delete;
  ~DeathNotes();

  Slot& slot(std::size_t worker) { return slots_[worker]; }
  std::size_t size() const { return size_; }
  int fd() const { return fd_.get(); }

  /// `worker 0: handler, rule "home", /path; worker 2 (not answering): …`, for those that crashed, else those that
  /// stalled, else those that were busy; empty if none. `fd` is another process's fd().
  static std::string read(int fd);

 private:
  DeathNotes(UniqueFd fd, Slot* slots, std::size_t size) : fd_(std::move(fd)), slots_(slots), size_(size) {}

  UniqueFd fd_;
  Slot* slots_;
  std::size_t size_;
};

}  // namespace outrider::app
