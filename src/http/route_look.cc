// SPDX-License-Identifier: MIT
#include "http/route_look.h"

#include "http/mime_types.h"
#include "http/route_facts.h"
#include "push/made_request.h"

namespace outrider::http {

struct RouteLook::Types {
  h2o_mimemap_t* map = h2o_mimemap_create();

  Types() { add_mime_types(map); }
  ~Types() { h2o_mem_release_shared(map); }
  Types(const Types&) = delete;
  Types& operator=(const Types&) = delete;
};

RouteLook::RouteLook() : types_(std::make_unique<Types>()) {}
RouteLook::~RouteLook() = default;

std::optional<RouteHead> RouteLook::head(const config::Site& site, std::string_view path) const {
  return route_head(site, path, types_->map);
}

std::optional<RouteHead> RouteLook::page(const config::Site& site, std::string_view method, std::string_view path,
                                         push::Fields request) const {
  return page_head(site, method, path, request, types_->map);
}

push::AssetFacts RouteLook::facts(const config::Site& site, std::string_view path) const {
  return route_facts(site, path, types_->map);
}

std::string RouteLook::type(const config::Site& site, std::string_view path) const {
  return route_type(site, path, types_->map);
}

push::AssetFacts RoutedAssets::facts(std::string_view path) const {
  return look_.facts(site_, push::normal_path(path.substr(0, path.find('?'))));
}

std::string RoutedAssets::type(std::string_view path) const {
  return look_.type(site_, push::normal_path(path.substr(0, path.find('?'))));
}

}  // namespace outrider::http
