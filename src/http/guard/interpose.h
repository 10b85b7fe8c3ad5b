// SPDX-License-Identifier: MIT
// The guard around libh2o 2.2.5, without changing it: the library calls its own exported functions through its PLT, so
// the executable defines some of them (interpose.cc) and calls the real ones by dlsym(RTLD_NEXT).
#pragma once

#include <dlfcn.h>

#include <cstdint>

#include "base/check.h"
#include "base/result.h"
#include "http/h2o_api.h"

namespace outrider::http {

class Connection;
struct ConnectionOwner;

/// The library's own function, behind ours of that name.
template <class Function>
Function real_function(const char* name) {
  void* address = dlsym(RTLD_NEXT, name);
  CHECK(address != nullptr);
  return reinterpret_cast<Function>(address);
}

/// Counts and says why the connection of a client ends; returns the error that the library ends it with, and leaves
/// `why` in `description`. `why` is a literal.
int cut(Connection& connection, const char* why, const char** description);

/// Plays one HTTP/2 connection over a socket pair through the library and sees whether its calls arrive in our
/// functions. An Error means that the library was linked in a way that bypasses them (statically, or with -Bsymbolic):
/// then the server must not run. `accept` is a plaintext accept context, `loop` is not running yet.
Result<void> prove_interposition(h2o_evloop_t* loop, h2o_accept_ctx_t& accept, ConnectionOwner& owner);

}  // namespace outrider::http
