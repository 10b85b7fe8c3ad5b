// SPDX-License-Identifier: MIT
// Reading files whole and hashing what was read. Control thread.
#include "script/sources.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/check.h"
#include "base/fd.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  if (error == ENOENT) return "does not exist";
  return "cannot be read: " + std::generic_category().message(error);
}

Result<std::string> read_regular_file(const fs::path& file, std::size_t largest) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return failure(reason(errno));
  if (!S_ISREG(status.st_mode)) {
    return failure(S_ISDIR(status.st_mode) ? "is a directory; a file is expected" : "is no regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > largest) return failure(fmt::format("has {} bytes; at most {} are allowed", size, largest));
  // One more than announced, to notice a file that grows.
  std::string text(size + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(reason(errno));
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  if (used != size) return failure("changes while it is being read; try again when it is complete");
  text.resize(used);
  return text;
}

/// Feeds one field so that two different lists of fields never look the same.
void feed(EVP_MD_CTX* context, std::string_view text) {
  const std::uint64_t size = text.size();
  EVP_DigestUpdate(context, &size, sizeof size);
  EVP_DigestUpdate(context, text.data(), text.size());
}

std::string finish(EVP_MD_CTX* context) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context, digest, &size) == 1);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

DigestContext begin_digest() {
  DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  return context;
}

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [in_root, in_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return in_root == root.end() || (in_root->empty() && std::next(in_root) == root.end());
}

}  // namespace

Result<SourceLog::Text> SourceLog::read(const fs::path& file, std::size_t largest) {
  if (const auto known = files_.find(file); known != files_.end()) {
    if (known->second->size() <= largest) return known->second;
    return failure(fmt::format("has {} bytes; at most {} are allowed", known->second->size(), largest));
  }
  auto text = read_regular_file(file, largest);
  if (!text) return tl::unexpected<Error>(text.error());
  if (total_ + text->size() > kLargestTotal) {
    return failure(
        fmt::format("goes beyond the {} MiB that all rule and data files together may have", kLargestTotal >> 20));
  }
  total_ += text->size();
  return files_[file] = std::make_shared<const std::string>(std::move(*text));
}

Result<SourceLog::Names> SourceLog::list(const fs::path& directory) {
  if (const auto known = directories_.find(directory); known != directories_.end()) return known->second;
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (names.size() == kMostNames) return failure(fmt::format("has more than {} entries", kMostNames));
    std::error_code ignored;
    names.push_back(entry->path().filename().string() + (entry->is_directory(ignored) ? "/" : ""));
  }
  if (error) return failure(reason(error.value()));
  std::sort(names.begin(), names.end());
  return directories_[directory] = std::make_shared<const std::vector<std::string>>(std::move(names));
}

std::string SourceLog::digest() const {
  const DigestContext context = begin_digest();
  for (const auto& [file, text] : files_) {
    feed(context.get(), file.native());
    feed(context.get(), *text);
  }
  for (const auto& [directory, names] : directories_) {
    feed(context.get(), directory.native() + "/");
    for (const std::string& name : *names) feed(context.get(), name);
  }
  return finish(context.get());
}

std::vector<fs::path> SourceLog::files() const {
  std::vector<fs::path> result;
  for (const auto& file : files_) result.push_back(file.first);
  return result;
}

std::vector<fs::path> SourceLog::directories() const {
  std::vector<fs::path> result;
  for (const auto& directory : directories_) result.push_back(directory.first);
  return result;
}

std::string sha256_hex(std::string_view text) {
  const DigestContext context = begin_digest();
  EVP_DigestUpdate(context.get(), text.data(), text.size());
  return finish(context.get());
}

Result<fs::path> find_below(const std::vector<fs::path>& roots, const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos)
    return failure("expected a file name, found an empty string");
  std::string tried;
  bool outside = false;
  for (const fs::path& root : roots) {
    std::error_code error;
    const fs::path real_root = fs::canonical(root, error);
    if (error) continue;
    const fs::path wanted = root / name;  // an absolute name stays what it is
    const fs::path real = fs::canonical(wanted, error);
    if (error) {
      const std::string text = wanted.lexically_normal().string();
      if (tried.find(text) == std::string::npos) tried += (tried.empty() ? "" : ", ") + text;
      continue;
    }
    if (is_below(real, real_root)) return real;
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
