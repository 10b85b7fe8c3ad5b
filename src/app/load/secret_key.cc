// SPDX-License-Identifier: MIT
#include "app/load/secret_key.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "tls/secret_file.h"

namespace outrider::app {
namespace {

bool from_hex(std::string_view text, SecretKey& key) {
  if (text.size() != 2 * key.size()) return false;
  for (std::size_t index = 0; index < key.size(); ++index) {
    const char* digits = text.data() + 2 * index;
    if (std::from_chars(digits, digits + 2, key[index], 16).ptr != digits + 2) return false;
  }
  return true;
}

}  // namespace

Result<SecretKey> read_secret_key(const std::filesystem::path& file, std::string_view what) {
  auto bytes = tls::read_secret_file(file, what);
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view text = bytes->view();
  SecretKey key{};
  if (text.size() == key.size()) {
    std::memcpy(key.data(), text.data(), key.size());
    return key;
  }
  const auto end = text.find_last_not_of("\r\n");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (from_hex(text, key)) return key;
  return failure(fmt::format(
      "the {} {}: expected 32 hex digits or 16 bytes, found {} bytes; make one with \"openssl rand -hex 16\"", what,
      file.string(), bytes->view().size()));
}

}  // namespace outrider::app
