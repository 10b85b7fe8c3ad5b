// SPDX-License-Identifier: MIT
#include "uv/directory_watch.h"

#include <utility>

#include "uv/box.h"

namespace outrider::uv {

struct DirectoryWatch::WatchBox : Box<uv_fs_event_t> {
  std::string_view name;  // of the event that is being told
  bool replaced = false;

  static void on_event(uv_fs_event_t* handle, const char* name, int events, int status) {
    if (status != 0 || name == nullptr) return;
    auto& box = static_cast<WatchBox&>(of(handle));
    box.name = name;
    box.replaced = (events & UV_RENAME) != 0;
    box.invoke();
  }
};

void DirectoryWatch::Close::operator()(WatchBox* box) const {
  close_box(box);
}

tl::expected<DirectoryWatch, int> DirectoryWatch::on(Loop& loop, const std::string& path, Callback callback) {
  auto box = std::make_unique<WatchBox>();
  if (const int status = uv_fs_event_init(loop.get(), &box->handle); status != 0) return tl::unexpected(status);
  WatchBox* const raw = box.release();
  DirectoryWatch watch(raw);
  raw->handle.data = static_cast<Box<uv_fs_event_t>*>(raw);
  raw->use([raw, callback = std::move(callback)] { callback(raw->name, raw->replaced); });
  const int status = uv_fs_event_start(&raw->handle, WatchBox::on_event, path.c_str(), 0);
  if (status != 0) return tl::unexpected(status);
  return watch;
}

}  // namespace outrider::uv
