// SPDX-License-Identifier: MIT
// TLS contexts: certificates and keys checked as pairs, several of them behind one listener chosen by SNI, ALPN with h2
// and http/1.1, TLS 1.2 and 1.3. The only folder that calls OpenSSL's TLS functions.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tls/ticket_keys.h"

struct ssl_ctx_st;
struct ssl_st;

namespace outrider::tls {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// What one certificate says, for `status`, metrics and `outrider check`.
struct CertificateFacts {
  std::filesystem::path file;
  std::vector<std::string> names;  // subjectAltName: DNS names in lower case, then IP addresses
  std::chrono::system_clock::time_point not_after;
  std::string wrong_dates;  // "it expired on …": so it did, is not valid yet or ends soon; else empty
};

/// What a listener hands to libh2o. Immutable once built; its SSL_CTX may be used by all threads.
class ServerContext {
 public:
  /// Errors name the file, its owner and mode where it cannot be read, and what does not match. The first certificate
  /// serves clients that send no name, or one that no certificate has. Session tickets are sealed with `tickets`; where
  /// that is null, with keys that this context alone has.
  static Result<std::shared_ptr<const ServerContext>> create(const std::vector<CertificateFiles>& certificates,
                                                             std::shared_ptr<const TicketKeys> tickets = nullptr);
  ~ServerContext();
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;

  ssl_ctx_st* get() const;
  /// The names of all certificates (subjectAltName DNS), lower case, sorted, for `status` and for matching.
  const std::vector<std::string>& names() const;
  /// Whole days until the first of the certificates expires; negative if one has.
  int days_left() const;
  /// In the order in which they were given.
  const std::vector<CertificateFacts>& certificates() const;
  /// Hex SHA-256 over the contents of certificates, keys and ticket keys in their order: two contexts with the same
  /// fingerprint serve alike.
  const std::string& fingerprint() const;

 private:
  struct Impl;
  explicit ServerContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The server name that the client sent (SNI), or empty. The view lives as long as the connection.
std::string_view server_name(const ssl_st* ssl);

/// Makes a self-signed certificate (P-256, 90 days, for localhost, 127.0.0.1, ::1 and `names`) where `files` says,
/// unless one is there that is for all of them and valid for a month yet. Both files are in one folder; the key is
/// written 0600.
Result<void> make_self_signed(const CertificateFiles& files, const std::vector<std::string>& names);

}  // namespace outrider::tls
