// SPDX-License-Identifier: MIT
// Keys of 16 bytes, of `bucket(name)` and `share` and of client cookies: the same on machines behind one balancer if
// they come from files. Whoever loads; no state.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace outrider::app {

using SecretKey = std::array<std::uint8_t, 16>;

/// 32 hex digits (as `openssl rand -hex 16` prints them), or 16 bytes. Errors begin with `what` ("bucket key") and name
/// the file and what was found: unreadable (with owner and mode), or of another length.
Result<SecretKey> read_secret_key(const std::filesystem::path& file, std::string_view what);

}  // namespace outrider::app
