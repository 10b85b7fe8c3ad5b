// SPDX-License-Identifier: MIT
// Which files a site's rules and the tests beside them are in: globs, expanded and put in order. Control thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "script/rules.h"
#include "script/sources.h"

namespace outrider::script {

struct RuleFile {
  std::filesystem::path path;  // absolute
  std::string shown;           // shown_as()
};

struct RuleFiles {
  /// By file name (bytes), then by path; each once.
  std::vector<RuleFile> files;
  /// The fixed parts of the globs: where `require` and `data` look. Each once, in the order of the globs.
  std::vector<std::filesystem::path> directories;
  /// "*.test.lua", in the order of `files`.
  std::vector<RuleFile> tests;
};

/// How messages name a file: beside the configuration file `named_in` as it was typed, so that the name can be opened
/// from where the operator stands; where that cannot be, the whole path.
std::string shown_as(const std::filesystem::path& file, const Place& named_in);

/// Expands the globs of one site (`*`, `?` and `[…]` within a path segment). Left out are "*.test.lua", what is below a
/// "lib" folder, and what is no regular file. Appends a problem for each glob whose directory is missing or cannot be
/// read, and for each name without a wildcard that is no file.
RuleFiles find_rule_files(const RuleSetSpec& spec, SourceLog& sources, std::vector<Problem>& problems);

/// Fills in the tests of all sites, whose files have been found: every "*.test.lua" in a folder that one of the site's
/// globs begins in or one of its rule files is in. But a "shop.test.lua" beside a "shop.lua" that is a rule file of any
/// site is about that one: sites that do not load it, but share its folder, do without. Of a module it is its test.lua
/// alone.
void find_test_files(const std::vector<RuleSetSpec>& sites, std::vector<RuleFiles>& found, SourceLog& sources,
                     std::vector<Problem>& problems);

}  // namespace outrider::script
