// SPDX-License-Identifier: MIT
#include "http/core.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "base/check.h"
#include "base/random.h"
#include "http/descriptors.h"
#include "http/files_handler.h"
#include "http/guard/interpose.h"
#include "http/mime_types.h"
#include "http/redirect_handler.h"
#include "http/upstream/handlers.h"

namespace outrider::http {
namespace {

constexpr std::size_t open_files_per_turn = 64;

std::uint16_t https_port_of(const config::Config& config) {
  std::uint16_t port = 0;
  for (const config::Listen& listen : config.listen) {
    if (listen.tls.empty() || listen.address.is_unix()) continue;
    if (listen.address.port() == 443) return 443;
    if (port == 0) port = listen.address.port();
  }
  return port == 0 ? 443 : port;
}

std::uint64_t largest_body(const config::Config& config) {
  std::uint64_t largest = 0;
  for (const config::Site& site : config.sites) {
    for (const config::Route& route : site.routes) largest = std::max(largest, route.max_body_bytes);
  }
  return largest;
}

void configure_library(h2o_globalconf_t& global, const config::Config& config) {
  h2o_config_init(&global);
  global.server_name = h2o_iovec_init(H2O_STRLIT("outrider"));
  global.max_request_entity_size = largest_body(config);
  global.filecache.capacity = open_files_per_turn;
  global.handshake_timeout = config.limits.handshake_timeout_ms;
  // The library has one timer for a kept connection, a head and a body.
  global.http1.req_timeout = std::max(config.limits.idle_timeout_ms, config.limits.request_timeout_ms);
  global.http2.idle_timeout = config.limits.idle_timeout_ms;
  // Above requests and pushes together, so that nothing ever waits inside the library: what waits there can kill it.
  global.http2.max_concurrent_requests_per_connection =
      H2O_HTTP2_SETTINGS_HOST.max_concurrent_streams + config.limits.pushes_per_connection + 16;
  add_mime_types(global.mimemap);
}

}  // namespace

FrontendCore::FrontendCore(EventLoop& event_loop, FrontendOptions given)
    : loop(event_loop),
      options(std::move(given)),
      config(options.config),
      sites(config->sites),
      tls(options.tls),
      knowledge(options.knowledge != nullptr ? *options.knowledge : own_knowledge_),
      timeouts(loop.get()) {
  CHECK(tls.size() == config->listen.size());
  auto reserve = reserve_descriptors(descriptors_per_context);
  if (!reserve) throw std::runtime_error(reserve.error().message);
  if (options.upstreams == nullptr) own_upstreams_ = std::make_unique<UpstreamPools>(loop, *options.counters);
  owner.counters = options.counters;
  owner.limits = config->limits;
  https_port = https_port_of(*config);
  // Each worker counts from a start of its own, so that no two requests of the server share an identifier.
  next_request = random_number();
  configure_library(global, *config);
  // The library's own search ends at the first path: "/" takes everything, and our first handler chooses site and
  // route.
  h2o_hostconf_t* host = h2o_config_register_host(&global, h2o_iovec_init(H2O_STRLIT("outrider")), 65535);
  host->http2.reprioritize_blocking_assets = 0;
  host->http2.push_preload = 1;
  h2o_pathconf_t* first = h2o_config_register_path(host, "/", 0);
  register_front_handler(*first, *this);
  register_request_logger(*first, *this);
  register_request_logger(host->fallback_path, *this);
  for (const config::Site& site : config->sites) {
    for (const config::Route& route : site.routes) h2o_config_register_path(host, route.prefix.c_str(), 0);
  }
  add_routes(*host);
  reserve->clear();
  h2o_context_init(&context, loop.get(), &global);
  // The library would keep files open, and their sizes and dates in mind, for ever; requests of one turn may share
  // them.
  turn_end = loop.after_each_turn([this] {
    h2o_filecache_clear(context.filecache);
    turn_time_.reset();
  });
  for (auto& [route, runtime] : routes_) runtime.handler = make_handler(*route, runtime);
}

void FrontendCore::use_rules(std::shared_ptr<const push::WorkerRules> given) {
  rules = std::move(given);
  client_cookies.assign(config->sites.size(), std::nullopt);
  if (rules == nullptr || rules->cookie_keys.empty()) return;
  for (std::size_t i = 0; i != config->sites.size(); ++i) {
    const config::Site& site = config->sites[i];
    if (!site.client_cookie) continue;
    client_cookies[i].emplace(site.client_cookie->name, site.name, rules->cookie_keys,
                              std::chrono::seconds(site.client_cookie->lifetime_s));
  }
}

void FrontendCore::add_routes(h2o_hostconf_t& host) {
  std::size_t at = 1;  // 0 is the first handler's
  for (const config::Site& site : config->sites) {
    for (const config::Route& route : site.routes) {
      h2o_pathconf_t& path = host.paths.entries[at++];
      routes_[&route].pathconf = &path;
      if (const auto* files = std::get_if<config::Files>(&route.action)) register_files(path, *files);
      if (const auto* fastcgi = std::get_if<config::FastCgi>(&route.action))
        register_files(path, static_part(*fastcgi));
      if (route.gzip) {
        h2o_compress_args_t arguments{};
        arguments.min_size = 200;
        arguments.gzip.quality = 4;
        arguments.brotli.quality = -1;
        h2o_compress_register(&path, &arguments);
      }
      register_request_logger(path, *this);
    }
  }
}

std::unique_ptr<RouteHandler> FrontendCore::make_handler(const config::Route& route, const RouteRuntime& runtime) {
  struct Make {
    FrontendCore& core;
    const config::Route& route;
    const RouteRuntime& runtime;

    std::unique_ptr<RouteHandler> operator()(const config::Files& files) const {
      return std::make_unique<FilesHandler>(files, *runtime.pathconf);
    }
    std::unique_ptr<RouteHandler> operator()(const config::Redirect& redirect) const {
      return std::make_unique<RedirectHandler>(redirect);
    }
    std::unique_ptr<RouteHandler> operator()(const config::Proxy& proxy) const {
      return make_proxy_handler(proxy, route, core.upstreams());
    }
    std::unique_ptr<RouteHandler> operator()(const config::FastCgi& fastcgi) const {
      return make_fastcgi_handler(fastcgi, route, core.upstreams(),
                                  std::make_unique<FilesHandler>(static_part(fastcgi), *runtime.pathconf));
    }
  };
  return std::visit(Make{*this, route, runtime}, route.action);
}

FrontendCore::~FrontendCore() {
  CHECK(owner.connections.empty());
  turn_end.reset();
  routes_.clear();  // tunnels and upstream connections close on the loop
  h2o_multithread_queue_t* queue = context.queue;
  h2o_context_dispose(&context);
  free(queue);  // the library closes it and forgets it
  h2o_config_dispose(&global);
}

}  // namespace outrider::http
