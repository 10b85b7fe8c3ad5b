// SPDX-License-Identifier: MIT
// HTTP/1 alone: the guard that HTTP/2 needs belongs to the workers. A request lives in libh2o until its answer is
// written; what waits for an answer is in `waiting` under a number, so that an answer that comes too late finds nothing
// instead of a request that is gone.
#include "http/admin_server.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <new>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "http/admin_peer.h"
#include "http/admin_reply.h"
#include "http/event_loop.h"
#include "http/h2o_api.h"
#include "http/status_text.h"

namespace outrider::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t max_body = 1u << 20;
constexpr milliseconds longest_tick{1000};
constexpr milliseconds refusal_log_interval{1000};  // a stranger must not fill the disk
constexpr int last_turns = 20;                      // of 10 ms each

bool is_unix(int fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/// Closed by the peer in both directions: a client that has only said its last word still waits for the answer.
bool has_gone(int fd) {
  pollfd one{fd, 0, 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & (POLLHUP | POLLERR)) != 0;
}

std::string_view header(const h2o_req_t& req, const h2o_token_t* token) {
  const ssize_t at = h2o_find_header(&req.headers, token, -1);
  return at == -1 ? std::string_view() : view(req.headers.entries[at].value);
}

std::string media_type(std::string_view field) {
  return lower_case(trim(field.substr(0, field.find(';'))));
}

void add_header(h2o_req_t& req, const h2o_token_t* token, std::string_view value) {
  const std::string_view kept = keep(&req.pool, value);
  h2o_add_header(&req.pool, &req.res.headers, token, nullptr, kept.data(), kept.size());
}

void send(h2o_req_t& req, const AdminResponse& response) {
  req.res.status = response.status;
  req.res.reason = status_text(response.status);
  req.res.content_length = response.body.size();
  add_header(req, H2O_TOKEN_CONTENT_TYPE, response.content_type);
  add_header(req, H2O_TOKEN_CACHE_CONTROL, "no-store");
  h2o_send_inline(&req, response.body.data(), response.body.size());
}

}  // namespace

struct AdminServer::Impl {
  struct Listener {
    Impl* server;
    h2o_socket_t* socket;
    bool is_tcp;
    bool paused = false;
  };

  struct Connection {
    Impl* server;
    h2o_socket_t* socket;
    bool is_tcp;
    std::string who;
  };

  /// In the request's pool, which ends it.
  struct Waiting {
    Impl* server;
    std::uint64_t number;
    h2o_req_t* req;
    bool answered;
    Clock::time_point answered_at;
  };

  struct Handler {
    h2o_handler_t super;
    Impl* server;
  };

  Impl(std::string bearer, Answer answering, AdminLimits bounds)
      : token(std::move(bearer)), answer(std::move(answering)), limits(bounds) {}

  std::string token;
  const Answer answer;
  const AdminLimits limits;
  EventLoop loop;
  std::shared_ptr<AdminGate> gate;
  h2o_globalconf_t global{};
  h2o_context_t context{};
  h2o_accept_ctx_t accept_context{};
  std::list<Listener> listeners;
  std::unordered_set<Connection*> connections;
  std::size_t tcp_connections = 0;
  std::unordered_map<std::uint64_t, Waiting*> waiting;
  std::uint64_t next_number = 1;
  std::size_t refusals = 0;  // since the last line of the log about them
  Clock::time_point refusal_logged_at{};
  std::thread thread;

  void start(std::vector<UniqueFd> listening);
  void end();

  bool has_room(bool for_tcp) const {
    return connections.size() < limits.connections && (!for_tcp || tcp_connections < limits.tcp_connections);
  }
  static void on_client(h2o_socket_t* listening, const char*) {
    auto& listener = *static_cast<Listener*>(listening->data);
    listener.server->accept(listener);
  }
  void accept(Listener& listener);
  void resume();
  void forget(Connection& connection);

  void take(h2o_req_t& req);
  bool refuse(h2o_req_t& req, const Connection& connection);
  void log_refusal(const h2o_req_t& req, const Connection& connection, const char* why);
  void deliver(std::uint64_t number, const AdminResponse& response);
  void sweep();
};

void AdminServer::Impl::start(std::vector<UniqueFd> listening) {
  h2o_config_init(&global);
  global.server_name = h2o_iovec_init(H2O_STRLIT("outrider"));
  global.max_request_entity_size = max_body;
  global.http1.upgrade_to_http2 = 0;
  // The library's one timer for idle, head and body, from the end of the answer before.
  global.http1.req_timeout = static_cast<std::uint64_t>(limits.idle.count());
  h2o_hostconf_t* host = h2o_config_register_host(&global, h2o_iovec_init(H2O_STRLIT("admin")), 65535);
  h2o_pathconf_t* path = h2o_config_register_path(host, "/", 0);
  auto* handler = reinterpret_cast<Handler*>(h2o_create_handler(path, sizeof(Handler)));
  handler->server = this;
  handler->super.on_req = [](h2o_handler_t* self, h2o_req_t* req) {
    reinterpret_cast<Handler*>(self)->server->take(*req);
    return 0;
  };
  h2o_context_init(&context, loop.get(), &global);
  accept_context.ctx = &context;
  accept_context.hosts = global.hosts;
  gate = std::make_shared<AdminGate>(
      loop, [this](std::uint64_t number, const AdminResponse& response) { deliver(number, response); });
  for (UniqueFd& fd : listening) {
    const bool tcp = !is_unix(fd.get());
    h2o_socket_t* socket = h2o_evloop_socket_create(loop.get(), fd.release(), H2O_SOCKET_FLAG_DONT_READ);
    Listener& listener = listeners.emplace_back(Listener{this, socket, tcp});
    socket->data = &listener;
    h2o_socket_read_start(socket, on_client);
  }
  loop.every(std::clamp(limits.idle / 4, milliseconds(1), longest_tick), [this] { sweep(); });
  thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "outrider/admin");
    loop.run();
  });
}

void AdminServer::Impl::accept(Listener& listener) {
  while (!listener.paused) {
    h2o_socket_t* socket = has_room(listener.is_tcp) ? h2o_evloop_socket_accept(listener.socket) : nullptr;
    if (socket != nullptr) {
      auto* connection = new Connection{this, socket, listener.is_tcp, describe_peer(h2o_socket_get_fd(socket))};
      connections.insert(connection);
      tcp_connections += listener.is_tcp ? 1 : 0;
      socket->on_close.data = connection;
      socket->on_close.cb = [](void* closed) {
        auto* const gone = static_cast<Connection*>(closed);
        gone->server->forget(*gone);
        delete gone;
      };
      h2o_accept(&accept_context, socket);
      continue;
    }
    // Full, or out of descriptors: whoever waits in the socket would wake this loop without end.
    listener.paused = !has_room(listener.is_tcp) || errno == EMFILE || errno == ENFILE;
    if (listener.paused) h2o_socket_read_stop(listener.socket);
    return;
  }
}

void AdminServer::Impl::resume() {
  for (Listener& listener : listeners) {
    if (!listener.paused || !has_room(listener.is_tcp)) continue;
    listener.paused = false;
    h2o_socket_read_start(listener.socket, on_client);
  }
}

void AdminServer::Impl::forget(Connection& connection) {
  connections.erase(&connection);
  tcp_connections -= connection.is_tcp ? 1 : 0;
  resume();
}

void AdminServer::Impl::log_refusal(const h2o_req_t& req, const Connection& connection, const char* why) {
  ++refusals;
  if (Clock::now() - refusal_logged_at < refusal_log_interval) return;
  const std::string before = refusals > 1 ? fmt::format(" ({} more since the last such line)", refusals - 1) : "";
  log::warning("admin: refused {} {} of {}: {}{}", printable(view(req.method)), printable(view(req.path)),
               connection.who, why, before);
  refusals = 0;
  refusal_logged_at = Clock::now();
}

bool AdminServer::Impl::refuse(h2o_req_t& req, const Connection& connection) {
  if (h2o_find_header_by_str(&req.headers, H2O_STRLIT("origin"), -1) != -1) {
    req.http1_is_persistent = 0;
    send(req, admin_refusal(403, "this request comes from a web page (it has an Origin field); none is let in"));
    return true;
  }
  if (!connection.is_tcp) return false;
  const std::string_view authorization = header(req, H2O_TOKEN_AUTHORIZATION);
  if (carries_token(authorization, token)) return false;
  log_refusal(req, connection, authorization.empty() ? "no token" : "a wrong token");
  req.http1_is_persistent = 0;
  add_header(req, H2O_TOKEN_WWW_AUTHENTICATE, authorization.empty() ? "Bearer" : "Bearer error=\"invalid_token\"");
  send(req, admin_refusal(401, token.empty() ? "nobody is let in over TCP: the configuration has no admin token"
                                             : "over TCP the admin token is needed: Authorization: Bearer TOKEN"));
  return true;
}

void AdminServer::Impl::take(h2o_req_t& req) {
  const auto& connection = *static_cast<const Connection*>(req.conn->callbacks->get_socket(req.conn)->on_close.data);
  auto* entry = static_cast<Waiting*>(h2o_mem_alloc_shared(&req.pool, sizeof(Waiting), [](void* ended) {
    auto* const self = static_cast<Waiting*>(ended);
    self->server->waiting.erase(self->number);
  }));
  new (entry) Waiting{this, next_number++, &req, false, {}};
  waiting.emplace(entry->number, entry);
  if (refuse(req, connection)) {
    entry->answered = true;
    entry->answered_at = Clock::now();
    return;
  }

  const std::string_view target = view(req.path);
  const bool has_query = req.query_at != SIZE_MAX;
  AdminRequest request;
  request.method = view(req.method);
  request.path = target.substr(0, has_query ? req.query_at : target.size());
  if (has_query) request.query = target.substr(req.query_at + 1);
  request.body = view(req.entity);
  request.content_type = media_type(header(req, H2O_TOKEN_CONTENT_TYPE));
  request.who = connection.who;
  try {
    answer(std::move(request), make_admin_reply(gate, entry->number));
  } catch (const std::exception& exception) {  // C frames are above; the reply that was dropped answers 500
    log::error("admin: {} {}: {}", printable(view(req.method)), printable(target), exception.what());
  }
}

void AdminServer::Impl::deliver(std::uint64_t number, const AdminResponse& response) {
  const auto found = waiting.find(number);
  if (found == waiting.end() || found->second->answered) return;
  Waiting& entry = *found->second;
  entry.answered = true;
  entry.answered_at = Clock::now();
  send(*entry.req, response);
  // A posted task runs at the end of a turn, and the library looks after the write that it began in the next one only.
  loop.post([] {});
}

/// While a request waits the library does not read, and while it writes it has no timer: neither a client that has gone
/// nor one that does not take its answer would be noticed.
void AdminServer::Impl::sweep() {
  std::vector<Waiting*> gone;
  for (const auto& [number, entry] : waiting) {
    const int fd = h2o_socket_get_fd(entry->req->conn->callbacks->get_socket(entry->req->conn));
    if (!entry->answered && has_gone(fd)) gone.push_back(entry);
    if (entry->answered && Clock::now() - entry->answered_at > limits.idle) ::shutdown(fd, SHUT_RDWR);
  }
  for (Waiting* entry : gone) {
    entry->req->http1_is_persistent = 0;
    deliver(entry->number, admin_refusal(503, "the client has gone"));  // a write that fails ends the connection
  }
  resume();
}

void AdminServer::Impl::end() {
  gate->close();
  loop.post([this] { loop.stop(); });
  thread.join();
  for (Listener& listener : listeners) h2o_socket_close(listener.socket);
  listeners.clear();
  std::vector<Waiting*> unanswered;
  for (const auto& [number, entry] : waiting) unanswered.push_back(entry);
  for (Waiting* entry : unanswered) {
    entry->req->http1_is_persistent = 0;
    deliver(entry->number, admin_refusal(503, "the server is ending"));
  }
  for (int turn = 0; turn != last_turns && !connections.empty(); ++turn) {
    for (const Connection* connection : connections) ::shutdown(h2o_socket_get_fd(connection->socket), SHUT_RDWR);
    h2o_evloop_run(loop.get(), 10);
  }
}

AdminServer::AdminServer(std::vector<UniqueFd> listening, std::string token, Answer answer, AdminLimits limits)
    : impl_(std::make_unique<Impl>(std::move(token), std::move(answer), limits)) {
  impl_->start(std::move(listening));
}

void AdminServer::use_token(std::string token) {
  impl_->loop.post([impl = impl_.get(), token = std::move(token)] { impl->token = token; });
}

AdminServer::~AdminServer() {
  impl_->end();
  if (!impl_->connections.empty()) {
    static_cast<void>(impl_.release());  // the library cannot end a context before its connections
    return;
  }
  h2o_context_dispose(&impl_->context);
  h2o_config_dispose(&impl_->global);
}

}  // namespace outrider::http
