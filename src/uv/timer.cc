// SPDX-License-Identifier: MIT
#include "uv/timer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "uv/box.h"

namespace outrider::uv {

using std::chrono::milliseconds;

struct Timer::TimerBox : Box<uv_timer_t> {};

void Timer::Close::operator()(TimerBox* box) const {
  close_box(box);
}

Timer::Timer(Loop& loop) : box_(new TimerBox) {
  CHECK(uv_timer_init(loop.get(), &box_->handle) == 0);
  box_->handle.data = static_cast<Box<uv_timer_t>*>(box_.get());
}

void Timer::after(milliseconds delay, std::function<void()> callback) {
  start(std::max(delay, milliseconds(0)), milliseconds(0), std::move(callback));
}

void Timer::every(milliseconds period, std::function<void()> callback) {
  period = std::max(period, milliseconds(1));
  start(period, period, std::move(callback));
}

void Timer::start(milliseconds delay, milliseconds period, std::function<void()> callback) {
  box_->use(std::move(callback));
  // libuv counts from the loop's cached time, which is old after a long callback.
  uv_update_time(box_->handle.loop);
  CHECK(uv_timer_start(
            &box_->handle, [](uv_timer_t* handle) { Box<uv_timer_t>::of(handle).invoke(); },
            static_cast<std::uint64_t>(delay.count()), static_cast<std::uint64_t>(period.count())) == 0);
}

void Timer::stop() {
  uv_timer_stop(&box_->handle);
  box_->callback.reset();
}

bool Timer::is_active() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&box_->handle)) != 0;
}

}  // namespace outrider::uv
