// SPDX-License-Identifier: MIT
// One SSL_CTX for each certificate, all set up alike; the first is the listener's own, and its servername callback
// moves a connection to another. The table of names belongs to that first SSL_CTX (as its ex data), because a handshake
// in flight keeps the SSL_CTX alive longer than the generation that made it.
#include "tls/context.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/check.h"
#include "tls/alpn.h"
#include "tls/certificate_files.h"
#include "tls/digest.h"
#include "tls/openssl.h"
#include "tls/sni_table.h"

namespace outrider::tls {
namespace {

// Mozilla's "intermediate" (version 5.7) without its DHE suites: forward secrecy and AEAD only, so that every suite is
// allowed for HTTP/2 (RFC 9113 9.2.2).
constexpr char tls12_ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char groups[] = "X25519:P-256:P-384";
constexpr unsigned char session_id_context[] = "outrider";

/// What the servername callback needs. Holds every context but the first, which owns it.
struct Switchboard {
  SniTable table;
  std::vector<SSL_CTX*> contexts;  // by certificate; borrowed from `others` and, the first, from itself
  std::vector<SslCtxPtr> others;
};

void free_switchboard(void*, void* switchboard, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Switchboard*>(switchboard);
}

int switchboard_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_switchboard);
  return index;
}

int on_server_name(SSL* ssl, int*, void* argument) {
  const auto& switchboard = *static_cast<const Switchboard*>(argument);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!name) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(ssl, switchboard.contexts[switchboard.table.find(name)]);
  return SSL_TLSEXT_ERR_OK;
}

int on_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
            void*) {
  const std::string_view chosen = choose_protocol({reinterpret_cast<const char*>(in), in_size});
  if (chosen.empty()) return SSL_TLSEXT_ERR_ALERT_FATAL;  // no_application_protocol
  *out = reinterpret_cast<const unsigned char*>(chosen.data());
  *out_size = static_cast<unsigned char>(chosen.size());
  return SSL_TLSEXT_ERR_OK;
}

Result<SslCtxPtr> new_context() {
  ERR_clear_error();
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  const bool fine =
      context && SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1 &&
      SSL_CTX_set_cipher_list(context.get(), tls12_ciphers) == 1 &&
      SSL_CTX_set1_groups_list(context.get(), groups) == 1 &&
      SSL_CTX_set_session_id_context(context.get(), session_id_context, sizeof(session_id_context) - 1) == 1;
  if (!fine) return failure("cannot set up TLS: " + openssl_reason());
  // Clients choose the cipher (phones without AES instructions want ChaCha20). Resumption is by tickets alone: the
  // session cache would be memory and a lock that all workers share.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context.get(), on_alpn, nullptr);
  return context;
}

Result<void> use_pair(SSL_CTX* context, const Pair& pair) {
  ERR_clear_error();
  if (SSL_CTX_use_cert_and_key(context, pair.leaf.get(), pair.key.get(), pair.chain.get(), 1) == 1) return {};
  return failure(
      fmt::format("certificate {}: OpenSSL refuses it: {}", pair.files.certificate.string(), openssl_reason()));
}

/// An RSA and an ECDSA certificate for the same names share a context, and OpenSSL picks the one that the client can
/// verify.
bool can_share(const Pair& a, const Pair& b) {
  return a.names == b.names && !a.names.empty() &&
         EVP_PKEY_get_base_id(a.key.get()) != EVP_PKEY_get_base_id(b.key.get());
}

/// Every pair of a listener; the error has a line for each that is wrong.
Result<std::vector<Pair>> load_all(const std::vector<CertificateFiles>& certificates) {
  if (certificates.empty()) return failure("a TLS listener wants at least one certificate");
  std::vector<Pair> pairs;
  std::string problems;
  for (const CertificateFiles& files : certificates) {
    auto pair = load_pair(files);
    if (pair) {
      pairs.push_back(std::move(*pair));
    } else {
      problems += (problems.empty() ? "" : "\n") + pair.error().message;
    }
  }
  if (!problems.empty()) return failure(problems);
  return pairs;
}

/// Puts `pairs[number]` into the context of an earlier pair that it can share, which this returns; else `number`
/// itself. `shares[i]` is the pair whose context pair i uses.
std::size_t context_for(const std::vector<Pair>& pairs, std::size_t number, const std::vector<std::size_t>& shares) {
  for (std::size_t earlier = 0; earlier < number; ++earlier) {
    const bool has_room = std::count(shares.begin(), shares.end(), earlier) == 1;
    if (shares[earlier] == earlier && has_room && can_share(pairs[earlier], pairs[number])) return earlier;
  }
  return number;
}

/// The contexts by pair. Those of `contexts` that are null share the one at `shares`.
struct Contexts {
  std::vector<SslCtxPtr> contexts;
  std::vector<std::size_t> shares;
};

Result<Contexts> make_contexts(const std::vector<Pair>& pairs, const std::shared_ptr<const TicketKeys>& tickets) {
  Contexts result;
  for (std::size_t number = 0; number < pairs.size(); ++number) {
    const std::size_t target = context_for(pairs, number, result.shares);
    result.shares.push_back(target);
    result.contexts.emplace_back();
    if (target == number) {
      auto context = new_context();
      if (!context) return tl::unexpected(context.error());
      if (tickets) use_ticket_keys(context->get(), tickets);
      result.contexts.back() = std::move(*context);
    }
    if (auto used = use_pair(result.contexts[target].get(), pairs[number]); !used) return tl::unexpected(used.error());
  }
  return result;
}

/// Makes the first context the listener's own and gives it the others.
SslCtxPtr join(Contexts contexts, const std::vector<Pair>& pairs) {
  auto switchboard = std::make_unique<Switchboard>();
  for (std::size_t number = 0; number < pairs.size(); ++number) {
    for (const std::string& name : pairs[number].names) switchboard->table.add(name, number);
    switchboard->contexts.push_back(contexts.contexts[contexts.shares[number]].get());
  }
  SslCtxPtr main = std::move(contexts.contexts.front());
  for (SslCtxPtr& context : contexts.contexts) {
    if (context) switchboard->others.push_back(std::move(context));
  }
  SSL_CTX_set_tlsext_servername_callback(main.get(), on_server_name);
  SSL_CTX_set_tlsext_servername_arg(main.get(), switchboard.get());
  CHECK(SSL_CTX_set_ex_data(main.get(), switchboard_index(), switchboard.release()) == 1);
  return main;
}

CertificateFacts facts(const Pair& pair) {
  CertificateFacts result{pair.files.certificate, pair.names, end_of(pair), wrong_dates(pair)};
  result.names.insert(result.names.end(), pair.addresses.begin(), pair.addresses.end());
  return result;
}

}  // namespace

struct ServerContext::Impl {
  SslCtxPtr main;
  std::vector<std::string> names;
  std::vector<CertificateFacts> certificates;
  std::string fingerprint;
  std::chrono::seconds time_left = std::chrono::seconds::max();
};

ServerContext::ServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerContext::~ServerContext() = default;

ssl_ctx_st* ServerContext::get() const {
  return impl_->main.get();
}
const std::vector<std::string>& ServerContext::names() const {
  return impl_->names;
}

int ServerContext::days_left() const {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(impl_->time_left).count());
}

const std::vector<CertificateFacts>& ServerContext::certificates() const {
  return impl_->certificates;
}
const std::string& ServerContext::fingerprint() const {
  return impl_->fingerprint;
}

Result<std::shared_ptr<const ServerContext>> ServerContext::create(const std::vector<CertificateFiles>& certificates,
                                                                   std::shared_ptr<const TicketKeys> tickets) {
  const auto pairs = load_all(certificates);
  if (!pairs) return tl::unexpected(pairs.error());
  auto contexts = make_contexts(*pairs, tickets);
  if (!contexts) return tl::unexpected(contexts.error());
  auto impl = std::make_unique<Impl>();
  impl->main = join(std::move(*contexts), *pairs);
  for (const Pair& pair : *pairs) {
    impl->time_left = std::min(impl->time_left, time_left(pair));
    impl->names.insert(impl->names.end(), pair.names.begin(), pair.names.end());
    impl->certificates.push_back(facts(pair));
    impl->fingerprint += pair.digest;
  }
  impl->fingerprint = sha256_hex(impl->fingerprint + (tickets ? tickets->fingerprint() : ""));
  std::sort(impl->names.begin(), impl->names.end());
  impl->names.erase(std::unique(impl->names.begin(), impl->names.end()), impl->names.end());
  return std::shared_ptr<const ServerContext>(new ServerContext(std::move(impl)));
}

std::string_view server_name(const ssl_st* ssl) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return name ? std::string_view(name) : std::string_view();
}

}  // namespace outrider::tls
