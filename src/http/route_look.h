// SPDX-License-Identifier: MIT
// The facts of routes for whoever has no server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/route_head.h"
#include "push/assets.h"

namespace outrider::http {

/// What the routes of a configuration would answer, as far as configuration and disk tell (route_facts.h). One thread.
class RouteLook {
 public:
  RouteLook();
  ~RouteLook();
  RouteLook(const RouteLook&) = delete;
  RouteLook& operator=(const RouteLook&) = delete;

  std::optional<RouteHead> head(const config::Site& site, std::string_view path) const;
  std::optional<RouteHead> page(const config::Site& site, std::string_view method, std::string_view path,
                                push::Fields request) const;
  push::AssetFacts facts(const config::Site& site, std::string_view path) const;
  std::string type(const config::Site& site, std::string_view path) const;

 private:
  struct Types;
  std::unique_ptr<Types> types_;
};

/// Assets as a site's routes have them, of which no client has any.
class RoutedAssets final : public push::Assets {
 public:
  /// Both outlive it.
  RoutedAssets(const RouteLook& look, const config::Site& site) : look_(look), site_(site) {}

  push::AssetFacts facts(std::string_view path) const override;
  std::string type(std::string_view path) const override;
  bool sent(std::string_view) const override { return false; }
  push::Cached cached(std::string_view) const override { return push::Cached::no; }

 private:
  const RouteLook& look_;
  const config::Site& site_;
};

}  // namespace outrider::http
