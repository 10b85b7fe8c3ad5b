// SPDX-License-Identifier: MIT
// A certificate for trying things out: self-signed, P-256, made once and renewed before it ends. Two processes that
// start together agree on one pair, because the folder is locked while it is looked at and written.
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "tls/certificate_files.h"
#include "tls/context.h"
#include "tls/openssl.h"
#include "tls/secret_file.h"

namespace outrider::tls {
namespace {

constexpr long validity_s = 90L * 24 * 3600;
constexpr long clock_skew_s = 3600;
constexpr auto renew_before = std::chrono::hours(30 * 24);

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

/// "2001:DB8:0::1" and "2001:db8::1" are one address.
std::string plain_address(const std::string& address) {
  unsigned char bytes[16];
  char text[INET6_ADDRSTRLEN] = "";
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, address.c_str(), bytes) == 1) inet_ntop(family, bytes, text, sizeof(text));
  }
  return text;
}

bool is_host_name(std::string_view name) {
  if (name.substr(0, 2) == "*.") name.remove_prefix(2);
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

struct Names {
  std::vector<std::string> hosts{"localhost"};
  std::vector<std::string> addresses{"127.0.0.1", "::1"};
};

Result<Names> sort_names(const std::vector<std::string>& names) {
  Names result;
  for (const std::string& given : names) {
    const bool address = is_address(given);
    const std::string name = address ? plain_address(given) : lower_case(given);
    if (!address && !is_host_name(name)) {
      return failure(fmt::format("self-signed certificate: \"{}\" is neither a host name nor an IP address", given));
    }
    std::vector<std::string>& list = address ? result.addresses : result.hosts;
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  }
  return result;
}

bool has_all(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& name) { return std::find(have.begin(), have.end(), name) != have.end(); });
}

bool still_good(const CertificateFiles& files, const Names& names) {
  const auto pair = load_pair(files);
  return pair && time_left(*pair) > renew_before && has_all(pair->names, names.hosts) &&
         has_all(pair->addresses, names.addresses);
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const CPtr<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// 16 random bytes, positive: browsers remember serial numbers and refuse a second certificate with the same one.
bool set_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  const CPtr<BIGNUM, BN_free> number(BN_bin2bn(bytes, sizeof(bytes), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>("outrider, self-signed");
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

std::string alternative_names(const Names& names) {
  std::string text;
  for (const std::string& host : names.hosts) text += (text.empty() ? "DNS:" : ",DNS:") + host;
  for (const std::string& address : names.addresses) text += ",IP:" + address;
  return text;
}

X509Ptr make_certificate(EVP_PKEY* key, const Names& names) {
  X509Ptr certificate(X509_new());
  X509* x = certificate.get();
  const bool fine =
      x && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_subject(x) &&
      X509_gmtime_adj(X509_getm_notBefore(x), -clock_skew_s) && X509_gmtime_adj(X509_getm_notAfter(x), validity_s) &&
      X509_set_pubkey(x, key) == 1 && add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(x, NID_key_usage, "critical,digitalSignature") &&
      add_extension(x, NID_ext_key_usage, "serverAuth") && add_extension(x, NID_subject_key_identifier, "hash") &&
      add_extension(x, NID_subject_alt_name, alternative_names(names)) && X509_sign(x, key, EVP_sha256()) > 0;
  return fine ? std::move(certificate) : nullptr;
}

std::string bytes_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

Result<void> make_pair(const CertificateFiles& files, const Names& names) {
  ERR_clear_error();
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate = key ? make_certificate(key.get(), names) : nullptr;
  const BioPtr certificate_pem(BIO_new(BIO_s_mem()));
  const BioPtr key_pem(BIO_new(BIO_s_secmem()));
  const bool fine = certificate && certificate_pem && key_pem &&
                    PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1 &&
                    PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!fine) return failure("cannot make a self-signed certificate: " + openssl_reason());
  const SecretBytes key_bytes(bytes_of(key_pem.get()));
  if (auto written = replace_file(files.key, key_bytes.view(), 0600); !written) return written;
  return replace_file(files.certificate, bytes_of(certificate_pem.get()), 0644);
}

/// Makes the folder (0700) where it is missing and locks it; the lock goes with the descriptor.
Result<UniqueFd> lock_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error) && !error) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error)
    return failure(
        fmt::format("cannot make the folder {} for the self-signed certificate: {}", folder.string(), error.message()));
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::flock(fd.get(), LOCK_EX) != 0) {
    return failure(fmt::format("cannot use the folder {} for the self-signed certificate: {}", folder.string(),
                               std::strerror(errno)));
  }
  return fd;
}

}  // namespace

Result<void> make_self_signed(const CertificateFiles& files, const std::vector<std::string>& names) {
  const auto sorted = sort_names(names);
  if (!sorted) return tl::unexpected(sorted.error());
  const auto lock = lock_folder(files.key.parent_path());
  if (!lock) return tl::unexpected(lock.error());
  if (still_good(files, *sorted)) return {};
  if (auto made = make_pair(files, *sorted); !made) return made;
  log::info("made a self-signed certificate for {}: {}", alternative_names(*sorted), files.certificate.string());
  return {};
}

}  // namespace outrider::tls
