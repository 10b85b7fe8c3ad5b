// SPDX-License-Identifier: MIT
// Collects every problem of a configuration, each with its place and key path, and sees to it that what came from env()
// or credential() is never printed. One per read, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "config/read.h"

namespace outrider::config {

/// A string of the configuration with what a message about it needs.
struct Text {
  std::string text;
  Place place;
  std::string path;  // "listen[1].address"
  bool secret = false;

  /// "\"…\"", or "a secret string (***)".
  std::string shown() const;
};

class Report {
 public:
  Report() = default;
  explicit Report(const Sources& sources)
      : looks_at_disk_(!sources.replayed), serves_(sources.serves), missed_(sources.missed) {}

  /// Whether it counts if what is named is there.
  bool looks_at_disk() const { return looks_at_disk_; }
  /// Whether it counts if what only a server needs is there.
  bool serves() const { return serves_; }
  /// What is named is not there, or not as it has to be.
  void missed(const std::filesystem::path& path) const {
    if (missed_) missed_(path);
  }
  /// "PATH: MESSAGE", or the message alone where the path is empty.
  void add(const Place& place, std::string_view path, std::string_view message);
  /// "PATH: REASON; expected EXPECTED", or the reason alone where it says what was expected or meant. `reason` may hold
  /// the text: of a secret, "PATH: expected EXPECTED; found a secret string (***)" is reported instead. An empty reason
  /// reports what was found.
  void wrong(const Text& text, std::string_view expected, std::string_view reason = {});
  /// Takes over what an included file's loader threw.
  void add_all(const std::vector<Problem>& problems);

  std::size_t size() const { return problems_.size(); }
  /// Throws LoadError if there is any problem: file by file, in the order of lines.
  void throw_if_any() const;

 private:
  std::vector<Problem> problems_;
  bool looks_at_disk_ = true, serves_ = true;
  std::function<void(const std::filesystem::path&)> missed_;
};

}  // namespace outrider::config
