// SPDX-License-Identifier: MIT
// Private to src/tls: owning pointers for OpenSSL's types, and its thread-local error queue as a sentence.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

#include "base/c_ptr.h"

namespace outrider::tls {

inline void free_chain(STACK_OF(X509) * chain) {
  sk_X509_pop_free(chain, X509_free);
}

using BioPtr = CPtr<BIO, BIO_free_all>;
using X509Ptr = CPtr<X509, X509_free>;
using ChainPtr = CPtr<STACK_OF(X509), free_chain>;
using KeyPtr = CPtr<EVP_PKEY, EVP_PKEY_free>;
using SslCtxPtr = CPtr<SSL_CTX, SSL_CTX_free>;

/// What OpenSSL says about its last failure in this thread, e.g. "ee key too small"; empties its queue.
inline std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason ? reason : "no reason given";
  ERR_clear_error();
  return text;
}

}  // namespace outrider::tls
