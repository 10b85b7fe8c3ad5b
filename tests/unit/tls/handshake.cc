// SPDX-License-Identifier: MIT
#include "unit/tls/handshake.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>

namespace outrider::tls::test {
namespace {

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;
using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

struct Notes {
  int alert = 0;
  std::shared_ptr<SSL_SESSION> session;
};

Notes& notes_of(const SSL* ssl) {
  return *static_cast<Notes*>(SSL_get_app_data(ssl));
}

Context make_client(const ClientHello& hello) {
  Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), hello.max_version);
  if (!hello.ciphers.empty()) REQUIRE(SSL_CTX_set_cipher_list(context.get(), hello.ciphers.c_str()) == 1);
  if (!hello.signatures.empty()) REQUIRE(SSL_CTX_set1_sigalgs_list(context.get(), hello.signatures.c_str()) == 1);
  std::string wire;
  for (const std::string& protocol : hello.protocols) wire += static_cast<char>(protocol.size()) + protocol;
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), [](SSL* ssl, SSL_SESSION* session) {
    notes_of(ssl).session.reset(session, SSL_SESSION_free);
    return 1;
  });
  SSL_CTX_set_info_callback(context.get(), [](const SSL* ssl, int where, int value) {
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL)
      notes_of(ssl).alert = value & 0xff;
  });
  return context;
}

std::string common_name(SSL* client) {
  X509* certificate = SSL_get1_peer_certificate(client);
  if (!certificate) return {};
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
  X509_free(certificate);
  return name;
}

std::string selected_protocol(SSL* server) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(server, &name, &size);
  return size ? std::string(reinterpret_cast<const char*>(name), size) : std::string();
}

}  // namespace

Handshake shake_hands(SSL_CTX* server_context, const ClientHello& hello) {
  const Context client_context = make_client(hello);
  const Ssl client(SSL_new(client_context.get()), SSL_free);
  const Ssl server(SSL_new(server_context), SSL_free);
  Notes notes;
  SSL_set_app_data(client.get(), &notes);
  if (!hello.name.empty()) SSL_set_tlsext_host_name(client.get(), hello.name.c_str());
  if (hello.resume) SSL_set_session(client.get(), hello.resume);
  BIO* ends[2];
  REQUIRE(BIO_new_bio_pair(&ends[0], 1 << 16, &ends[1], 1 << 16) == 1);
  SSL_set_bio(client.get(), ends[0], ends[0]);
  SSL_set_bio(server.get(), ends[1], ends[1]);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  Handshake result;
  for (int turn = 0; turn < 10; ++turn) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  char byte = 0;
  SSL_read(client.get(), &byte, 1);  // takes the tickets that follow a TLS 1.3 handshake
  ERR_clear_error();
  result.done = SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get());
  result.alert = notes.alert;
  result.session = notes.session;
  if (!result.done) return result;
  // OpenSSL does not announce the renewed session of a resumed TLS 1.2 connection.
  if (!result.session) result.session.reset(SSL_get1_session(client.get()), SSL_SESSION_free);
  result.protocol = selected_protocol(server.get());
  result.version = SSL_get_version(client.get());
  result.cipher = SSL_get_cipher_name(client.get());
  result.subject = common_name(client.get());
  result.server_name = std::string(server_name(server.get()));
  result.resumed = SSL_session_reused(server.get()) == 1;
  SSL_shutdown(client.get());  // else OpenSSL marks the session as not resumable
  SSL_shutdown(server.get());
  return result;
}

}  // namespace outrider::tls::test
