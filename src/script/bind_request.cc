// SPDX-License-Identifier: MIT
#include "script/bind_request.h"
#include "script/hint_box.h"

#include <array>
#include <chrono>
#include <string>

#include <fmt/format.h>

#include "push/assets.h"
#include "push/condition.h"
#include "push/plan.h"
#include "script/bind_fields.h"
#include "script/read_values.h"
#include "script/stack.h"

namespace outrider::script {
namespace {

using push::Request;

template <auto Member>
void request_text(lua_State* L, const CallContext& context) {
  push_text(L, context.request->*Member);
}

template <auto Member>
void client_text(lua_State* L, const CallContext& context) {
  push_string_or_nil(L, context.request->client.*Member);
}

template <auto Member>
void tls_text(lua_State* L, const CallContext& context) {
  push_string_or_nil(L, context.request->tls.*Member);
}

template <auto Member>
void browser_flag(lua_State* L, const CallContext& context) {
  lua_pushboolean(L, context.request->browser().*Member);
}

template <auto Function>
void request_flag(lua_State* L, const CallContext& context) {
  lua_pushboolean(L, (context.request->*Function)());
}

void client_family(lua_State* L, const CallContext& context) {
  push_text(L, name_of(context.request->browser().family));
}

void client_version(lua_State* L, const CallContext& context) {
  const int version = context.request->browser().version;
  if (version > 0) {
    lua_pushinteger(L, version);
  } else {
    lua_pushnil(L);
  }
}

void client_new_connection(lua_State* L, const CallContext& context) {
  // A proxy's connection carries many clients: what is new about it says nothing about any of them.
  if (context.request->client.behind_proxy) {
    lua_pushnil(L);
  } else {
    lua_pushboolean(L, context.request->client.new_connection);
  }
}

void client_rtt_ms(lua_State* L, const CallContext& context) {
  if (const auto link = context.request->link()) {
    lua_pushnumber(L, std::chrono::duration<lua_Number, std::milli>(link->rtt).count());
  } else {
    lua_pushnil(L);
  }
}

void client_cwnd_bytes(lua_State* L, const CallContext& context) {
  if (const auto link = context.request->link()) {
    lua_pushnumber(L, static_cast<lua_Number>(link->cwnd_bytes));
  } else {
    lua_pushnil(L);
  }
}

const push::Response& response_of(const CallContext& context) {
  if (context.response == nullptr) throw ScriptError("the response has ended");
  return *context.response;
}

constexpr Field request_getters[] = {
    {"id", request_text<&Request::id>},
    {"method", request_text<&Request::method>},
    {"scheme", request_text<&Request::scheme>},
    {"host", request_text<&Request::host>},
    {"path", request_text<&Request::path>},
    {"query_string", request_text<&Request::query>},
    {"protocol", request_text<&Request::protocol>},
};

/// In the order in which install() pushes them.
constexpr std::array request_constants{"params", "query",    "headers", "cookies", "client",
                                       "tls",    "language", "bucket",  "sent",    "cached"};

constexpr Field client_getters[] = {
    {"address", client_text<&push::ClientFacts::address>},
    {"peer", client_text<&push::ClientFacts::peer>},
    {"family", client_family},
    {"version", client_version},
    {"mobile", browser_flag<&push::Browser::mobile>},
    {"accepts_push",
     [](lua_State* L, const CallContext& context) { lua_pushboolean(L, context.request->client.accepts_push); }},
    {"accepts_early_hints", request_flag<&Request::accepts_early_hints>},
    {"navigation", request_flag<&Request::navigation>},
    {"purpose", [](lua_State* L, const CallContext& context) { push_string_or_nil(L, context.request->purpose()); }},
    {"save_data", request_flag<&Request::save_data>},
    {"bot", browser_flag<&push::Browser::bot>},
    {"rtt_ms", client_rtt_ms},
    {"cwnd_bytes", client_cwnd_bytes},
    {"new_connection", client_new_connection},
    {"country", client_text<&push::ClientFacts::country>},
};

constexpr Field tls_getters[] = {
    {"used", [](lua_State* L, const CallContext& context) { lua_pushboolean(L, context.request->tls.used); }},
    {"version", tls_text<&push::TlsFacts::version>},
    {"cipher", tls_text<&push::TlsFacts::cipher>},
    {"server_name", tls_text<&push::TlsFacts::server_name>},
    {"session_reused",
     [](lua_State* L, const CallContext& context) { lua_pushboolean(L, context.request->tls.session_reused); }},
};

constexpr Field response_getters[] = {
    {"status", [](lua_State* L, const CallContext& context) { lua_pushinteger(L, response_of(context).status); }},
};

constexpr std::array response_constants{"headers"};

std::string_view string_argument(lua_State* L, const char* function, const char* what) {
  const int index = first_argument(L);
  const auto text = string_at(L, index);
  if (text && !text->empty()) return *text;
  throw ScriptError(fmt::format("{}: expected {}, found {}", function, what, State::describe(L, index)));
}

int language(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  // A read-only list is a userdata like req itself: alone it is the list, behind another one that is req.
  const int index = lua_gettop(L) > 1 && lua_type(L, 1) == LUA_TUSERDATA ? 2 : 1;
  if (lua_gettop(L) > index) throw ScriptError("req.language: takes one list, as in req.language{\"en\", \"de\"}");
  see_through(L, index);
  const auto offered = read_strings(L, index, "a list of language tags");
  if (!offered) throw ScriptError("req.language: " + offered.error().message);
  push_string_or_nil(L, push::best_language(context.request->field("accept-language"), *offered));
  return 1;
}

int bucket(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  lua_pushnumber(L, context.request->bucket(string_argument(L, "req.bucket", "a name")));
  return 1;
}

/// The path of the asset that the running function is asked about by its path or a hint, as push::Assets knows it;
/// empty where it is not on the request's own host, or nobody knows of assets.
std::string_view asset_argument(lua_State* L, const CallContext& context, const char* function) {
  const push::Request& request = *context.request;
  const HintBox* hint = context.boxes->at(L, 1);
  if (hint == nullptr) hint = context.boxes->at(L, first_argument(L));
  const std::string_view url = hint != nullptr ? hint->url() : string_argument(L, function, "a path or a hint");
  const std::string_view authority = request.authority.empty() ? request.host : request.authority;
  return request.assets == nullptr ? std::string_view() : push::same_origin_path(url, request.scheme, authority);
}

int sent(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const std::string_view path = asset_argument(L, context, "req.sent");
  lua_pushboolean(L, !path.empty() && context.request->assets->sent(path));
  return 1;
}

int cached(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const std::string_view path = asset_argument(L, context, "req.cached");
  const push::Cached answer = path.empty() ? push::Cached::no : context.request->assets->cached(path);
  if (answer == push::Cached::perhaps) {
    lua_pushnil(L);
  } else {
    lua_pushboolean(L, answer == push::Cached::yes);
  }
  return 1;
}

int now(State&, lua_State* L) {
  const auto& context = *static_cast<const CallContext*>(lua_touserdata(L, lua_upvalueindex(1)));
  if (context.request == nullptr) {
    throw ScriptError("now() works only while a request is served; while files load there is os.time()");
  }
  const auto since_epoch = std::chrono::duration_cast<std::chrono::seconds>(context.request->now.time_since_epoch());
  lua_pushnumber(L, static_cast<lua_Number>(since_epoch.count()));
  return 1;
}

std::vector<std::string_view> names(std::span<const Field> fields, std::span<const char* const> constants = {}) {
  std::vector<std::string_view> all;
  for (const Field& field : fields) all.emplace_back(field.name);
  for (const char* name : constants) all.emplace_back(name);
  return all;
}

}  // namespace

void RequestObjects::install(State& state, lua_State* L, const HintBoxes& boxes) {
  context_.boxes = &boxes;
  push_fields(L, context_, request_params);
  push_fields(L, context_, request_query);
  push_fields(L, context_, request_headers);
  push_fields(L, context_, request_cookies);
  push_object(L, context_, ApiSection::client, client_getters, {});
  push_object(L, context_, ApiSection::tls, tls_getters, {});
  push_method(L, context_, ApiSection::request, "language", language);
  push_method(L, context_, ApiSection::request, "bucket", bucket);
  push_method(L, context_, ApiSection::request, "sent", sent);
  push_method(L, context_, ApiSection::request, "cached", cached);
  push_object(L, context_, ApiSection::request, request_getters, request_constants);
  request_ref_ = state.ref(L);

  push_fields(L, context_, response_headers);
  push_object(L, context_, ApiSection::response, response_getters, response_constants);
  response_ref_ = state.ref(L);

  push_with_context(L, context_, now);
  state.set_global(L, "now");
}

std::vector<std::string_view> bound_names(ApiSection section) {
  switch (section) {
    case ApiSection::request:
      return names(request_getters, request_constants);
    case ApiSection::client:
      return names(client_getters);
    case ApiSection::tls:
      return names(tls_getters);
    case ApiSection::response:
      return names(response_getters, response_constants);
    default:
      return {};
  }
}

}  // namespace outrider::script
