// SPDX-License-Identifier: MIT
#include "app/reload/file_watches.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/load/load.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using Paths = std::vector<std::filesystem::path>;

Paths both(Paths a, const Paths& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  a.erase(std::unique(a.begin(), a.end()), a.end());
  return a;
}

void watch(uv::FileWatch& watcher, const Paths& files, const Paths& directories) {
  if (auto watched = watcher.watch(files, directories); !watched) log::warning("{}", watched.error().message);
}

}  // namespace

FileWatches::FileWatches(uv::Loop& loop, std::function<void()> files_changed,
                         std::function<void()> certificates_changed)
    : files_(loop, settle, std::move(files_changed)), certificates_(loop, settle, std::move(certificates_changed)) {}

void FileWatches::update(const Generation& live, const script::Snapshot& last_tried,
                         const config::Config& tried_config) {
  watch(certificates_, both(tls_files(*live.config), tls_files(tried_config)), {});
  if (live.config->watch) {
    watch(files_, both(live.sources->files(), last_tried.files()),
          both(live.sources->directories(), last_tried.directories()));
  } else {
    watch(files_, {}, {});
  }
}

}  // namespace outrider::app
