// SPDX-License-Identifier: MIT
// Every file that a generation is made of. A file is read once, however many Lua states load it, so that all of them
// see the same bytes even while someone is writing; what was read is what the digest covers and what is watched.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace outrider::script {

class SourceLog {
 public:
  static constexpr std::size_t kLargestLuaFile = 1u << 20;
  static constexpr std::size_t kLargestDataFile = 16u << 20;
  static constexpr std::size_t kLargestTotal = 64u << 20;
  static constexpr std::size_t kMostNames = 100'000;  // in one directory listing

  using Text = std::shared_ptr<const std::string>;
  using Names = std::shared_ptr<const std::vector<std::string>>;

  /// The content of a regular file of at most `largest` bytes; read now, or what was read of it before. `file` is
  /// absolute. Errors say what is wrong, without the name: "does not exist", "has 2097152 bytes; at most 1048576 are
  /// allowed".
  Result<Text> read(const std::filesystem::path& file, std::size_t largest);

  /// The names in a directory, sorted by bytes, directories with a "/" behind; errors as read().
  Result<Names> list(const std::filesystem::path& directory);

  /// SHA-256 over the names and contents of everything read and listed, as 64 hex digits.
  std::string digest() const;
  /// Absolute, sorted.
  std::vector<std::filesystem::path> files() const;
  /// Those that were listed: what appears in them changes the generation, too.
  std::vector<std::filesystem::path> directories() const;

 private:
  std::map<std::filesystem::path, Text> files_;
  std::map<std::filesystem::path, Names> directories_;
  std::size_t total_ = 0;
};

/// SHA-256 as 64 hex digits.
std::string sha256_hex(std::string_view text);

/// The real path of `name` if it is (by its real path) inside one of `roots`. A relative `name` is looked for in each
/// root in turn. Errors: it does not exist (with the places that were tried), or it is elsewhere.
Result<std::filesystem::path> find_below(const std::vector<std::filesystem::path>& roots, const std::string& name);

}  // namespace outrider::script
