// SPDX-License-Identifier: MIT
#include "http/admin_server.h"

#include <pthread.h>
#include <sys/socket.h>

#include <thread>

#include "http/event_loop.h"
#include "http/h2o_api.h"
#include "http/status_text.h"

namespace outrider::http {
namespace {

constexpr std::size_t max_body = 1 << 20;

struct AdminHandler {
  h2o_handler_t super;
  const std::function<AdminResponse(const AdminRequest&)>* answer;
};

int on_request(h2o_handler_t* self, h2o_req_t* req) {
  const std::string_view target = view(req->path);
  const bool has_query = req->query_at != SIZE_MAX;
  AdminRequest request{view(req->method), target.substr(0, has_query ? req->query_at : target.size()),
                       has_query ? target.substr(req->query_at + 1) : std::string_view(), view(req->entity)};
  const AdminResponse response = (*reinterpret_cast<AdminHandler*>(self)->answer)(request);
  req->res.status = response.status;
  req->res.reason = status_text(response.status);
  req->res.content_length = response.body.size();
  const std::string_view type = keep(&req->pool, response.content_type);
  h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_CONTENT_TYPE, nullptr, type.data(), type.size());
  h2o_send_inline(req, response.body.data(), response.body.size());
  return 0;
}

}  // namespace

struct AdminServer::Impl {
  std::function<AdminResponse(const AdminRequest&)> answer;
  EventLoop loop;
  h2o_globalconf_t global{};
  h2o_context_t context{};
  h2o_accept_ctx_t accept{};
  h2o_socket_t* listener = nullptr;
  std::thread thread;

  bool has_connections() {
    return !h2o_linklist_is_empty(&context.http1._conns) || !h2o_linklist_is_empty(&context.http2._conns);
  }

  void shut_down_connections() {
    const auto shut_down = [](h2o_req_t* req, void*) {
      ::shutdown(h2o_socket_get_fd(req->conn->callbacks->get_socket(req->conn)), SHUT_RDWR);
      return 0;
    };
    global.http1.callbacks.foreach_request(&context, shut_down, nullptr);
    for (h2o_linklist_t* node = context.http2._conns.next; node != &context.http2._conns; node = node->next) {
      ::shutdown(h2o_socket_get_fd(H2O_STRUCT_FROM_MEMBER(h2o_http2_conn_t, _conns, node)->sock), SHUT_RDWR);
    }
  }

  static void on_connection(h2o_socket_t* socket, const char*) {
    auto* self = static_cast<Impl*>(socket->data);
    while (h2o_socket_t* accepted = h2o_evloop_socket_accept(socket)) h2o_accept(&self->accept, accepted);
  }
};

AdminServer::AdminServer(UniqueFd listening, std::function<AdminResponse(const AdminRequest&)> answer)
    : impl_(std::make_unique<Impl>()) {
  Impl& impl = *impl_;
  impl.answer = std::move(answer);
  h2o_config_init(&impl.global);
  impl.global.server_name = h2o_iovec_init(H2O_STRLIT("outrider"));
  impl.global.max_request_entity_size = max_body;
  h2o_hostconf_t* host = h2o_config_register_host(&impl.global, h2o_iovec_init(H2O_STRLIT("admin")), 65535);
  h2o_pathconf_t* path = h2o_config_register_path(host, "/", 0);
  auto* handler = reinterpret_cast<AdminHandler*>(h2o_create_handler(path, sizeof(AdminHandler)));
  handler->super.on_req = on_request;
  handler->answer = &impl.answer;
  h2o_context_init(&impl.context, impl.loop.get(), &impl.global);
  impl.accept.ctx = &impl.context;
  impl.accept.hosts = impl.global.hosts;
  impl.listener = h2o_evloop_socket_create(impl.loop.get(), listening.release(), H2O_SOCKET_FLAG_DONT_READ);
  impl.listener->data = &impl;
  h2o_socket_read_start(impl.listener, Impl::on_connection);
  impl.thread = std::thread([&impl] {
    pthread_setname_np(pthread_self(), "outrider/admin");
    impl.loop.run();
  });
}

AdminServer::~AdminServer() {
  Impl& impl = *impl_;
  impl.loop.post([&impl] { impl.loop.stop(); });
  impl.thread.join();
  // Requests are answered within one turn of the loop: whatever is still open is idle and sees its end as a vanished
  // peer.
  h2o_socket_close(impl.listener);
  for (int turn = 0; turn != 20 && impl.has_connections(); ++turn) {
    impl.shut_down_connections();
    h2o_evloop_run(impl.loop.get(), 10);
  }
  if (impl.has_connections()) {
    impl_.release();  // the library cannot end a context before its connections: leave both to the process's end
    return;
  }
  h2o_context_dispose(&impl.context);
  h2o_config_dispose(&impl.global);
}

}  // namespace outrider::http
