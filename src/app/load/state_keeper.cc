// SPDX-License-Identifier: MIT
#include "app/load/state_keeper.h"

#include <utility>

#include "base/log.h"

namespace outrider::app {
namespace {

void save(Background& chores, const std::shared_ptr<const script::Snapshot>& sources, std::filesystem::path file) {
  chores.run([sources, file = std::move(file)]() -> Background::Then {
    if (auto saved = sources->save(file); !saved) log::warning("{}", saved.error().message);
    return {};
  });
}

}  // namespace

void StateKeeper::prepare() {
  if (!enabled_) return;
  if (auto made = files_.prepare(); !made) {
    log::warning("{}. The last good generation is not kept for \"run --or-last-good\"", made.error().message);
    enabled_ = false;
  }
}

void StateKeeper::keep_admin(const StateFiles::Admin& where) {
  if (!enabled_) return;
  if (auto written = files_.write_admin(where); !written) log::warning("{}", written.error().message);
}

void StateKeeper::remove_admin() {
  if (enabled_) files_.remove_admin();
}

void StateKeeper::runs(const std::shared_ptr<const script::Snapshot>& sources, Background& chores) {
  if (!enabled_) return;
  save(chores, sources, files_.running());
  std::error_code error;
  if (!std::filesystem::exists(files_.last_good(), error)) is_good(sources, chores);
}

void StateKeeper::is_good(const std::shared_ptr<const script::Snapshot>& sources, Background& chores) {
  if (enabled_) save(chores, sources, files_.last_good());
}

}  // namespace outrider::app
