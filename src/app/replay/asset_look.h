// SPDX-License-Identifier: MIT
// Whether hinted assets would be answered, by the routes of a configuration and the disk. Looks once at each; one
// thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "config/config.h"
#include "http/route_look.h"
#include "http/site_map.h"

namespace outrider::app {

class AssetLook {
 public:
  /// `most`: assets to look at.
  AssetLook(const http::SiteMap& sites, std::size_t most) : sites_(sites), most_(most) {}

  struct Seen {
    const config::Site* site = nullptr;  // whose routes answer
    std::string path;                    // with its query
    int status = 0;                      // 0: it is answered well, or nobody knows
  };

  /// What the asset of a hint is answered with, where that is an error or a redirect; `site` is the page's. nullptr
  /// where there are too many to look at. Valid as long as this.
  const Seen* look(const config::Site& site, std::string_view url, std::string_view scheme, std::string_view authority);

 private:
  Seen ask(const config::Site& site, std::string_view url, std::string_view scheme, std::string_view authority) const;

  const http::SiteMap& sites_;
  const std::size_t most_;
  http::RouteLook look_;
  std::unordered_map<std::string, Seen> seen_;
  std::string key_;
};

}  // namespace outrider::app
