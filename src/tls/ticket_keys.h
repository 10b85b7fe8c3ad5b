// SPDX-License-Identifier: MIT
// The keys that session tickets are sealed with (RFC 5077 4, RFC 8446 4.6.1). They belong to the process, not to one
// SSL_CTX, so that a client's session outlives a reload of the certificates, and with files it is known on every
// machine behind one balancer. Immutable once loaded; used by all workers' handshakes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;

namespace outrider::tls {

class TicketKeys {
 public:
  /// One file's worth: AES in CBC mode and HMAC-SHA-256, both with keys of `key_size` bytes.
  struct Key {
    std::array<std::uint8_t, 16> name{};
    std::array<std::uint8_t, 32> hmac{}, aes{};
    std::size_t key_size = 32;  // or 16
    ~Key();                     // wipes it
  };

  /// Reads key files as nginx has them: 80 bytes (AES-256) or 48 (AES-128), raw or as hex digits. The first encrypts,
  /// all decrypt, so a new key is put in front of the one before. Errors have a line for each file that is wrong:
  /// unreadable (with owner and mode), of another size, or two files whose keys differ under one name.
  static Result<std::shared_ptr<const TicketKeys>> load(const std::vector<std::filesystem::path>& files);
  /// One key that nobody else has: sessions end with the process.
  static std::shared_ptr<const TicketKeys> random();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// Hex SHA-256 of the keys in their order; tells nothing about them.
  std::string fingerprint() const;

  const Key& current() const { return keys_.front(); }
  /// The key of that name, or null.
  const Key* find(const std::uint8_t* name) const;

 private:
  TicketKeys() = default;
  std::vector<Key> keys_;
};

/// Private to src/tls. Makes the context, and every connection that begins on it, seal its tickets with `keys`; the
/// context holds a share of them. A ticket that an older key opens is renewed; one of TLS 1.3 always is, because
/// clients use each of those once (RFC 8446 C.4).
void use_ticket_keys(ssl_ctx_st* context, std::shared_ptr<const TicketKeys> keys);

}  // namespace outrider::tls
