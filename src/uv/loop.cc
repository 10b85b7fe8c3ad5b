// SPDX-License-Identifier: MIT
#include "uv/loop.h"

#include <uv.h>

#include "base/check.h"
#include "uv/box.h"

namespace outrider::uv {

Result<Loop> Loop::create() {
  auto loop = std::make_unique<uv_loop_t>();
  if (const int status = uv_loop_init(loop.get()); status != 0)
    return uv_failure("cannot create an event loop", status);
  return Loop(loop.release());
}

void Loop::run() {
  uv_run(loop_.get(), UV_RUN_DEFAULT);
}

void Loop::stop() {
  uv_stop(loop_.get());
}

void Loop::Close::operator()(uv_loop_s* loop) const {
  uv_walk(
      loop, [](uv_handle_t* handle, void*) { CHECK(uv_is_closing(handle)); }, nullptr);
  int status = uv_loop_close(loop);
  // A stop() that run() has not seen yet ends the first turn early, so one turn need not be enough.
  for (int turn = 0; status == UV_EBUSY && turn < 16; ++turn) {
    uv_run(loop, UV_RUN_NOWAIT);
    status = uv_loop_close(loop);
  }
  CHECK(status == 0);
  delete loop;
}

}  // namespace outrider::uv
