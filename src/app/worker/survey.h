// SPDX-License-Identifier: MIT
// A question to every worker, answered on its thread, and an end to waiting: a worker may hang in a rule or a disk, and
// who asks is told so instead of waiting with it. The main thread's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/worker/worker_group.h"
#include "uv/timer.h"

namespace outrider::app {

class Survey {
 public:
  static constexpr std::chrono::seconds patience{2};

  /// Both outlive it.
  Survey(uv::Loop& loop, WorkerGroup& workers) : loop_(loop), workers_(workers) {}

  /// `done` gets what came back in time, by the workers' index, once all have answered or `patience` is over.
  template <class Answer>
  void ask(std::function<Answer(Workplace&)> question, std::function<void(std::vector<std::optional<Answer>>)> done) {
    using Answers = std::vector<std::optional<Answer>>;
    // Touched by the main thread alone: a worker's answer comes to it as a task.
    const auto answers = std::make_shared<Answers>(workers_.size());
    const std::uint64_t round = begin([answers, done = std::move(done)] { done(std::move(*answers)); });
    for (std::size_t index = 0; index < workers_.size(); ++index) {
      workers_[index].post([this, round, index, answers, question](Workplace& workplace) {
        const auto answer = std::make_shared<Answer>(question(workplace));
        workers_.post_to_main([this, round, index, answers, answer] {
          if (!is_open(round)) return;
          (*answers)[index] = std::move(*answer);
          came(round);
        });
      });
    }
  }

 private:
  struct Round {
    std::size_t left;
    std::function<void()> done;
    uv::Timer timer;
  };

  std::uint64_t begin(std::function<void()> done);
  bool is_open(std::uint64_t round) const { return rounds_.contains(round); }
  void came(std::uint64_t round);
  void end(std::uint64_t round);

  uv::Loop& loop_;
  WorkerGroup& workers_;
  std::uint64_t last_round_ = 0;
  std::map<std::uint64_t, Round> rounds_;
};

}  // namespace outrider::app
