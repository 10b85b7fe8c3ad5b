// SPDX-License-Identifier: MIT
// The generations of this server process, oldest first: the live one, those that requests still hold, and the last few
// with their sources, which can be taken back. The main thread's.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <vector>

#include "app/reload/generation.h"

namespace outrider::app {

class Generations {
 public:
  /// Numbers begin behind `last_number`.
  explicit Generations(std::uint64_t last_number) : last_number_(last_number) {}

  /// The number that the next attempt gets, whether it succeeds or fails.
  std::uint64_t next_number() { return ++last_number_; }
  std::uint64_t last_number() const { return last_number_; }

  /// The one that answers requests. There is none before the first make_live().
  const Generation* live() const { return live_; }
  Generation* live() { return live_; }

  /// Puts a generation in the place of the live one, which drains and has `left` as its state and `why` as its note.
  /// One that is in the list already (a rollback) takes its old place.
  void make_live(Generation generation, Generation::State left, const std::string& why);
  /// Remembers an attempt that failed, in the place of one that failed just before it: a broken file that is saved over
  /// and over must not push out what could be taken back.
  void add_failed(std::uint64_t number, Origin origin, std::string digest, std::string why);

  /// What no request holds any more, to be freed where nobody waits for it. Its record stays.
  std::vector<std::shared_ptr<const push::WorkerRules>> take_unused();
  /// Forgets the oldest beyond `most` that are neither live nor draining.
  void keep(std::size_t most);

  /// The generation of that number if it can be taken back: it was live once and its sources are kept.
  const Generation* find(std::uint64_t number) const;
  /// The one to take back where nobody names one: of those that are older than the live one and were not rolled back,
  /// the one that was live last.
  const Generation* before_live() const;

  const std::list<Generation>& all() const { return all_; }

 private:
  std::list<Generation> all_;
  Generation* live_ = nullptr;
  std::uint64_t last_number_;
  std::uint64_t turns_ = 0;
};

}  // namespace outrider::app
