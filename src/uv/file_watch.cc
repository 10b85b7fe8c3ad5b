// SPDX-License-Identifier: MIT
// An event says that a name in a directory has something new about it. If that name is on the way to one of the paths,
// all ways are gone again and the watches set anew. A directory whose own name was replaced is watched afresh, because
// the kernel watches inodes, and their numbers are used again.
#include "uv/file_watch.h"

#include <sys/stat.h>
#include <uv.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "uv/directory_watch.h"
#include "uv/follow_path.h"

namespace outrider::uv {
namespace {

using std::chrono::milliseconds;

// The events of one `rm -r` or one unpacked archive cause one derivation, not thousands.
constexpr milliseconds gather{5};
constexpr std::size_t most_named = 3;

/// What editors write beside the file that is being edited: vim's swap and probe, backups, Emacs' locks and autosaves.
bool is_temporary(std::string_view name) {
  const bool swap = name.starts_with('.') && name.size() > 4 && name.substr(name.size() - 4, 3) == ".sw";
  return swap || name == "4913" || name.ends_with('~') || name.starts_with(".#") ||
         (name.size() > 1 && name.starts_with('#') && name.ends_with('#'));
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string cause(int status) {
  switch (status) {
    case UV_ENOSPC:
      return "the user has no inotify watches left; raise the sysctl fs.inotify.max_user_watches";
    case UV_EMFILE:
      return "the process has no file descriptors or the user no inotify instances left; raise the limit of open files "
             "or the sysctl fs.inotify.max_user_instances";
    case UV_EACCES:
      return "permission denied; watching a directory needs the right to read it";
    default:
      return uv_strerror(status);
  }
}

/// "cannot watch /a, /b, /c and 4 more: CAUSE", a line for each cause.
std::string describe(const std::map<int, std::vector<std::string>>& failures) {
  std::string text;
  for (const auto& [status, paths] : failures) {
    std::string list;
    for (std::size_t i = 0; i < std::min(paths.size(), most_named); ++i) list += (i == 0 ? "" : ", ") + paths[i];
    if (paths.size() > most_named) list += fmt::format(" and {} more", paths.size() - most_named);
    text += fmt::format("{}cannot watch {} for changes: {}", text.empty() ? "" : "\n", list, cause(status));
  }
  return text;
}

}  // namespace

/// The directories that are watched, by real path, and what for.
struct FileWatch::Directories {
  struct Directory {
    std::optional<DirectoryWatch> watch;
    std::set<std::string, std::less<>> names;
    bool every_entry = false;
    bool needed = true;     // by the derivation that goes on
    bool outdated = false;  // another directory may have taken its place
  };

  Loop& loop;
  std::map<std::string, Directory> by_path;
  std::map<int, std::vector<std::string>> failures;

  void begin() {
    failures.clear();
    std::erase_if(by_path, [](const auto& entry) { return entry.second.outdated || !entry.second.watch; });
    for (auto& [path, directory] : by_path) {
      directory.names.clear();
      directory.every_entry = directory.needed = false;
    }
  }

  Directory& need(const std::string& path, const FileWatch::OnEvent& on_event) {
    const auto [found, is_new] = by_path.try_emplace(path);
    Directory& directory = found->second;
    directory.needed = true;
    if (!is_new) return directory;
    auto watch = DirectoryWatch::on(
        loop, path, [on_event, path](std::string_view name, bool replaced) { on_event(path, name, replaced); });
    if (watch) {
      directory.watch = std::move(*watch);
    } else if (watch.error() != UV_ENOENT && watch.error() != UV_ENOTDIR) {  // those have an event of their own
      failures[watch.error()].push_back(path);
    }
    return directory;
  }

  void end() {
    std::erase_if(by_path, [](const auto& entry) { return !entry.second.needed; });
  }
};

FileWatch::FileWatch(Loop& loop, milliseconds settle, std::function<void()> changed)
    : settle_(settle),
      changed_(std::make_shared<const std::function<void()>>(std::move(changed))),
      directories_(new Directories{loop, {}, {}}),
      settle_timer_(loop),
      derive_timer_(loop) {}

FileWatch::~FileWatch() = default;

Result<void> FileWatch::watch(const std::vector<std::filesystem::path>& files,
                              const std::vector<std::filesystem::path>& directories) {
  files_ = files;
  listed_ = directories;
  auto derived = derive();
  problem_ = derived ? "" : derived.error().message;
  return derived;
}

std::size_t FileWatch::watched() const {
  return static_cast<std::size_t>(std::count_if(directories_->by_path.begin(), directories_->by_path.end(),
                                                [](const auto& entry) { return entry.second.watch.has_value(); }));
}

Result<void> FileWatch::derive() {
  const OnEvent on = [this](const std::string& directory, std::string_view name, bool replaced) {
    on_event(directory, name, replaced);
  };
  const auto step = [&](const std::string& directory, const std::string& name) {
    directories_->need(directory, on).names.insert(name);
  };
  directories_->begin();
  for (const std::filesystem::path& file : files_) follow_path(file, step);
  for (const std::filesystem::path& listed : listed_) {
    if (const auto real = follow_path(listed, step)) directories_->need(*real, on).every_entry = true;
  }
  directories_->end();
  if (directories_->failures.empty()) return {};
  return failure(describe(directories_->failures));
}

void FileWatch::on_event(const std::string& directory, std::string_view name, bool replaced) {
  auto& by_path = directories_->by_path;
  const auto found = by_path.find(directory);
  if (found == by_path.end()) return;
  const std::filesystem::path path = std::filesystem::path(directory) / name;
  const bool relevant = found->second.names.contains(name) || (found->second.every_entry && !is_temporary(name));
  // An unmounted directory has no entry in another one that would tell of it.
  struct stat status {};
  const bool directory_gone =
      replaced && name == std::filesystem::path(directory).filename().string() && ::lstat(path.c_str(), &status) != 0;
  if (!relevant && !directory_gone) return;
  if (directory_gone) found->second.outdated = true;
  if (replaced) {
    for (auto& [other, facts] : by_path) facts.outdated = facts.outdated || is_below(other, path.string());
  }
  if (!derive_timer_.is_active()) {
    derive_timer_.after(std::min(gather, settle_), [this] { derive_after_change(); });
  }
  settle_again();
}

void FileWatch::derive_after_change() {
  const auto derived = derive();
  const std::string problem = derived ? "" : derived.error().message;
  if (problem != std::exchange(problem_, problem) && !problem.empty()) log::warning("{}", problem);
  // What happened in a directory that was not watched yet happened before this, and is settled from here.
  settle_again();
}

void FileWatch::settle_again() {
  constexpr int longest = 10;
  const auto now = std::chrono::steady_clock::now();
  if (!settle_timer_.is_active()) unsettled_since_ = now;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(unsettled_since_ + longest * settle_ - now);
  settle_timer_.after(std::clamp(left, std::chrono::milliseconds(0), settle_), [changed = changed_] { (*changed)(); });
}

}  // namespace outrider::uv
