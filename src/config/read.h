// SPDX-License-Identifier: MIT
// From the value tree of a configuration file to checked structs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/value.h"
#include "config/config.h"

namespace outrider::config {

/// Loads one included file (src/app joins this with src/script).
using LoadFile = std::function<Value(const std::filesystem::path& file)>;

/// Throws LoadError with every problem found, each with file, line, key, what was expected and what was found; unknown
/// and repeated keys are errors with a suggestion. Directories and files that are named must exist and be readable.
/// `folder` is the configuration file's, absolute.
Config read(const Value& tree, const std::filesystem::path& folder, const LoadFile& load);

/// `run --files DIR`: one site on "*", a listener on a port of 127.0.0.1 (0 = any free one) with the given certificate,
/// the access log on standard output. `rules_globs` are relative to the current folder. Throws LoadError where the
/// directory or a folder of rules is missing.
Config for_files(const std::filesystem::path& directory, Certificate certificate, std::uint16_t port,
                 const std::vector<std::string>& rules_globs = {});

}  // namespace outrider::config
