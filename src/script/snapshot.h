// SPDX-License-Identifier: MIT
// Everything that one load asked the disk, with the answers: the sources of a generation. From a snapshot the same
// generation can be built again whatever the disk says by then; it tells whether the disk says something else now, what
// to watch in order to notice, and can itself be kept in a file. Immutable; any thread. Secrets are not in it: env()
// and credential() do not go this way.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "script/disk.h"
#include "script/glob.h"

namespace outrider::script {

/// Questions and answers; all paths are absolute.
struct Answers {
  std::map<std::filesystem::path, FileAnswer> files;
  std::map<std::filesystem::path, ListAnswer> listings;
  std::map<std::string, Globbed> globs;  // by pattern
  /// Where a name leads, without symbolic links; nothing where it does not exist.
  std::map<std::filesystem::path, std::optional<std::filesystem::path>> real_paths;
  /// Symbolic links on the way to all these, and names that were looked for and not there.
  std::set<std::filesystem::path> names;
};

class Snapshot {
 public:
  explicit Snapshot(Answers answers) : answers_(std::move(answers)) {}

  const Answers& answers() const { return answers_; }

  /// SHA-256 over the names and contents of all files read, over what listings and globs answered and over what was
  /// looked for and not there, as 64 hex digits.
  std::string digest() const;

  /// What to watch, besides directories(): files that were read, by the name that was asked for and by the real one;
  /// symbolic links on the way to them; of what was looked for and not there, the first name that is missing. Absolute,
  /// sorted, each once.
  std::vector<std::filesystem::path> files() const;
  /// Those whose entries count, because they were listed or globs looked in them. Absolute, sorted, each once.
  std::vector<std::filesystem::path> directories() const;

  /// Asks the disk the same questions again and returns whether an answer is another one. Contents are compared only
  /// where a file's signature differs; a file that cannot be read any more is a difference, a new time alone is none.
  bool differs_from_disk() const;

  /// Writes it to `file` (mode 0600) so that there is either the old content or the new one, also after a crash. The
  /// error names the file.
  Result<void> save(const std::filesystem::path& file) const;
  /// Reads what save() wrote. A file that is cut off, was changed, or is something else is an error that says so and
  /// names the file.
  static Result<std::shared_ptr<const Snapshot>> load(const std::filesystem::path& file);

 private:
  Answers answers_;
};

/// SHA-256 as 64 hex digits.
std::string sha256_hex(std::string_view text);

}  // namespace outrider::script
