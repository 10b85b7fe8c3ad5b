// SPDX-License-Identifier: MIT
// From the value tree of a configuration file to checked structs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "config/config.h"

namespace outrider::config {

/// How the reader gets at other files of the configuration (src/app joins this with src/script).
struct Sources {
  /// Loads one included file; throws LoadError.
  std::function<Value(const std::filesystem::path& file)> load;
  /// The regular files that match an absolute glob, sorted by bytes. Errors: the folder cannot be searched, and why.
  std::function<Result<std::vector<std::filesystem::path>>(const std::string& glob)> glob;
  /// They answer as they did in an earlier load: what is named may be gone by now, and the disk is not looked at.
  bool replayed = false;
  /// A server will serve by it: certificates, keys, tokens and the folders of logs must be there.
  bool serves = true;
  /// Told of each file and directory that is named and not there; may be empty.
  std::function<void(const std::filesystem::path&)> missed = {};
};

/// Throws LoadError with every problem found, each with file, line, key, what was expected and what was found; unknown
/// and repeated keys are errors with a suggestion. Directories and files that are named must exist and be readable
/// (but see Sources::replayed).
/// `folder` is the configuration file's, absolute.
Config read(const Value& tree, const std::filesystem::path& folder, const Sources& sources);

/// Of the configuration only where the server can be asked (`admin`); what is wrong elsewhere does not matter. Throws
/// LoadError like read().
Admin read_admin(const Value& tree, const std::filesystem::path& folder, const Sources& sources);

/// Of the configuration only `user`. Throws LoadError where it is wrong.
std::string read_user(const Value& tree, const std::filesystem::path& folder, const Sources& sources);

/// `run --files DIR`: one site on "*", a listener on a port of 127.0.0.1 (0 = any free one) with the given certificate,
/// the access log on standard output. `rules_globs` are relative to the current folder. Throws LoadError where the
/// directory or a folder of rules is missing.
Config for_files(const std::filesystem::path& directory, Certificate certificate, std::uint16_t port,
                 const std::vector<std::string>& rules_globs = {});

}  // namespace outrider::config
