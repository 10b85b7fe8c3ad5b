// SPDX-License-Identifier: MIT
#include "app/replay/asset_look.h"

#include "push/made_request.h"
#include "push/origin.h"
#include "push/plan.h"

namespace outrider::app {

const AssetLook::Seen* AssetLook::look(const config::Site& site, std::string_view url, std::string_view scheme,
                                       std::string_view authority) {
  key_.assign(scheme).append("://").append(authority).append(1, ' ').append(url);
  if (const auto known = seen_.find(key_); known != seen_.end()) return &known->second;
  if (seen_.size() >= most_) return nullptr;
  return &(seen_[key_] = ask(site, url, scheme, authority));
}

AssetLook::Seen AssetLook::ask(const config::Site& site, std::string_view url, std::string_view scheme,
                               std::string_view authority) const {
  Seen seen;
  seen.site = &site;
  seen.path = push::same_origin_path(url, scheme, authority);
  if (seen.path.empty()) {
    // Another site of the same configuration may answer it.
    const auto parts = push::split_origin(url);
    std::string host;
    if (!parts || !http::host_of(parts->origin.authority, host)) return seen;
    seen.site = sites_.find(host);
    seen.path = parts->rest.substr(0, parts->rest.find('#'));
    // What "*" serves is anybody's: the host may well be somebody else's.
    if (seen.site == nullptr || seen.site->name == "*" || !seen.path.starts_with('/')) return seen;
  }
  const auto head = look_.head(*seen.site, push::normal_path(seen.path.substr(0, seen.path.find('?'))));
  if (head && head->status != 304 && (head->status < 200 || head->status >= 300)) seen.status = head->status;
  return seen;
}

}  // namespace outrider::app
