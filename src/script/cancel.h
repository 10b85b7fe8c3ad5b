// SPDX-License-Identifier: MIT
// Ending a load that nobody waits for any more, because the server stops. Any thread sets the flag; the loading thread
// looks at it between files and states, and the watchdog while Lua runs.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "base/load_error.h"

namespace outrider::script {

/// True: end soon. Null: never cancelled.
using Cancel = std::shared_ptr<const std::atomic<bool>>;

inline constexpr std::string_view cancelled_text = "cancelled: the server is stopping";

inline bool is_cancelled(const Cancel& cancel) {
  return cancel != nullptr && cancel->load(std::memory_order_relaxed);
}

/// Throws LoadError that says so. Not inside Lua: there State does it.
inline void throw_if_cancelled(const Cancel& cancel) {
  if (is_cancelled(cancel)) throw LoadError({}, std::string(cancelled_text));
}

}  // namespace outrider::script
