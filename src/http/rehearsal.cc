// SPDX-License-Identifier: MIT
#include "http/rehearsal.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "http/client_cookies.h"
#include "http/client_link.h"
#include "http/core.h"
#include "http/http2.h"
#include "http/known_assets.h"
#include "http/page_learning.h"
#include "http/route_facts.h"
#include "http/rule_request.h"

namespace outrider::http {
namespace {

/// As a route's handler would see it.
std::string plain(std::string_view path) {
  return push::normal_path(path.substr(0, path.find('?')));
}

/// The newest connection from the address that a request of this scheme could come on. Not what a proxy's connection
/// carries, where nothing is remembered of any client.
Connection* newest_connection(FrontendCore& core, const std::string& address, bool secure) {
  const auto from = Network::parse(address);
  if (!from) return nullptr;
  Connection* newest = nullptr;
  for (Connection* each : core.owner.connections) {
    const bool fits = each->speaks_http && !each->upgraded && !each->listen().behind &&
                      each->listen().tls.empty() != secure && from->contains(each->peer());
    const auto age = [](const Connection& one) { return std::tuple(one.http_since_ms, one.number); };
    if (fits && (newest == nullptr || age(*newest) < age(*each))) newest = each;
  }
  return newest;
}

const h2o_http2_conn_t* http2_on(const FrontendCore& core, const Connection& connection) {
  const h2o_linklist_t* anchor = &core.context.http2._conns;
  for (const h2o_linklist_t* node = anchor->next; node != anchor; node = node->next) {
    const auto* conn = H2O_STRUCT_FROM_MEMBER(h2o_http2_conn_t, _conns, node);
    if (conn->sock == connection.socket) return conn;
  }
  return nullptr;
}

}  // namespace

const std::shared_ptr<const config::Config>& Rehearsal::config() const {
  return core_.config;
}

const SiteMap& Rehearsal::sites() const {
  return core_.sites;
}

const std::shared_ptr<const push::WorkerRules>& Rehearsal::rules() const {
  return core_.rules;
}

RehearsedRequest::RehearsedRequest(const Rehearsal& rehearsal, const config::Site& site, std::string_view target,
                                   push::MadeRequest& made)
    : core_(rehearsal.core_), site_(site), target_(target), made_(made) {
  take_cookie();
  take_connection();
}

/// As take_client_cookie() does with a request that came.
void RehearsedRequest::take_cookie() {
  const auto& cookie = core_.client_cookies[core_.index_of(site_)];
  if (!cookie) return;
  std::vector<push::Field> ours;
  for (auto& [name, value] : made_.fields) {
    if (name == "cookie") push::collect_cookies(value, cookie->name(), ours);
  }
  if (ours.empty()) return;
  reading_ = cookie->read(ours, std::chrono::system_clock::now());
  for (auto& [name, value] : made_.fields) {
    if (name == "cookie") value = push::without_cookie(value, cookie->name());
  }
  std::erase_if(made_.fields, [](const auto& field) { return field.first == "cookie" && field.second.empty(); });
}

void RehearsedRequest::take_connection() {
  connection_ = newest_connection(core_, made_.address, made_.scheme == "https");
  if (connection_ == nullptr) return;
  const h2o_http2_conn_t* http2 = http2_on(core_, *connection_);
  push::Situation situation;
  if (http2 != nullptr) add_connection(*http2, *core_.config, situation);
  room_.client_push_room = situation.client_push_room;
  room_.own_push_room = situation.own_push_room;
  room_.connection_closing = situation.connection_closing;
  room_.open_bytes = connection_->promised_bytes;
  made_.protocol = http2 != nullptr ? "HTTP/2" : "HTTP/1.1";
  made_.accepts_push = http2 != nullptr && http2->peer_settings.enable_push != 0;
  made_.new_connection = connection_->requests == 0;
  made_.link = link_to(*connection_);
  described_ = RehearsedConnection{std::string(connection_->peer_text()),
                                   made_.protocol,
                                   made_.accepts_push,
                                   connection_->requests,
                                   connection_->http_since_ms,
                                   connection_->promised_bytes,
                                   connection_->sent.size()};
}

push::SchemeHost RehearsedRequest::scheme_host() const {
  const std::string& authority = made_.authority.empty() ? made_.host : made_.authority;
  return scheme_host_of(made_.scheme, authority, made_.host);
}

void RehearsedRequest::describe(push::Request& request) const {
  if (connection_ != nullptr && connection_->tls) request.tls = *connection_->tls;
}

void RehearsedRequest::fill(push::Setting& setting) const {
  setting.switches = core_.switches.get();
  if (connection_ != nullptr) {
    setting.client_push_room = room_.client_push_room;
    setting.own_push_room = room_.own_push_room;
    setting.connection_closing = room_.connection_closing;
    setting.open_bytes = room_.open_bytes;
  }
  const std::string_view name = page_name(site_, made_.method, target_, made_.path);
  const push::PageFacts* page = name.empty() ? nullptr : core_.knowledge.pages.peek(scheme_host(), name);
  if (page == nullptr) return;
  if (!setting.page_bytes) setting.page_bytes = page->bytes();
  if (setting.answers_at_once) return;
  setting.page_redirects = page->redirects();
  if (!setting.think_time) setting.think_time = page->think_time();
  if (site_.learn.on) setting.learned = page->links();
}

const push::AssetFacts& RehearsedRequest::look(std::string_view path) const {
  if (last_path_ != path) {
    last_ = together(core_.knowledge.assets.peek(scheme_host(), path),
                     route_facts(site_, plain(path), core_.global.mimemap));
    last_path_ = path;
  }
  return last_;
}

std::string RehearsedRequest::type(std::string_view path) const {
  const push::AssetFacts* known = core_.knowledge.assets.peek(scheme_host(), path);
  if (known != nullptr && !known->type.empty()) return known->type;
  return route_type(site_, plain(path), core_.global.mimemap);
}

bool RehearsedRequest::sent(std::string_view path) const {
  return connection_ != nullptr && connection_->sent.size() != 0 &&
         connection_->sent.peek(made_.host, path, look(path).version);
}

push::Cached RehearsedRequest::cached(std::string_view path) const {
  if (reading_.good == 0 || is_kept_out_of_cookie(site_, plain(path))) return push::Cached::no;
  const std::string& version = look(path).version;
  if (version.empty()) return push::Cached::perhaps;
  return reading_.set.contains(path, version) ? push::Cached::yes : push::Cached::no;
}

}  // namespace outrider::http
