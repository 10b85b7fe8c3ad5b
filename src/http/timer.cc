// SPDX-License-Identifier: MIT
#include "http/timer.h"

namespace outrider::http {

Timeouts::~Timeouts() {
  for (auto& list : lists_) h2o_timeout_dispose(loop_, list.get());
}

h2o_timeout_t* Timeouts::lasting(std::uint32_t milliseconds) {
  for (auto& list : lists_) {
    if (list->timeout == milliseconds) return list.get();
  }
  auto& list = lists_.emplace_back(std::make_unique<h2o_timeout_t>());
  h2o_timeout_init(loop_, list.get(), milliseconds);
  return list.get();
}

Timer::Timer(Timeouts& timeouts, std::function<void()> on_expiry)
    : timeouts_(timeouts), on_expiry_(std::move(on_expiry)), entry_{{0, on_timeout, {}}, this} {}

void Timer::start(std::uint32_t milliseconds) {
  stop();
  h2o_timeout_link(timeouts_.loop(), timeouts_.lasting(milliseconds), &entry_.entry);
}

void Timer::on_timeout(h2o_timeout_entry_t* entry) {
  // A copy: the callback may destroy the timer, and with it the function that is running.
  const auto on_expiry = reinterpret_cast<Entry*>(entry)->timer->on_expiry_;
  on_expiry();
}

}  // namespace outrider::http
