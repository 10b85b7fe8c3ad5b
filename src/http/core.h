// SPDX-License-Identifier: MIT
// The inside of a Frontend: the library's configuration and context, our routes over them, and what requests look up.
// Everything here belongs to the worker's thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/exchange.h"
#include "http/guard/connection.h"
#include "http/site_map.h"
#include "http/timer.h"
#include "push/client_cookie.h"
#include "push/knowledge.h"

namespace outrider::http {

struct PushContext;

/// A route of the configuration on this worker.
struct RouteRuntime {
  h2o_pathconf_t* pathconf = nullptr;  // with the filters of the route and our logger
  std::unique_ptr<RouteHandler> handler;
};

class FrontendCore {
 public:
  FrontendCore(EventLoop& loop, FrontendOptions options);
  ~FrontendCore();
  FrontendCore(const FrontendCore&) = delete;
  FrontendCore& operator=(const FrontendCore&) = delete;

  RouteRuntime& runtime(const config::Route& route) { return routes_.at(&route); }
  /// When this turn of the loop met its first request: what else came in it was waiting by then.
  std::chrono::steady_clock::time_point turn_time() {
    if (!turn_time_) turn_time_ = std::chrono::steady_clock::now();
    return *turn_time_;
  }
  std::size_t index_of(const config::Site& site) const {
    return static_cast<std::size_t>(&site - config->sites.data());
  }

  void use_rules(std::shared_ptr<const push::WorkerRules> rules);

  EventLoop& loop;
  const FrontendOptions options;
  const std::shared_ptr<const config::Config> config;
  const SiteMap sites;
  std::shared_ptr<const push::WorkerRules> rules;              // swapped between requests
  std::shared_ptr<const push::Switches> switches;              // likewise; null where nothing is off
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;  // of new handshakes, by the index of Config::listen
  ConnectionOwner owner;
  push::Knowledge& knowledge;  // of the worker
  /// Of each site, by its index; nothing where it has none. They change with the keys that come with the rules.
  std::vector<std::optional<push::ClientCookie>> client_cookies;
  Timeouts timeouts;
  bool draining = false;
  /// Set while one of our pushes runs through the library: the pushed request finds its parent here.
  const PushContext* pushing = nullptr;
  std::vector<push::Match> matches;   // of the request that is being decided
  std::vector<push::RuleMark> marks;  // likewise
  std::uint16_t https_port = 443;     // where redirect_to_https leads
  std::uint64_t next_request = 0;     // part of request ids

  h2o_globalconf_t global{};
  h2o_context_t context{};
  std::shared_ptr<void> turn_end;  // what is done after each turn of the loop

 private:
  void add_routes(h2o_hostconf_t& host);
  upstream::Pools& upstreams() { return (own_upstreams_ ? *own_upstreams_ : *options.upstreams).inside(); }
  std::unique_ptr<RouteHandler> make_handler(const config::Route& route, const RouteRuntime& runtime);

  std::unique_ptr<UpstreamPools> own_upstreams_;  // where nobody lends any
  push::Knowledge own_knowledge_;                 // likewise
  std::unordered_map<const config::Route*, RouteRuntime> routes_;
  std::optional<std::chrono::steady_clock::time_point> turn_time_;
};

/// Registers our first handler, which every request of every site meets.
void register_front_handler(h2o_pathconf_t& path, FrontendCore& core);
/// Registers the logger that ends an exchange.
void register_request_logger(h2o_pathconf_t& path, FrontendCore& core);

}  // namespace outrider::http
