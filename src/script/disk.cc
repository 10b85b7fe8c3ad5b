// SPDX-License-Identifier: MIT
#include "script/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <system_error>

#include "base/fd.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t second_ns = 1'000'000'000;
/// File systems stamp with a clock that stands still for some milliseconds.
constexpr std::int64_t settled_after = second_ns / 10;
constexpr int most_links = 40;  // on the way of one path, as Linux has it

std::string reason(int error) {
  if (error == ENOENT) return "does not exist";
  return "cannot be read: " + std::generic_category().message(error);
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * second_ns + time.tv_nsec;
}

Signature signature_from(const struct stat& status) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  Signature signature;
  signature.device = status.st_dev;
  signature.inode = status.st_ino;
  signature.size = static_cast<std::uint64_t>(status.st_size);
  signature.modified_ns = nanoseconds(status.st_mtim);
  signature.changed_ns = nanoseconds(status.st_ctim);
  signature.settled = nanoseconds(now) - signature.changed_ns > settled_after;
  return signature;
}

bool same_file_and_times(const Signature& a, const Signature& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size && a.modified_ns == b.modified_ns &&
         a.changed_ns == b.changed_ns;
}

/// Nobody wrote to the open file. Its ctime changes, too, when another file is put in its place, and what was read of
/// it is whole all the same.
bool not_written(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && nanoseconds(before.st_mtim) == nanoseconds(after.st_mtim);
}

/// At most `most` bytes of an open file; an error number, or 0. The text is shorter if the file is.
int read_bytes(int fd, std::size_t most, std::string& text) {
  text.assign(most, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(fd, text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  text.resize(used);
  return 0;
}

FileAnswer read(const fs::path& file, std::size_t largest, bool head) {
  FileAnswer answer;
  answer.largest = largest;
  const auto fail = [&answer](std::string why) {
    answer.failure = std::move(why);
    return answer;
  };
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return fail(reason(errno));
  if (!S_ISREG(status.st_mode)) {
    return fail(S_ISDIR(status.st_mode) ? "is a directory; a file is expected" : "is no regular file");
  }
  answer.signature = signature_from(status);
  const auto size = static_cast<std::size_t>(status.st_size);
  answer.head = head && size > largest;
  if (size > largest && !head) return fail(too_large(size, largest));
  const std::size_t wanted = answer.head ? largest : size;
  std::string text;
  // One more than announced, to notice a file that grows.
  if (const int error = read_bytes(fd.get(), answer.head ? wanted : wanted + 1, text); error != 0) {
    return fail(reason(error));
  }
  struct stat after {};
  if (text.size() != wanted || ::fstat(fd.get(), &after) != 0 || !not_written(status, after)) {
    return fail("changes while it is being read; try again when it is complete");
  }
  answer.text = std::make_shared<const std::string>(std::move(text));
  return answer;
}

}  // namespace

bool Signature::proves_unchanged(const Signature& later) const {
  return settled && same_file_and_times(*this, later);
}

std::string too_large(std::size_t size, std::size_t largest) {
  return fmt::format("has {} bytes; at most {} are allowed", size, largest);
}

FileAnswer read_file(const fs::path& file, std::size_t largest) {
  return read(file, largest, false);
}

FileAnswer read_head(const fs::path& file, std::size_t most) {
  return read(file, most, true);
}

std::optional<Signature> signature_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return signature_from(status);
}

ListAnswer list_directory(const fs::path& directory, std::size_t most) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (names.size() == most) return {nullptr, fmt::format("has more than {} entries", most)};
    std::error_code ignored;
    names.push_back(entry->path().filename().string() + (entry->is_directory(ignored) ? "/" : ""));
  }
  if (error) return {nullptr, reason(error.value())};
  std::sort(names.begin(), names.end());
  return {std::make_shared<const std::vector<std::string>>(std::move(names)), {}};
}

WalkAnswer walk(const fs::path& path) {
  WalkAnswer answer;
  std::error_code ignored;
  const fs::path relative = fs::absolute(path, ignored).relative_path();
  std::deque<fs::path> rest(relative.begin(), relative.end());
  fs::path at = "/";  // never a symbolic link, nor below one
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = rest.front();
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      at = at.parent_path();
      continue;
    }
    const fs::path next = at / part;
    struct stat status {};
    if (::lstat(next.c_str(), &status) != 0) {
      answer.names.push_back(next);
      return answer;
    }
    if (!S_ISLNK(status.st_mode)) {
      at = next;
      continue;
    }
    answer.names.push_back(next);
    std::error_code error;
    const fs::path target = fs::read_symlink(next, error);
    if (error || ++links > most_links) return answer;
    if (target.is_absolute()) at = "/";
    const fs::path steps = target.relative_path();
    rest.insert(rest.begin(), steps.begin(), steps.end());
  }
  answer.real = std::move(at);
  return answer;
}

}  // namespace outrider::script
