// SPDX-License-Identifier: MIT
// Our first handler: every request of every site comes here, is checked, gets its site and route, is decided by the
// rules and goes on to the route's handler.
#include <algorithm>
#include <string>

#include "base/text.h"
#include "http/admission.h"
#include "http/client_cookies.h"
#include "http/exchange_state.h"
#include "http/forwarded_client.h"
#include "http/guard/interpose.h"
#include "http/priority.h"
#include "http/push_promise.h"
#include "http/redirect_handler.h"
#include "http/rule_run.h"

namespace outrider::http {
namespace {

struct FrontHandler {
  h2o_handler_t super;
  FrontendCore* core;
};

/// Decoded, it has no NUL, which would end a file's name.
bool target_is_sound(const h2o_req_t& req) {
  const std::string_view path = view(req.path_normalized);
  return http::target_is_sound(view(req.path)) && !path.empty() && path.find('\0') == std::string_view::npos;
}

/// The absolute form, "GET http://host/path" (RFC 9112 3.2.2): its authority counts, whatever Host says.
void take_absolute_form(h2o_req_t& req) {
  const std::string_view target = view(req.path);
  if (req.version >= 0x200 || target.empty() || target[0] == '/') return;
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return;
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return;
  const auto path_at = std::min(target.find_first_of("/?", scheme_end + 3), target.size());
  req.authority = iovec(target.substr(scheme_end + 3, path_at - scheme_end - 3));
  const std::string_view rest = target.substr(path_at);
  req.path = iovec(keep(&req.pool, rest.substr(0, 1) == "/" ? rest : "/" + std::string(rest)));
  req.path_normalized =
      h2o_url_normalize_path(&req.pool, req.path.base, req.path.len, &req.query_at, &req.norm_indexes);
}

/// File systems take several slashes for one: a route or a pattern that did not could be got round, as in
/// "/uploads//x.php". Only what is matched and opened changes; applications get the target as the client wrote it.
void join_slashes(h2o_req_t& req) {
  const std::string_view path = view(req.path_normalized);
  if (path.find("//") == std::string_view::npos) return;
  std::string joined(path);
  joined.erase(std::unique(joined.begin(), joined.end(), [](char a, char b) { return a == '/' && b == '/'; }),
               joined.end());
  req.path_normalized = iovec(keep(&req.pool, joined));
}

/// A host must be named, but in HTTP/1.0 (RFC 9112 3.2, RFC 9113 8.3.1). Where the client named none the library puts
/// in the name of its own host.
bool names_host(const h2o_req_t& req) {
  return req.version < 0x101 || req.authority.base != req.hostconf->authority.hostport.base;
}

/// Finds the host of an authority and its site, unless it is the one that the connection's last request named. False
/// where there is none.
bool remember_host(Connection& connection, const SiteMap& sites, std::string_view authority) {
  if (!authority.empty() && authority == connection.last_authority) return true;
  connection.last_host.clear();
  const bool sound = host_of(authority, connection.last_host);
  connection.last_authority = sound ? authority : std::string_view();
  connection.last_site = sound ? sites.find(connection.last_host) : nullptr;
  return sound;
}

/// Of HTTP/2 it was found while they were decoded.
bool has_too_many_fields(const h2o_req_t& req, const Connection& connection) {
  return is_marked_refused(req) ||
         (req.version < 0x200 && req.headers.size > connection.owner().limits.header_fields);
}

/// Fills what the request says of itself. Returns the status of what is wrong with it, or 0.
int read_request(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  if (has_too_many_fields(req, exchange.connection)) {
    refuse(exchange.connection, Defence::header_fields);
    return 431;
  }
  if (const int status = status_of_method(view(req.method)); status != 0) return status;
  take_absolute_form(req);
  if (!target_is_sound(req) || !names_host(req)) return 400;
  join_slashes(req);
  exchange.authority = view(req.authority);
  if (!remember_host(exchange.connection, exchange.frontend->sites, exchange.authority)) return 400;
  exchange.host = keep(&req.pool, exchange.connection.last_host);
  exchange.path = view(req.path_normalized);
  return 0;
}

/// Chooses site and route and binds the route's filters and logger. Returns an error's status, or 0.
int choose_route(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  exchange.site = exchange.connection.last_site;
  if (exchange.site == nullptr) return 421;
  exchange.route = find_route(*exchange.site, exchange.path);
  if (exchange.route != nullptr) {
    h2o_req_bind_conf(&req, req.hostconf, exchange.frontend->runtime(*exchange.route).pathconf);
  }
  return refusal_of(exchange.route, exchange.path, view(req.path), req.entity.len);
}

void find_rules(ExchangeState& exchange) {
  const auto& rules = exchange.frontend->rules;
  if (rules == nullptr) return;
  if (rules->watch != nullptr && !exchange.pushed) rules->watch->request();
  const std::size_t index = exchange.frontend->index_of(*exchange.site);
  if (index >= rules->sets.size()) return;
  const push::RuleSet* set = rules->sets[index].get();
  const bool off = hints_are_off(exchange);
  exchange.switched_off = off && set != nullptr && !exchange.pushed;
  if (!off) exchange.rule_set = set;
}

/// A frontend that drains because a reload replaced it says nothing about the server: where somebody tells, that counts
/// alone.
bool is_healthy(const FrontendCore& core) {
  return core.options.healthy != nullptr ? core.options.healthy->load(std::memory_order_relaxed) : !core.draining;
}

void answer_health(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  const bool healthy = is_healthy(*exchange.frontend);
  req.res.status = healthy ? 200 : 503;
  req.res.reason = healthy ? "OK" : "Service Unavailable";
  h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_CONTENT_TYPE, nullptr, H2O_STRLIT("text/plain"));
  h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_CACHE_CONTROL, nullptr, H2O_STRLIT("no-store"));
  const std::string_view body = healthy ? "ok\n" : "draining\n";
  req.res.content_length = body.size();
  h2o_send_inline(&req, body.data(), body.size());
}

/// "OPTIONS *" asks about the server as a whole (RFC 9110 9.3.7).
bool asks_about_server(const h2o_req_t& req) {
  return view(req.method) == "OPTIONS" && view(req.path) == "*";
}

void answer_options(h2o_req_t& req) {
  req.res.status = 204;
  req.res.reason = "No Content";
  h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_ALLOW, nullptr,
                 H2O_STRLIT("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
  h2o_send_inline(&req, "", 0);
}

/// Lets the rules decide, then the route's handler answer.
void serve(ExchangeState& exchange) {
  FrontendCore& core = *exchange.frontend;
  take_client_cookie(exchange);
  find_rules(exchange);
  RouteHandler& handler = *core.runtime(*exchange.route).handler;
  deliver_request_phase(exchange, handler);
  handler.handle(exchange);
}

int on_request(h2o_handler_t* self, h2o_req_t* req) {
  FrontendCore& core = *reinterpret_cast<FrontHandler*>(self)->core;
  Connection& connection = *Connection::of(req->conn->callbacks->get_socket(req->conn));
  ExchangeState& exchange = ExchangeState::begin(*req, core, connection);
  if (core.options.progress) core.options.progress("request", {}, view(req->path_normalized));
  if (exchange.pushed && core.pushing != nullptr) take_promise(exchange, *core.pushing);
  read_forwarded_client(exchange);
  prioritise_request(exchange);

  if (asks_about_server(*req)) {
    answer_options(*req);
  } else if (const int status = read_request(exchange); status != 0) {
    fail(exchange, status, {});
  } else if (!core.config->health.empty() && exchange.path == core.config->health) {
    answer_health(exchange);
  } else if (must_use_https(connection.listen(), exchange.path)) {
    redirect_to_https(exchange, core.https_port);
  } else if (const int refusal = choose_route(exchange); refusal != 0) {
    fail(exchange, refusal, {});
  } else {
    serve(exchange);
  }
  if (core.options.progress) core.options.progress({}, {}, {});
  return 0;
}

}  // namespace

void register_front_handler(h2o_pathconf_t& path, FrontendCore& core) {
  auto* handler = reinterpret_cast<FrontHandler*>(h2o_create_handler(&path, sizeof(FrontHandler)));
  handler->super.on_req = on_request;
  handler->core = &core;
}

}  // namespace outrider::http
