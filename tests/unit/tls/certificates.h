// SPDX-License-Identifier: MIT
// Makes certificates and keys of every kind for the tests, in a folder that goes when the test ends.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tls/context.h"
#include "unit/temporary_folder.h"

namespace outrider::tls::test {

/// Others cannot read what is called "*.key": such keys are warned of.
struct KeyFolder : TemporaryFolder {
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;
};

struct CertificateOptions {
  std::vector<std::string> names;  // subjectAltName DNS
  int rsa_bits = 0;                // 0 = EC on P-256
  long begins_in_s = -3600;
  long ends_in_s = 90L * 24 * 3600;
  std::string password;  // of the key
};

/// Writes NAME.pem and NAME.key.
CertificateFiles make_certificate(const KeyFolder& folder, const std::string& name,
                                  const CertificateOptions& options = {});

}  // namespace outrider::tls::test
