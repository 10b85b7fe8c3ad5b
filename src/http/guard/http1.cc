// SPDX-License-Identifier: MIT
// HTTP/1 to the letter (RFC 9112): what the library would take though servers differ on it gets 400, and its connection
// is closed, before any upstream has seen a byte.
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "http/guard/chunked.h"
#include "http/guard/connection.h"
#include "http/guard/http1_head.h"
#include "http/guard/interpose.h"
#include "http/guard/picohttpparser.h"

namespace outrider::http {
namespace {

/// What this thread's library has just been told is malformed, as it completes "the request has …". It answers so at
/// once: a body by h2o_send_error_generic, a head by a text of its own.
thread_local const char* objection = nullptr;

std::string body_of(const char* said) {
  return fmt::format("400 Bad Request: the request has {}\n", said);
}

void note(Connection& connection, const char* said) {
  note_defence(connection, Defence::malformed_http1,
               fmt::format("refusing a request of {}: it has {}", connection.peer_text(), said));
}

}  // namespace

std::string_view refusal_in_place(Connection& connection) {
  const char* said = std::exchange(objection, nullptr);
  if (said == nullptr) return {};
  note(connection, said);
  const std::string body = body_of(said);
  connection.refusal = fmt::format(
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
      "{}\r\n\r\n{}",
      body.size(), body);
  return connection.refusal;
}

}  // namespace outrider::http

using namespace outrider::http;

extern "C" {

__attribute__((visibility("default"))) int phr_parse_request(const char* buf, size_t len, const char** method,
                                                             size_t* method_len, const char** path, size_t* path_len,
                                                             int* minor_version, struct phr_header* headers,
                                                             size_t* num_headers, size_t last_len) {
  static const auto real_parse = real_function<decltype(&phr_parse_request)>("phr_parse_request");
  objection = nullptr;
  const int length =
      real_parse(buf, len, method, method_len, path, path_len, minor_version, headers, num_headers, last_len);
  if (length <= 0) return length;
  objection = objection_to({{buf, static_cast<std::size_t>(length)}, *minor_version, {headers, *num_headers}});
  return objection == nullptr ? length : -1;
}

/// Of requests; answers of upstreams are decoded by decode_chunked() itself.
__attribute__((visibility("default"))) ssize_t phr_decode_chunked(struct phr_chunked_decoder* decoder, char* buf,
                                                                  size_t* bufsz) {
  const ssize_t behind = decode_chunked(*decoder, buf, *bufsz);
  objection = behind == -1 ? "a malformed chunk" : nullptr;
  return behind;
}

__attribute__((visibility("default"))) void h2o_send_error_generic(h2o_req_t* req, int status, const char* reason,
                                                                   const char* body, int flags) {
  static const auto real_send = real_function<decltype(&h2o_send_error_generic)>("h2o_send_error_generic");
  const char* said = std::exchange(objection, nullptr);
  Connection* connection = said != nullptr ? Connection::of(req->conn->callbacks->get_socket(req->conn)) : nullptr;
  if (connection != nullptr && status == 400) {
    note(*connection, said);
    body = keep(&req->pool, body_of(said)).data();
    flags |= H2O_SEND_ERROR_HTTP1_CLOSE_CONNECTION;
  }
  real_send(req, status, reason, body, flags);
}
}
