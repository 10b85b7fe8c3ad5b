// SPDX-License-Identifier: MIT
// Private to src/uv. A uv handle must live until its close callback has run, which is later than the wrapper's end: so
// it lives in a box that the close callback frees. The wrapper's callback is let go at once, and a callback that
// destroys or re-arms its own wrapper stays valid until it returns because invoke() holds a share of it.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"

namespace outrider::uv {

inline tl::unexpected<Error> uv_failure(const std::string& what, int status) {
  return failure(what + ": " + uv_strerror(status));
}

template <class Handle>
struct Box {
  Handle handle{};
  std::shared_ptr<const std::function<void()>> callback;

  void use(std::function<void()> function) {
    callback = std::make_shared<const std::function<void()>>(std::move(function));
  }

  /// noexcept, because an exception must not unwind through libuv's C frames.
  void invoke() noexcept {
    const auto held = callback;
    if (held && *held) (*held)();
  }

  static Box& of(Handle* handle) { return *static_cast<Box*>(handle->data); }
};

/// The end of a wrapper: no callback runs any more, and the memory goes when libuv has let go of it.
template <class BoxType>
void close_box(BoxType* box) {
  box->callback.reset();
  box->handle.data = box;
  uv_close(reinterpret_cast<uv_handle_t*>(&box->handle),
           [](uv_handle_t* handle) { delete static_cast<BoxType*>(handle->data); });
}

}  // namespace outrider::uv
