// SPDX-License-Identifier: MIT
// The guard around libh2o 2.2.5, without changing it: the library calls its own exported functions through its PLT, so
// the executable defines some of them (interpose.cc) and calls the real ones by dlsym(RTLD_NEXT).
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/result.h"
#include "http/guard/defence.h"
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

/// Counts what a client was kept from, and logs `line`, if there are not too many.
void note_defence(Connection& connection, Defence defence, std::string_view line);

/// As that, where a request is answered with an error and its connection goes on.
void refuse(Connection& connection, Defence defence);

/// Counts and says why the connection of a client ends; returns the error that the library ends it with, and leaves the
/// reason in `description`.
int cut(Connection& connection, Defence defence, const char** description);

/// Reads one frame of an HTTP/2 connection in place of the library's own reader: the bytes it took, or an error.
ssize_t read_guarded_frame(h2o_http2_conn_t* conn, const std::uint8_t* src, std::size_t len, const char** description);

/// Where the library writes its own answer to a malformed HTTP/1 head: what is written instead, which says what is
/// wrong, and lives as long as the connection. Empty where it writes anything else.
std::string_view refusal_in_place(Connection& connection);

/// Between the decoding of a request's head and our first handler, which answers it with 431 (RFC 6585 5). Until then
/// the status of a response is nobody's.
inline void mark_refused(h2o_req_t& req) {
  req.res.status = 431;
}
inline bool is_marked_refused(const h2o_req_t& req) {
  return req.res.status == 431;
}

/// Plays one HTTP/2 connection over a socket pair through the library and sees whether its calls arrive in our
/// functions. An Error means that the library was linked in a way that bypasses them (statically, or with -Bsymbolic):
/// then the server must not run. `accept` is a plaintext accept context, `loop` is not running yet.
Result<void> prove_interposition(h2o_evloop_t* loop, h2o_accept_ctx_t& accept, ConnectionOwner& owner);

}  // namespace outrider::http
