// SPDX-License-Identifier: MIT
// Files that are replaced as a whole: whoever reads one, also after a crash of the machine, finds the old content or
// the new one and nothing between them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace outrider {

/// Makes `bytes` the content of `file`, and its mode exactly `mode`: a new file beside it is written, synced and
/// renamed over it, then the folder is synced. A symbolic link is replaced, not followed. Any thread.
///
/// An error is "/etc/x: cannot be written: Permission denied"; then the old content stands, and nothing is left beside
/// it. Where the folder alone cannot be synced, "/etc/x: cannot be made to last: …", the new content stands.
Result<void> replace_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode);

}  // namespace outrider
