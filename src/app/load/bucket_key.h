// SPDX-License-Identifier: MIT
// The key of `bucket(name)` and `share`: the same on machines behind one balancer if it comes from a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace outrider::app {

using BucketKey = std::array<std::uint8_t, 16>;

/// 32 hex digits (as `openssl rand -hex 16` prints them), or 16 bytes. Errors name the file and what was found.
Result<BucketKey> read_bucket_key(const std::filesystem::path& file);
BucketKey random_bucket_key();

}  // namespace outrider::app
