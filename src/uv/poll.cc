// SPDX-License-Identifier: MIT
#include "uv/poll.h"

#include <string>
#include <utility>

#include "uv/box.h"

namespace outrider::uv {

struct Poll::PollBox : Box<uv_poll_t> {};

void Poll::Close::operator()(PollBox* box) const {
  close_box(box);
}

Result<Poll> Poll::readable(Loop& loop, int fd, std::function<void()> callback) {
  const std::string what = "cannot watch descriptor " + std::to_string(fd);
  auto box = std::make_unique<PollBox>();
  if (const int status = uv_poll_init(loop.get(), &box->handle, fd); status != 0) return uv_failure(what, status);
  box->handle.data = static_cast<Box<uv_poll_t>*>(box.get());
  box->use(std::move(callback));
  Poll poll(box.release());
  const int status = uv_poll_start(&poll.box_->handle, UV_READABLE | UV_DISCONNECT,
                                   [](uv_poll_t* handle, int, int) { Box<uv_poll_t>::of(handle).invoke(); });
  if (status != 0) return uv_failure(what, status);
  return poll;
}

}  // namespace outrider::uv
