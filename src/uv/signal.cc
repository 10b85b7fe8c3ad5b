// SPDX-License-Identifier: MIT
#include "uv/signal.h"

#include <string>
#include <utility>

#include "uv/box.h"

namespace outrider::uv {

struct Signal::SignalBox : Box<uv_signal_t> {};

void Signal::Close::operator()(SignalBox* box) const {
  close_box(box);
}

Result<Signal> Signal::on(Loop& loop, int number, std::function<void()> callback) {
  const std::string what = "cannot watch signal " + std::to_string(number);
  auto box = std::make_unique<SignalBox>();
  if (const int status = uv_signal_init(loop.get(), &box->handle); status != 0) return uv_failure(what, status);
  box->handle.data = static_cast<Box<uv_signal_t>*>(box.get());
  box->use(std::move(callback));
  Signal signal(box.release());
  const int status = uv_signal_start(
      &signal.box_->handle, [](uv_signal_t* handle, int) { Box<uv_signal_t>::of(handle).invoke(); }, number);
  if (status != 0) return uv_failure(what, status);
  return signal;
}

}  // namespace outrider::uv
