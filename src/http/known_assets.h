// SPDX-License-Identifier: MIT
// What this worker knows of the assets that a request's hints name: what their files say where a route serves files,
// else what their answers were; and whether the request's client has them. Lives as long as one phase of the request;
// what routes say is asked once for all phases.
#pragma once

#include <string>
#include <string_view>

#include "http/exchange_state.h"
#include "push/assets.h"
#include "push/request.h"

namespace outrider::http {

/// A hint's path decoded, normalised and without its query, as the route's handler would see it; as long-lived as the
/// request.
std::string_view plain_path(const ExchangeState& exchange, std::string_view path);

/// What its answers said counts, where there were any (`known` may be null); what the disk says is as it is now.
push::AssetFacts together(const push::AssetFacts* known, push::AssetFacts routed);

class KnownAssets final : public push::Assets, public push::LinkSource {
 public:
  explicit KnownAssets(ExchangeState& exchange) : exchange_(exchange) {}

  push::AssetFacts facts(std::string_view path) const override { return look(path); }
  std::string type(std::string_view path) const override;
  bool sent(std::string_view path) const override;
  push::Cached cached(std::string_view path) const override;
  std::optional<push::Link> link() const override;

 private:
  const push::AssetFacts& look(std::string_view path) const;

  ExchangeState& exchange_;
  mutable std::string last_path_;  // the one that was asked about last, of which more is often asked
  mutable push::AssetFacts last_;
};

}  // namespace outrider::http
