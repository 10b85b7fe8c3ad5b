// SPDX-License-Identifier: MIT
#include "app/worker/survey.h"

namespace outrider::app {

std::uint64_t Survey::begin(std::function<void()> done) {
  const std::uint64_t round = ++last_round_;
  const auto [at, made] = rounds_.emplace(round, Round{workers_.size(), std::move(done), uv::Timer(loop_)});
  at->second.timer.after(patience, [this, round] { end(round); });
  return round;
}

void Survey::came(std::uint64_t round) {
  if (--rounds_.at(round).left == 0) end(round);
}

void Survey::end(std::uint64_t round) {
  const auto ended = rounds_.extract(round);
  ended.mapped().done();
}

}  // namespace outrider::app
