// SPDX-License-Identifier: MIT
// The way from loading to the disk. Each question is asked once, however many Lua states load, so that all of them see
// the same bytes even while someone is writing; the answers become the generation's Snapshot, and from one of those
// they can be given again without a disk. Any thread: states load side by side.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "script/snapshot.h"

namespace outrider::script {

class SourceLog {
 public:
  static constexpr std::size_t largest_lua_file = 1u << 20;
  static constexpr std::size_t largest_data_file = 16u << 20;
  static constexpr std::size_t largest_total = 64u << 20;
  static constexpr std::size_t most_names = 100'000;  // in one directory listing

  using Text = std::shared_ptr<const std::string>;
  using Names = std::shared_ptr<const std::vector<std::string>>;
  using Paths = std::vector<std::filesystem::path>;

  /// Asks the disk.
  SourceLog() = default;
  /// Answers from the snapshot alone: what is not in it does not exist.
  explicit SourceLog(std::shared_ptr<const Snapshot> replayed);
  SourceLog(const SourceLog&) = delete;
  SourceLog& operator=(const SourceLog&) = delete;

  /// The content of a regular file of at most `largest` bytes; read now, or what was read of it before. `file` is
  /// absolute. Errors say what is wrong, without the name: "does not exist", "has 2097152 bytes; at most 1048576 are
  /// allowed".
  Result<Text> read(const std::filesystem::path& file, std::size_t largest);

  /// The first `most` bytes of a regular file, or all of a smaller one; the rest of it is no source. Errors as read().
  Result<Text> read_head(const std::filesystem::path& file, std::size_t most);

  /// The names in a directory, sorted by bytes, directories with a "/" behind; errors as read().
  Result<Names> list(const std::filesystem::path& directory);

  /// The regular files that an absolute pattern matches, sorted by bytes; see expand_glob(). The error is `cannot look
  /// in /etc/rules: there is no such directory; create it, or correct the path`.
  Result<Paths> glob(const std::string& pattern);

  /// The path without symbolic links, or nothing where it does not exist. `path` is absolute.
  std::optional<std::filesystem::path> real_path(const std::filesystem::path& path);

  /// The real path of `name` if it is (by its real path) inside one of `roots`. A relative `name` is looked for in each
  /// root in turn. Errors: it does not exist (with the places that were tried), or it is elsewhere.
  Result<std::filesystem::path> find_below(const std::vector<std::filesystem::path>& roots, const std::string& name);

  /// Whether the answers are those of an earlier load.
  bool replays() const { return replayed_ != nullptr; }

  /// Everything that was asked so far.
  std::shared_ptr<const Snapshot> snapshot() const;

 private:
  const FileAnswer& file_answer(const std::filesystem::path& file, std::size_t largest, bool head);
  Result<Text> text_of(const FileAnswer& answer) const;
  /// Returns where the path leads.
  std::optional<std::filesystem::path> note_way_to(const std::filesystem::path& path);

  std::shared_ptr<const Snapshot> replayed_;  // null: the disk is asked
  mutable std::mutex mutex_;                  // of what follows
  Answers answers_;
  std::size_t total_ = 0;
};

}  // namespace outrider::script
