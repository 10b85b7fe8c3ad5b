// SPDX-License-Identifier: MIT
// A TLS client and a server that talk through memory.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tls/context.h"

namespace outrider::tls::test {

struct ClientHello {
  std::string name;                    // SNI; empty = none
  std::vector<std::string> protocols;  // ALPN; empty = no extension
  int max_version = 0;                 // 0 = any
  std::string ciphers;                 // TLS 1.2; empty = default
  std::string signatures;              // empty = default
  SSL_SESSION* resume = nullptr;
};

struct Handshake {
  bool done = false;
  int alert = 0;  // what the client received; 0 = none
  std::string protocol, version, cipher;
  std::string subject;      // common name of the server's certificate
  std::string server_name;  // as the server saw it
  bool resumed = false;
  std::shared_ptr<SSL_SESSION> session;
};

Handshake shake_hands(SSL_CTX* server, const ClientHello& hello);

}  // namespace outrider::tls::test
