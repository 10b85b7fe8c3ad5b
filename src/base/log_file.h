// SPDX-License-Identifier: MIT
// Opening a file that is written to for months and replaced by log rotation. Whoever opens one never waits: a pipe
// without a reader is an error, not a server that hangs. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace outrider {

/// Opens `path` for appending, and makes it with mode 0640 where it does not exist. The descriptor is non-blocking,
/// which a regular file does not heed: a write to a full pipe fails with EAGAIN. Errors begin with `cannot open the
/// WHAT`
/// ("access log"): a missing folder, a directory, permissions, a pipe that nobody reads.
Result<UniqueFd> open_log_file(const std::string& path, std::string_view what);

}  // namespace outrider
