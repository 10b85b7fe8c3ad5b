// SPDX-License-Identifier: MIT
#include "script/test_fixtures.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "script/lua_api.h"
#include "script/stack.h"
#include "script/test_request.h"

namespace outrider::script {
namespace {

Result<void> read_status(lua_State* L, TestRequest& request) {
  const auto status = positive_number(L, 599);
  if (!status || *status < 200 || *status != std::floor(*status)) return expected("a status from 200 to 599", L, -1);
  request.response->status = static_cast<int>(*status);
  return {};
}

Result<void> read_response_headers(lua_State* L, TestRequest& request) {
  const Result<void> outcome = read_named_values(L, request.response->fields);
  for (auto& field : request.response->fields) field.first = lower_case(field.first);
  return outcome;
}

constexpr TestKey response_keys[] = {
    {"status", read_status},
    {"headers", read_response_headers},
};

/// The asset whose table is being read.
push::AssetFacts& asset_of(TestRequest& request) {
  return request.assets.known.back().second;
}

Result<void> read_asset_status(lua_State* L, TestRequest& request) {
  const auto status = positive_number(L, 599);
  if (!status || *status < 200 || *status != std::floor(*status)) return expected("a status from 200 to 599", L, -1);
  asset_of(request).status = static_cast<int>(*status);
  return {};
}

Result<void> read_asset_bytes(lua_State* L, TestRequest& request) {
  const auto bytes = positive_number(L, 1e15);
  if (!bytes || *bytes != std::floor(*bytes)) return expected("a number of bytes above 0", L, -1);
  asset_of(request).bytes = static_cast<std::uint64_t>(*bytes);
  return {};
}

Result<void> read_asset_type(lua_State* L, TestRequest& request) {
  const auto type = string_at(L, -1);
  if (!type || type->find('/') == type->npos) return expected("a media type as in \"text/css\"", L, -1);
  asset_of(request).type = lower_case(*type);
  return {};
}

template <auto Member>
Result<void> read_asset_flag(lua_State* L, TestRequest& request) {
  const auto flag = read_boolean(L, -1);
  if (!flag) return tl::unexpected(flag.error());
  asset_of(request).*Member = *flag;
  return {};
}

constexpr TestKey asset_keys[] = {
    {"status", read_asset_status},
    {"bytes", read_asset_bytes},
    {"type", read_asset_type},
    {"stale", read_asset_flag<&push::AssetFacts::goes_stale>},
    {"needs_cookies", read_asset_flag<&push::AssetFacts::needs_cookies>},
    {"varies", read_asset_flag<&push::AssetFacts::varies>},
};

}  // namespace

Result<void> read_assets(lua_State* L, TestRequest& request) {
  see_through(L, -1);
  if (!lua_istable(L, -1)) return expected("a table as in { [\"/app.css\"] = { status = 404 } }", L, -1);
  Result<void> outcome;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    const auto path = string_at(L, -2);
    if (path && path->starts_with('/')) {
      request.assets.known.emplace_back(*path, push::AssetFacts());
      asset_of(request).status = 200;
      Result<void> read = read_table(L, "a table as in { status = 404 }", asset_keys, request);
      if (!read) outcome = failure(fmt::format("\"{}\": {}", *path, read.error().message));
    } else {
      outcome = expected("a path with what is known of it, [\"/app.css\"] = { status = 404 }", L, -2);
    }
    lua_pop(L, 1);
  }
  return outcome;
}

Result<void> read_response(lua_State* L, TestRequest& request) {
  request.response.emplace();
  return read_table(L, "a table as in { status = 200 }", response_keys, request);
}

std::vector<std::string_view> test_response_keys() {
  return names_of(response_keys);
}

std::vector<std::string_view> test_asset_keys() {
  return names_of(asset_keys);
}

}  // namespace outrider::script
