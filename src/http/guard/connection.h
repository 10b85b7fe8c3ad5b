// SPDX-License-Identifier: MIT
// What we know of one client connection. It hangs on the library's socket (`on_close`), lives from accept to close, and
// is reached from a request through the socket. It belongs to the worker's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/address.h"
#include "config/config.h"
#include "http/guard/frame_counts.h"
#include "http/guard/guard_log.h"
#include "http/guard/priority_updates.h"
#include "http/h2o_api.h"
#include "push/request.h"
#include "push/sent_memory.h"
#include "tls/context.h"

namespace outrider::http {

struct LiveCounters;
struct Exchange;
class Connection;

/// What all connections of a frontend share. It outlives them.
struct ConnectionOwner {
  LiveCounters* counters = nullptr;
  config::Limits limits;
  GuardLog log;
  std::uint64_t stream_errors = 0;              // what the library had counted after the last frame of any connection
  std::unordered_set<Connection*> connections;  // the open ones
};

class Connection {
 public:
  /// Attaches a new one to `socket`; it deletes itself when the socket is closed. `listen` outlives it, or is replaced
  /// by move_to before it goes.
  static Connection& attach(h2o_socket_t* socket, ConnectionOwner& owner, const config::Listen& listen);
  /// The one on `socket`, or nullptr for sockets that are not a client's.
  static Connection* of(h2o_socket_t* socket);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The other end's address: the socket's, or the one that a PROXY header named.
  const Address& peer();
  std::string_view peer_text();
  /// A PROXY header told who the client is: what the kernel knows of the peer is somebody else's.
  void source_from_proxy_header(const Address& source);
  /// The socket's other end is the client, over TCP: neither a balancer, nor somebody's PROXY header, nor a unix peer.
  bool is_direct() const;
  /// Ends the connection as a vanished peer would: the library sees it at its next read or write.
  void shut_down();
  /// The time of its loop.
  std::uint64_t now_ms() const { return h2o_now(h2o_socket_get_loop(socket)); }
  /// True if bytes of the client wait to be read, here or in the kernel.
  bool has_input() const;

  ConnectionOwner& owner() const { return *owner_; }
  const config::Listen& listen() const { return *listen_; }
  /// Gives it to another frontend of the same worker. Only before it `speaks_http`: from then on it belongs to its
  /// context.
  void move_to(ConnectionOwner& owner, const config::Listen& listen);

  h2o_socket_t* const socket;
  const std::uint64_t number;  // of the worker's connections, in their order
  /// What the handshake was begun with; null where it is plaintext. The library holds the SSL_CTX by a bare pointer.
  std::shared_ptr<const tls::ServerContext> server_tls;
  /// Handed to the library's HTTP, behind the PROXY header and the TLS handshake, at this time of the loop.
  bool speaks_http = false;
  std::uint64_t http_since_ms = 0;
  /// When this HTTP/2 connection was told that its frontend drains (RFC 9113 6.8); 0 = not yet.
  std::uint64_t goaway_at_ms = 0;
  std::uint64_t busy_at_ms = 0;  // after that: when something was last on its way

  std::uint64_t requests = 0;          // begun
  std::uint32_t requests_open = 0;     // begun and not ended
  std::uint64_t idle_since_ms = 0;     // the end of the last one, by the loop's clock
  Exchange* http1_exchange = nullptr;  // the one that is open over HTTP/1, which has one at a time
  bool upgraded = false;               // a tunnel now (RFC 9110 7.8)
  push::SentMemory sent;
  std::uint64_t promised_bytes = 0;       // of pushes that are open, as they were counted against the budget
  std::uint32_t paced_pages = 0;          // that are being made while pushes wait for them
  std::int64_t window_reserve = 0;        // of the flow-control window, kept for them
  std::optional<push::TlsFacts> tls;      // found with the first request that a rule looks at; they do not change
  std::string last_authority, last_host;  // of the last request, which the next one most often repeats
  const config::Site* last_site = nullptr;

  // The guard's own state: see interpose.cc.
  bool guarded_http2 = false;
  std::uint64_t writes_seen = 0;
  h2o_socket_cb write_callback = nullptr;
  using FrameReader = ssize_t (*)(h2o_http2_conn_t*, const std::uint8_t*, std::size_t, const char**);
  FrameReader read_expect = nullptr;     // the library's, as it is now
  FrameReader between_frames = nullptr;  // the one that the preface's reader left in place
  /// The client's preface has come, and our SETTINGS are on their way: nothing may go before them (RFC 9113 3.4).
  bool preface_came() const { return between_frames != nullptr; }
  FrameCounts frames;
  /// Of what is handed to the socket, before TLS.
  void note_written(const h2o_iovec_t* pieces, std::size_t count);
  PriorityUpdates priority_updates;

  /// An interim response over HTTP/1 (RFC 9110 15.2) that is being written. The library knows nothing of it: what it
  /// writes meanwhile is held back here.
  struct Interim {
    std::string text;
    bool in_flight = false;
    std::vector<h2o_iovec_t> held;
    h2o_socket_cb held_callback = nullptr;
  };
  Interim interim;
  std::string refusal;  // of a malformed HTTP/1 head, while it is being written
  /// Writes `text` ahead of the final response of an HTTP/1 request. False where another one is still being written.
  bool write_interim(std::string text);

 private:
  Connection(h2o_socket_t* on, ConnectionOwner& by, const config::Listen& listener);
  ~Connection();
  static void on_close(void* self);

  ConnectionOwner* owner_;
  const config::Listen* listen_;
  Address peer_;
  std::string peer_text_;
  bool named_by_proxy_ = false;
};

}  // namespace outrider::http
