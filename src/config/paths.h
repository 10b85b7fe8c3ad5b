// SPDX-License-Identifier: MIT
// Paths of the configuration: made absolute from its folder, and looked at on the disk. Nothing is opened or changed.
#pragma once

#include <filesystem>
#include <string>

#include "config/report.h"

namespace outrider::config {

/// `text` below `folder`, or itself where it is absolute; without "." and "..".
std::filesystem::path absolute(const std::filesystem::path& folder, const std::string& text);

/// Each reports a problem with the path at `text` and returns false: a directory that can be listed and entered; a
/// regular file that can be read, with owner and mode where it cannot; a file that may be made, in a directory that is
/// there.
bool check_directory(Report& report, const Text& text, const std::filesystem::path& path);
bool check_file(Report& report, const Text& text, const std::filesystem::path& path);
/// As check_file, where a server will serve by what is read (Sources::serves).
bool check_secret_file(Report& report, const Text& text, const std::filesystem::path& path);
bool check_parent(Report& report, const Text& text, const std::filesystem::path& path);

/// The part of a glob that has no wildcard: "/etc/outrider/rules" of "/etc/outrider/rules/*.lua". A glob without any
/// wildcard is returned whole.
std::filesystem::path fixed_part(const std::filesystem::path& glob);

}  // namespace outrider::config
