// SPDX-License-Identifier: MIT
// Reading certificates, keys and ticket keys, with messages that let an operator mend the permissions without a look at
// the disk. Key bytes are wiped from memory when they are no longer needed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace outrider::tls {

/// The bytes of a file, overwritten in the destructor.
class SecretBytes {
 public:
  explicit SecretBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretBytes& operator=(SecretBytes&&) = delete;
  ~SecretBytes();
  std::string_view view() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Who should be able to read a file.
enum class Audience { owner_and_group, anybody };

/// Reads at most 1 MiB. Logs a warning where a file that is not for `anybody` can be read by others, or written by
/// others than its owner. `what` ("certificate", "key") begins the message of an error: missing, a directory,
/// unreadable (see describe_access), empty, too large.
Result<SecretBytes> read_secret_file(const std::filesystem::path& file, std::string_view what,
                                     Audience audience = Audience::owner_and_group);

}  // namespace outrider::tls
