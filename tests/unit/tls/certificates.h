// SPDX-License-Identifier: MIT
// Makes certificates and keys of every kind for the tests, in a folder that goes when the test ends.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tls/context.h"

namespace outrider::tls::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Writes a file and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;

 private:
  std::filesystem::path path_;
};

struct CertificateOptions {
  std::vector<std::string> names;  // subjectAltName DNS
  int rsa_bits = 0;                // 0 = EC on P-256
  long begins_in_s = -3600;
  long ends_in_s = 90L * 24 * 3600;
  std::string password;  // of the key
};

std::string read_file(const std::filesystem::path& file);

/// Writes NAME.pem and NAME.key.
CertificateFiles make_certificate(const TemporaryFolder& folder, const std::string& name,
                                  const CertificateOptions& options = {});

}  // namespace outrider::tls::test
