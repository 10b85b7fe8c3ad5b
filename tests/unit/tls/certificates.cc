// SPDX-License-Identifier: MIT
#include "unit/tls/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>

namespace outrider::tls::test {
namespace {

std::string pem(const std::function<int(BIO*)>& write) {
  BIO* bio = BIO_new(BIO_s_mem());
  REQUIRE(write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

}  // namespace

std::filesystem::path KeyFolder::write(const std::string& name, const std::string& bytes) const {
  const std::filesystem::path file = TemporaryFolder::write(name, bytes);
  if (file.extension() == ".key") {
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  return file;
}

CertificateFiles make_certificate(const KeyFolder& folder, const std::string& name, const CertificateOptions& options) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      options.rsa_bits ? EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1 + rand());
  X509_gmtime_adj(X509_getm_notBefore(x), options.begins_in_s);
  X509_gmtime_adj(X509_getm_notAfter(x), options.ends_in_s);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509_set_pubkey(x, key.get());
  if (!options.names.empty()) {
    std::string names;
    for (const std::string& one : options.names) names += (names.empty() ? "DNS:" : ",DNS:") + one;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  }
  REQUIRE(X509_sign(x, key.get(), EVP_sha256()) > 0);
  const EVP_CIPHER* cipher = options.password.empty() ? nullptr : EVP_aes_128_cbc();
  const auto* password = reinterpret_cast<const unsigned char*>(options.password.data());
  return {folder.write(name + ".pem", pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x); })),
          folder.write(name + ".key", pem([&](BIO* bio) {
                         return PEM_write_bio_PKCS8PrivateKey(
                             bio, key.get(), cipher, reinterpret_cast<const char*>(password),
                             static_cast<int>(options.password.size()), nullptr, nullptr);
                       }))};
}

}  // namespace outrider::tls::test
