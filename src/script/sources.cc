// SPDX-License-Identifier: MIT
#include "script/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [in_root, in_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return in_root == root.end() || (in_root->empty() && std::next(in_root) == root.end());
}

/// The answer of the snapshot, or one that says that it has none.
template <class Map, class Answer>
Answer replay(const Map& answers, const typename Map::key_type& question, Answer missing) {
  const auto found = answers.find(question);
  return found == answers.end() ? std::move(missing) : found->second;
}

FileAnswer missing_file(std::size_t largest) {
  return {nullptr, "does not exist", largest, {}};
}

/// What is known of a file tells what a question for `largest` bytes wants to know.
bool tells(const FileAnswer& known, std::size_t largest, bool head) {
  const bool was_too_large = known.signature.size > known.largest;
  if (!known.text) return largest <= known.largest && !(head && was_too_large);
  if (!known.head) return true;
  return head ? known.text->size() >= largest : known.signature.size > largest;
}

}  // namespace

SourceLog::SourceLog(std::shared_ptr<const Snapshot> replayed) : replayed_(std::move(replayed)) {
  answers_.names = replayed_->answers().names;
}

std::optional<fs::path> SourceLog::note_way_to(const fs::path& path) {
  WalkAnswer way = walk(path);
  answers_.names.insert(way.names.begin(), way.names.end());
  return std::move(way.real);
}

const FileAnswer& SourceLog::file_answer(const fs::path& file, std::size_t largest, bool head) {
  const auto known = answers_.files.find(file);
  // A file that was too large may be small enough for whoever asks now.
  if (known != answers_.files.end() && tells(known->second, largest, head)) return known->second;
  FileAnswer& answer = answers_.files[file];
  if (answer.text) total_ -= answer.text->size();
  if (replayed_) {
    answer = replay(replayed_->answers().files, file, missing_file(largest));
  } else {
    answer = (head ? script::read_head : read_file)(file, largest);
    // What an editor writes to may be the file that a link leads to.
    if (const auto real = note_way_to(file); real && *real != file) answers_.names.insert(*real);
  }
  if (answer.text) total_ += answer.text->size();
  return answer;
}

std::shared_ptr<const Snapshot> SourceLog::snapshot() const {
  const std::lock_guard lock(mutex_);
  return std::make_shared<const Snapshot>(answers_);
}

Result<SourceLog::Text> SourceLog::read(const fs::path& file, std::size_t largest) {
  const std::lock_guard lock(mutex_);
  const FileAnswer& answer = file_answer(file, largest, false);
  if (!answer.text) return failure(answer.failure);
  const std::size_t size = answer.head ? answer.signature.size : answer.text->size();
  if (size > largest) return failure(too_large(size, largest));
  return text_of(answer);
}

Result<SourceLog::Text> SourceLog::read_head(const fs::path& file, std::size_t most) {
  const std::lock_guard lock(mutex_);
  const FileAnswer& answer = file_answer(file, most, true);
  if (!answer.text) return failure(answer.failure);
  if (answer.text->size() > most) return std::make_shared<const std::string>(*answer.text, 0, most);
  return text_of(answer);
}

Result<SourceLog::Text> SourceLog::text_of(const FileAnswer& answer) const {
  if (total_ > largest_total) {
    return failure(
        fmt::format("goes beyond the {} MiB that all rule and data files together may have", largest_total >> 20));
  }
  return answer.text;
}

Result<SourceLog::Names> SourceLog::list(const fs::path& directory) {
  const std::lock_guard lock(mutex_);
  auto known = answers_.listings.find(directory);
  if (known == answers_.listings.end()) {
    ListAnswer answer = replayed_
                            ? replay(replayed_->answers().listings, directory, ListAnswer{nullptr, "does not exist"})
                            : list_directory(directory, most_names);
    known = answers_.listings.emplace(directory, std::move(answer)).first;
    if (!replayed_) note_way_to(directory);
  }
  if (!known->second.names) return failure(known->second.failure);
  return known->second.names;
}

Result<SourceLog::Paths> SourceLog::glob(const std::string& pattern) {
  const std::lock_guard lock(mutex_);
  auto known = answers_.globs.find(pattern);
  if (known == answers_.globs.end()) {
    Globbed answer = replayed_
                         ? replay(replayed_->answers().globs, pattern,
                                  Globbed{{}, {}, fmt::format("{} was not looked for when this was kept", pattern)})
                         : expand_glob(pattern);
    known = answers_.globs.emplace(pattern, std::move(answer)).first;
    const auto& looked_in = known->second.directories;
    for (const fs::path& directory : replayed_ ? Paths() : looked_in) note_way_to(directory);
    if (!replayed_ && looked_in.empty()) note_way_to(fs::path(pattern).parent_path());
  }
  if (!known->second.failure.empty()) return failure(known->second.failure);
  return known->second.matches;
}

std::optional<fs::path> SourceLog::real_path(const fs::path& path) {
  const std::lock_guard lock(mutex_);
  if (const auto known = answers_.real_paths.find(path); known != answers_.real_paths.end()) return known->second;
  if (replayed_) {
    return answers_.real_paths[path] = replay(replayed_->answers().real_paths, path, std::optional<fs::path>());
  }
  return answers_.real_paths[path] = note_way_to(path);
}

Result<fs::path> SourceLog::find_below(const std::vector<fs::path>& roots, const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos)
    return failure("expected a file name, found an empty string");
  std::string tried;
  bool outside = false;
  for (const fs::path& root : roots) {
    const auto real_root = real_path(root);
    if (!real_root) continue;
    const fs::path wanted = root / name;  // an absolute name stays what it is
    const auto real = real_path(wanted);
    if (!real) {
      const std::string text = wanted.lexically_normal().string();
      if (tried.find(text) == std::string::npos) tried += (tried.empty() ? "" : ", ") + text;
      continue;
    }
    if (is_below(*real, *real_root)) return *real;
    outside = true;
  }
  if (outside) {
    std::string allowed;
    for (const fs::path& root : roots) allowed += (allowed.empty() ? "" : ", ") + root.string();
    return failure(fmt::format("is outside the directories that may be read: {}", allowed));
  }
  if (tried.empty()) return failure("there is no directory that may be read");
  return failure("does not exist; looked for " + tried);
}

}  // namespace outrider::script
