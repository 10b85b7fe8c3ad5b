// SPDX-License-Identifier: MIT
// Private to src/tls: one certificate chain with its key, read from disk and checked, before it goes into a context.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "tls/context.h"
#include "tls/openssl.h"

namespace outrider::tls {

struct Pair {
  CertificateFiles files;
  X509Ptr leaf;
  ChainPtr chain;  // intermediates, in the file's order
  KeyPtr key;
  std::vector<std::string> names;      // subjectAltName DNS, lower case
  std::vector<std::string> addresses;  // subjectAltName IP, as text
  std::string digest;                  // over the contents of both files
};

/// Errors: see secret_file.h, and: not PEM, certificate and key swapped, a password on the key, a key that belongs to
/// another certificate, a key of less than 112 bits of security. Dates are not looked at.
Result<Pair> load_pair(const CertificateFiles& files);

/// When the leaf ends; the latest moment that the clock can name for one that never does (RFC 5280 4.1.2.5).
std::chrono::system_clock::time_point end_of(const Pair& pair);

/// Time until the leaf ends; negative if it has.
std::chrono::seconds time_left(const Pair& pair);

/// A sentence about a leaf that has expired, is not valid yet, or ends within a week and the last third of its time;
/// else empty.
std::string wrong_dates(const Pair& pair);

}  // namespace outrider::tls
