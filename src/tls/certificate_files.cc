// SPDX-License-Identifier: MIT
#include "tls/certificate_files.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/text.h"
#include "tls/digest.h"
#include "tls/secret_file.h"

namespace outrider::tls {
namespace {

// 112 bits: RSA 2048, P-224. What OpenSSL's default level on Debian asks for as well, but says less clearly.
constexpr int least_security_bits = 112;

/// Never asks at a terminal: outrider is started by machines.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

BioPtr bio_of(const SecretBytes& bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.view().data(), static_cast<int>(bytes.view().size())));
}

bool contains(const SecretBytes& bytes, std::string_view text) {
  return bytes.view().find(text) != std::string_view::npos;
}

/// Why a file that opened holds nothing of the kind that was looked for.
std::string not_found(const SecretBytes& bytes, bool certificate) {
  const bool has_key = contains(bytes, "PRIVATE KEY-----");
  const bool has_certificate = contains(bytes, "-----BEGIN CERTIFICATE-----");
  if (certificate && has_key) return "it holds a private key and no certificate; are certificate and key swapped?";
  if (!certificate && has_certificate)
    return "it holds a certificate and no private key; are certificate and key swapped?";
  const bool der = bytes.view().size() > 1 && bytes.view()[0] == 0x30 && (bytes.view()[1] & 0x80) != 0;
  const std::string_view convert =
      certificate ? "openssl x509 -inform DER -in FILE" : "openssl pkey -inform DER -in FILE";
  return fmt::format("it is not PEM; expected a line \"-----BEGIN {}-----\"{}",
                     certificate ? "CERTIFICATE" : "PRIVATE KEY",
                     der ? fmt::format("; it looks like DER, which `{}` converts", convert) : "");
}

bool at_end_of_pem() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Result<void> read_chain(const SecretBytes& bytes, Pair& pair) {
  const BioPtr bio = bio_of(bytes);
  const std::string file = pair.files.certificate.string();
  pair.chain.reset(sk_X509_new_null());
  ERR_clear_error();
  for (int number = 1;; ++number) {
    X509Ptr one(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    if (!one) {
      if (!at_end_of_pem()) {
        return failure(
            fmt::format("certificate {}: certificate number {} in it is broken: {}", file, number, openssl_reason()));
      }
      ERR_clear_error();
      break;
    }
    if (!pair.leaf) {
      pair.leaf = std::move(one);
    } else if (sk_X509_push(pair.chain.get(), one.get()) > 0) {
      static_cast<void>(one.release());
    }
  }
  if (!pair.leaf) return failure(fmt::format("certificate {}: {}", file, not_found(bytes, true)));
  return {};
}

Result<void> read_key(const SecretBytes& bytes, Pair& pair) {
  const BioPtr bio = bio_of(bytes);
  const std::string file = pair.files.key.string();
  bool password_asked = false;
  ERR_clear_error();
  pair.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &password_asked));
  if (pair.key) return {};
  // OpenSSL's decoders say "unsupported" to a file without any key, so the text decides.
  const bool nothing = !contains(bytes, "PRIVATE KEY-----");
  const std::string reason = openssl_reason();
  if (password_asked) {
    return failure(
        fmt::format("key {0}: it is protected by a password, which a server cannot ask for; "
                    "`openssl pkey -in {0} -out FILE` writes it without",
                    file));
  }
  if (nothing) return failure(fmt::format("key {}: {}", file, not_found(bytes, false)));
  return failure(fmt::format("key {}: the key in it is broken: {}", file, reason));
}

Result<void> check_match(const Pair& pair) {
  if (X509_check_private_key(pair.leaf.get(), pair.key.get()) == 1) return {};
  ERR_clear_error();
  const std::string certificate = pair.files.certificate.string();
  for (int i = 0; i < sk_X509_num(pair.chain.get()); ++i) {
    if (X509_check_private_key(sk_X509_value(pair.chain.get(), i), pair.key.get()) != 1) continue;
    return failure(
        fmt::format("certificate {}: the key {} belongs to certificate number {} in it; the server's own "
                    "certificate must come first",
                    certificate, pair.files.key.string(), i + 2));
  }
  ERR_clear_error();
  return failure(fmt::format("key {} does not belong to certificate {}", pair.files.key.string(), certificate));
}

Result<void> check_strength(const Pair& pair) {
  const int bits = EVP_PKEY_get_security_bits(pair.key.get());
  if (bits >= least_security_bits) return {};
  const char* type = EVP_PKEY_get0_type_name(pair.key.get());
  return failure(
      fmt::format("key {}: {} bits ({}) are too few; expected RSA of at least 2048 bits or EC of at "
                  "least 256",
                  pair.files.key.string(), EVP_PKEY_get_bits(pair.key.get()), type ? type : "private"));
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  char buffer[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(address);
  if (size == 4) inet_ntop(AF_INET, ASN1_STRING_get0_data(address), buffer, sizeof(buffer));
  if (size == 16) inet_ntop(AF_INET6, ASN1_STRING_get0_data(address), buffer, sizeof(buffer));
  return buffer;
}

void read_names(Pair& pair) {
  const CPtr<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(pair.leaf.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                  static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
      // A NUL inside is the old trick to end the name early; such a name matches nothing.
      if (!text.empty() && text.find('\0') == std::string_view::npos) pair.names.push_back(lower_case(text));
    } else if (name->type == GEN_IPADD) {
      pair.addresses.push_back(address_text(name->d.iPAddress));
    }
  }
  ERR_clear_error();
}

/// From now to `time`; negative if it is past.
std::chrono::seconds until(const ASN1_TIME* time) {
  int days = 0, seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return {};
  return std::chrono::hours(24) * days + std::chrono::seconds(seconds);
}

std::string date_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable date";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min);
}

}  // namespace

Result<Pair> load_pair(const CertificateFiles& files) {
  Pair pair;
  pair.files = files;
  const auto certificate = read_secret_file(files.certificate, "certificate", Audience::anybody);
  if (!certificate) return tl::unexpected(certificate.error());
  if (auto read = read_chain(*certificate, pair); !read) return tl::unexpected(read.error());
  const auto key = read_secret_file(files.key, "key");
  if (!key) return tl::unexpected(key.error());
  if (auto read = read_key(*key, pair); !read) return tl::unexpected(read.error());
  if (auto match = check_match(pair); !match) return tl::unexpected(match.error());
  if (auto strength = check_strength(pair); !strength) return tl::unexpected(strength.error());
  read_names(pair);
  pair.digest = sha256_hex(certificate->view()) + sha256_hex(key->view());
  return pair;
}

std::chrono::system_clock::time_point end_of(const Pair& pair) {
  using Clock = std::chrono::system_clock;
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(pair.leaf.get()), &parts) != 1) return {};
  // Year 9999 does not fit into the clock's nanoseconds.
  const auto since_epoch = std::chrono::seconds(::timegm(&parts));
  const auto latest = std::chrono::floor<std::chrono::seconds>(Clock::time_point::max().time_since_epoch());
  return Clock::time_point(std::min(since_epoch, latest));
}

std::chrono::seconds time_left(const Pair& pair) {
  return until(X509_get0_notAfter(pair.leaf.get()));
}

std::string wrong_dates(const Pair& pair) {
  const ASN1_TIME* begin = X509_get0_notBefore(pair.leaf.get());
  const ASN1_TIME* end = X509_get0_notAfter(pair.leaf.get());
  const auto left = time_left(pair);
  if (left.count() <= 0) return fmt::format("it expired on {}; clients refuse it, renew it", date_text(end));
  if (until(begin).count() > 0) {
    return fmt::format("it is valid from {} on; clients refuse it until then", date_text(begin));
  }
  // Some certificates last no longer than six days, and are renewed when half of that is over.
  const std::chrono::seconds week = std::chrono::days(7);
  if (left >= std::min(week, (left - until(begin)) / 3)) return {};
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  const std::string when = days == 0 ? "within a day" : fmt::format("in {} day{}", days, days == 1 ? "" : "s");
  return fmt::format("it expires on {}, {}; renew it", date_text(end), when);
}

}  // namespace outrider::tls
