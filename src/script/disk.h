// SPDX-License-Identifier: MIT
// What loading asks the disk, each question with its answer as a plain value: the one place in this folder that reads
// files while rules and configuration load. SourceLog keeps the answers, Snapshot asks again. Control thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace outrider::script {

/// By what a file is known to be unchanged without reading it.
struct Signature {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;  // since 1970
  /// It had been left alone for so long when it was read that a later write must have another time. Where that is
  /// false, equal signatures prove nothing.
  bool settled = false;

  /// `later` is of the same file, and nobody wrote to it in between.
  bool proves_unchanged(const Signature& later) const;
};

/// A file's content, or why there is none.
struct FileAnswer {
  std::shared_ptr<const std::string> text;  // null where reading failed
  /// Without the name: "does not exist", "has 2097152 bytes; at most 1048576 are allowed".
  std::string failure;
  std::size_t largest = 0;  // that was asked for, in bytes
  Signature signature;
  bool head = false;  // the file goes on behind `text`
};

/// A directory's names, sorted by bytes, directories with a "/" behind; or why there are none.
struct ListAnswer {
  std::shared_ptr<const std::vector<std::string>> names;
  std::string failure;
};

/// Where a path leads.
struct WalkAnswer {
  /// Without symbolic links; nothing where it does not exist.
  std::optional<std::filesystem::path> real;
  /// The symbolic links on the way, and the first name that is not there: whatever changes the answer changes one of
  /// these.
  std::vector<std::filesystem::path> names;
};

/// Why a file is not read: `has 2097152 bytes; at most 1048576 are allowed`.
std::string too_large(std::size_t size, std::size_t largest);
/// Reads a regular file of at most `largest` bytes whole. One that somebody writes to meanwhile is a failure.
FileAnswer read_file(const std::filesystem::path& file, std::size_t largest);
/// Reads the first `most` bytes of a regular file, or all of a smaller one.
FileAnswer read_head(const std::filesystem::path& file, std::size_t most);
/// The file's signature now, or nothing where it cannot be found.
std::optional<Signature> signature_of(const std::filesystem::path& file);
/// Lists a directory of at most `most` entries.
ListAnswer list_directory(const std::filesystem::path& directory, std::size_t most);
/// Follows an absolute path.
WalkAnswer walk(const std::filesystem::path& path);

}  // namespace outrider::script
