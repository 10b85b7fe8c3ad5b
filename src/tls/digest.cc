// SPDX-License-Identifier: MIT
#include "tls/digest.h"

#include <openssl/sha.h>

#include <fmt/format.h>

namespace outrider::tls {

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace outrider::tls
