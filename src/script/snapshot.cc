// SPDX-License-Identifier: MIT
// What a snapshot says of itself; how it is written to a file is in snapshot_file.cc.
#include "script/snapshot.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "script/sources.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  /// So that two different lists of fields never look the same.
  void add_field(std::string_view text) {
    const std::uint64_t size = text.size();
    EVP_DigestUpdate(context_.get(), &size, sizeof size);
    add(text);
  }
  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    CHECK(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

bool file_differs(const fs::path& file, const FileAnswer& known) {
  const auto now = signature_of(file);
  if (now && known.signature.proves_unchanged(*now)) return false;
  if (!known.text) {
    const FileAnswer again = read_file(file, known.largest);
    return again.text || again.failure != known.failure;
  }
  if (!now || known.head != (now->size > known.text->size()) || now->size < known.text->size()) return true;
  const FileAnswer again = (known.head ? read_head : read_file)(file, known.text->size());
  return !again.text || *again.text != *known.text;
}

bool listing_differs(const fs::path& directory, const ListAnswer& known) {
  const ListAnswer again = list_directory(directory, SourceLog::most_names);
  if (!again.names || !known.names) return again.names || known.names || again.failure != known.failure;
  return *again.names != *known.names;
}

bool glob_differs(const std::string& pattern, const Globbed& known) {
  const Globbed again = expand_glob(pattern);
  return again.matches != known.matches || again.failure != known.failure;
}

std::vector<fs::path> in_order(const std::set<fs::path>& paths) {
  return {paths.begin(), paths.end()};
}

}  // namespace

std::string Snapshot::digest() const {
  Digest digest;
  for (const auto& [file, answer] : answers_.files) {
    if (!answer.text) continue;
    digest.add_field(file.native());
    digest.add_field(*answer.text);
  }
  for (const auto& [directory, answer] : answers_.listings) {
    if (!answer.names) continue;
    digest.add_field(directory.native() + "/");
    for (const std::string& name : *answer.names) digest.add_field(name);
  }
  for (const auto& [pattern, answer] : answers_.globs) {
    digest.add_field(pattern);
    for (const fs::path& match : answer.matches) digest.add_field(match.native());
  }
  // Of an attempt that failed for what was missing: when that comes, there is news.
  for (const auto& [path, real] : answers_.real_paths) {
    if (!real) digest.add_field(path.native() + "?");
  }
  return digest.hex();
}

std::vector<fs::path> Snapshot::files() const {
  std::set<fs::path> all = answers_.names;
  // Of what was not there, the first name that is missing is among them.
  for (const auto& [file, answer] : answers_.files) {
    if (answer.text) all.insert(file);
  }
  for (const auto& [name, real] : answers_.real_paths) {
    if (real && *real != name && answers_.files.contains(*real)) all.insert(name);
  }
  for (const fs::path& directory : directories()) all.erase(directory);
  return in_order(all);
}

std::vector<fs::path> Snapshot::directories() const {
  std::set<fs::path> all;
  for (const auto& [directory, answer] : answers_.listings) {
    if (answer.names) all.insert(directory);
  }
  for (const auto& [pattern, answer] : answers_.globs) all.insert(answer.directories.begin(), answer.directories.end());
  return in_order(all);
}

bool Snapshot::differs_from_disk() const {
  const auto any = [](const auto& answers, const auto& differs) {
    return std::any_of(answers.begin(), answers.end(),
                       [&](const auto& answer) { return differs(answer.first, answer.second); });
  };
  return any(answers_.globs, glob_differs) || any(answers_.listings, listing_differs) ||
         any(answers_.real_paths, [](const auto& name, const auto& real) { return walk(name).real != real; }) ||
         any(answers_.files, file_differs);
}

std::string sha256_hex(std::string_view text) {
  Digest digest;
  digest.add(text);
  return digest.hex();
}

}  // namespace outrider::script
