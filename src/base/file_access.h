// SPDX-License-Identifier: MIT
// Whose a file is and who asks for it, in words: what an operator needs to mend permissions without a look at the disk.
// Any thread.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace outrider {

/// "alice"; "uid 1234" where no user has that number.
std::string user_name(uid_t uid);
/// "alice (uid 1234)"; "uid 1234" where no user has that number.
std::string user_text(uid_t uid);

/// A file, or the folder in front of it, and what stat(2) says of it.
struct Seen {
  std::filesystem::path path;
  struct stat status {};
};

/// `file` itself; where a folder on the way to it may not be entered, that folder; nothing if there is no such file.
std::optional<Seen> as_far_as_seen(const std::filesystem::path& file);

/// "belongs to root (uid 0), its mode is 0600, and this process runs as outrider (uid 998)".
std::string owner_and_mode(const struct stat& status);
/// "it belongs to root (uid 0), …", see owner_and_mode; where a folder on the way to it may not be entered, the same
/// about that folder, by name; empty if there is no such file.
std::string describe_access(const std::filesystem::path& file);

}  // namespace outrider
