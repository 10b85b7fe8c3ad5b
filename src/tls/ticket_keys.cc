// SPDX-License-Identifier: MIT
#include "tls/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "tls/digest.h"
#include "tls/openssl.h"
#include "tls/secret_file.h"

namespace outrider::tls {
namespace {

constexpr std::size_t name_size = 16;
constexpr std::size_t small_file = 48, large_file = 80;

enum Opened { failed = -1, unknown = 0, opened = 1, opened_and_renew = 2 };  // what OpenSSL wants to hear

/// The bytes that hex digits (with a line's end behind them) stand for; nothing where it is something else.
std::optional<SecretBytes> from_hex(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() != 2 * small_file && text.size() != 2 * large_file) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);  // grows no more: what is moved out of is not wiped
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) {
      OPENSSL_cleanse(bytes.data(), bytes.size());
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return SecretBytes(std::move(bytes));
}

/// nginx's order: name, then for 48 bytes AES before HMAC, for 80 HMAC before AES.
TicketKeys::Key key_from(std::string_view bytes) {
  TicketKeys::Key key;
  key.key_size = (bytes.size() - name_size) / 2;
  auto& first = bytes.size() == small_file ? key.aes : key.hmac;
  auto& second = bytes.size() == small_file ? key.hmac : key.aes;
  std::memcpy(key.name.data(), bytes.data(), name_size);
  std::memcpy(first.data(), bytes.data() + name_size, key.key_size);
  std::memcpy(second.data(), bytes.data() + name_size + key.key_size, key.key_size);
  return key;
}

bool is_raw(std::string_view bytes) {
  return bytes.size() == small_file || bytes.size() == large_file;
}

Result<TicketKeys::Key> read_key(const std::filesystem::path& file) {
  const auto bytes = read_secret_file(file, "ticket key");
  if (!bytes) return tl::unexpected(bytes.error());
  if (is_raw(bytes->view())) return key_from(bytes->view());
  if (const auto decoded = from_hex(bytes->view())) return key_from(decoded->view());
  return failure(
      fmt::format("ticket key {0}: it has {1} bytes; expected 80 or 48, or as many in hex (160 or 96 digits); "
                  "`openssl rand 80 > {0}` makes one",
                  file.string(), bytes->view().size()));
}

bool same(const TicketKeys::Key& a, const TicketKeys::Key& b) {
  return a.key_size == b.key_size && a.hmac == b.hmac && a.aes == b.aes;
}

using SharedKeys = std::shared_ptr<const TicketKeys>;

void free_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<SharedKeys*>(keys);
}

int keys_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_keys);
  return index;
}

const EVP_CIPHER* cipher_of(const TicketKeys::Key& key) {
  return key.key_size == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
}

bool set_mac(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
  char digest[] = "SHA256";
  auto* bytes = const_cast<std::uint8_t*>(key.hmac.data());
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, bytes, key.key_size),
                                   OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

int seal(const TicketKeys::Key& key, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  std::memcpy(name, key.name.data(), name_size);
  const int iv_size = EVP_CIPHER_get_iv_length(cipher_of(key));
  const bool fine = RAND_bytes(iv, iv_size) == 1 &&
                    EVP_EncryptInit_ex(cipher, cipher_of(key), nullptr, key.aes.data(), iv) == 1 && set_mac(mac, key);
  return fine ? opened : failed;
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  const auto& keys = **static_cast<SharedKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index()));
  if (sealing != 0) return seal(keys.current(), name, iv, cipher, mac);
  const TicketKeys::Key* key = keys.find(name);
  if (key == nullptr) return unknown;
  if (EVP_DecryptInit_ex(cipher, cipher_of(*key), nullptr, key->aes.data(), iv) != 1 || !set_mac(mac, *key))
    return failed;
  return key == &keys.current() && SSL_version(ssl) != TLS1_3_VERSION ? opened : opened_and_renew;
}

}  // namespace

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(hmac.data(), hmac.size());
  OPENSSL_cleanse(aes.data(), aes.size());
}

Result<std::shared_ptr<const TicketKeys>> TicketKeys::load(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) return failure("no file is named to read ticket keys from");
  const std::shared_ptr<TicketKeys> keys(new TicketKeys);
  std::vector<std::string> sources;
  std::string problems;
  const auto add_problem = [&](const std::string& text) { problems += (problems.empty() ? "" : "\n") + text; };
  for (const std::filesystem::path& file : files) {
    const auto key = read_key(file);
    if (!key) {
      add_problem(key.error().message);
      continue;
    }
    if (const Key* before = keys->find(key->name.data()); before && !same(*before, *key)) {
      add_problem(
          fmt::format("ticket key {}: its first 16 bytes, the key's name, are those of {}, but the rest is not; "
                      "every key wants a name of its own",
                      file.string(), sources[static_cast<std::size_t>(before - keys->keys_.data())]));
      continue;
    }
    keys->keys_.push_back(*key);
    sources.push_back(file.string());
  }
  if (!problems.empty()) return failure(problems);
  return keys;
}

std::shared_ptr<const TicketKeys> TicketKeys::random() {
  std::array<unsigned char, large_file> bytes{};
  CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  const std::shared_ptr<TicketKeys> keys(new TicketKeys);
  keys->keys_.push_back(key_from({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return keys;
}

std::string TicketKeys::fingerprint() const {
  std::string digests;
  for (const Key& key : keys_) {
    const auto text = [](const auto& bytes, std::size_t size) {
      return std::string_view(reinterpret_cast<const char*>(bytes.data()), size);
    };
    digests += sha256_hex(text(key.name, name_size)) + sha256_hex(text(key.hmac, key.key_size)) +
               sha256_hex(text(key.aes, key.key_size));
  }
  return sha256_hex(digests);
}

const TicketKeys::Key* TicketKeys::find(const std::uint8_t* name) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const Key& key) { return std::equal(key.name.begin(), key.name.end(), name); });
  return found == keys_.end() ? nullptr : &*found;
}

void use_ticket_keys(ssl_ctx_st* context, std::shared_ptr<const TicketKeys> keys) {
  CHECK(SSL_CTX_set_ex_data(context, keys_index(), new SharedKeys(std::move(keys))) == 1);
  CHECK(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket) == 1);
}

}  // namespace outrider::tls
