// SPDX-License-Identifier: MIT
// How long the server may be silent before the supervisor takes it for stuck.
#pragma once

#include <chrono>

namespace outrider::app {

/// The server sends a heartbeat each second while every worker answers; after this long without one it is ended by
/// SIGABRT and started again.
inline constexpr std::chrono::milliseconds heartbeat_patience{10'000};

/// heartbeat_patience, or OUTRIDER_HEARTBEAT_MS from the environment (for tests; at least 500).
std::chrono::milliseconds heartbeat_timeout();

/// How often the server looks after its workers and sends a heartbeat: each second, or ten times in a shorter timeout.
std::chrono::milliseconds heartbeat_interval();

}  // namespace outrider::app
