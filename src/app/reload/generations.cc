// SPDX-License-Identifier: MIT
#include "app/reload/generations.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace outrider::app {
namespace {

bool can_be_taken_back(const Generation& generation) {
  return generation.was_live && generation.sources != nullptr;
}

}  // namespace

void Generations::make_live(Generation generation, Generation::State left, const std::string& why) {
  if (live_ != nullptr) {
    live_->state = left;
    if (!why.empty()) live_->note = why;
  }
  generation.state = Generation::State::live;
  generation.was_live = true;
  generation.turn = ++turns_;
  const auto known =
      std::find_if(all_.begin(), all_.end(), [&](const Generation& one) { return one.number == generation.number; });
  if (known == all_.end()) {
    all_.push_back(std::move(generation));
    live_ = &all_.back();
    return;
  }
  // Requests may still hold the rules that it had then; they must not be freed on a worker.
  generation.workers.insert(generation.workers.end(), known->workers.begin(), known->workers.end());
  generation.watches.insert(generation.watches.end(), known->watches.begin(), known->watches.end());
  generation.loaded_at = known->loaded_at;
  generation.note =
      "taken back: " + generation.origin.cause + (generation.origin.who.empty() ? "" : " by ") + generation.origin.who;
  generation.origin = known->origin;
  *known = std::move(generation);
  live_ = &*known;
}

void Generations::add_failed(std::uint64_t number, Origin origin, std::string digest, std::string why) {
  Generation failed;
  failed.number = number;
  failed.origin = std::move(origin);
  failed.digest = std::move(digest);
  failed.note = std::move(why);
  failed.state = Generation::State::failed;
  failed.loaded_at = std::chrono::system_clock::now();
  const bool follows_a_failure = !all_.empty() && all_.back().state == Generation::State::failed;
  if (follows_a_failure) all_.pop_back();
  all_.push_back(std::move(failed));
}

std::vector<std::shared_ptr<const push::WorkerRules>> Generations::take_unused() {
  std::vector<std::shared_ptr<const push::WorkerRules>> unused;
  for (Generation& generation : all_) {
    if (&generation == live_) continue;
    const auto first = std::partition(generation.workers.begin(), generation.workers.end(),
                                      [](const auto& rules) { return rules.use_count() > 1; });
    std::move(first, generation.workers.end(), std::back_inserter(unused));
    generation.workers.erase(first, generation.workers.end());
    if (generation.workers.empty() && generation.state == Generation::State::draining) {
      generation.state = Generation::State::freed;
    }
  }
  return unused;
}

void Generations::keep(std::size_t most) {
  std::size_t old = all_.empty() ? 0 : all_.size() - 1;
  for (auto generation = all_.begin(); generation != all_.end() && old > most;) {
    if (&*generation == live_ || !generation->workers.empty()) {
      ++generation;
      continue;
    }
    generation = all_.erase(generation);
    --old;
  }
}

const Generation* Generations::find(std::uint64_t number) const {
  const auto found = std::find_if(
      all_.begin(), all_.end(), [&](const Generation& one) { return one.number == number && can_be_taken_back(one); });
  return found == all_.end() ? nullptr : &*found;
}

const Generation* Generations::before_live() const {
  const Generation* before = nullptr;
  for (const Generation& generation : all_) {
    if (&generation == live_ || generation.number > live_->number) continue;
    if (!can_be_taken_back(generation) || generation.state == Generation::State::rolled_back) continue;
    if (before == nullptr || generation.turn > before->turn) before = &generation;
  }
  return before;
}

}  // namespace outrider::app
