// SPDX-License-Identifier: MIT
// The word that opens the admin plane over TCP (RFC 6750): from a file that others cannot read.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace outrider::app {

/// The file's only line, 16 to 512 printable characters without spaces. Errors name the file and what was found, never
/// the word.
Result<std::string> read_admin_token(const std::filesystem::path& file);

}  // namespace outrider::app
