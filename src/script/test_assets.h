// SPDX-License-Identifier: MIT
// The assets of a request that nobody sent: what a test says of them. Control thread, while tests run.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/assets.h"

namespace outrider::script {

/// Those that are named are on the client, all others are not; nothing is known of any but what is said.
class TestAssets final : public push::Assets {
 public:
  push::AssetFacts facts(std::string_view path) const override;
  bool sent(std::string_view path) const override;
  push::Cached cached(std::string_view path) const override;

  std::vector<std::string> sent_paths, cached_paths;
  std::vector<std::pair<std::string, push::AssetFacts>> known;
};

}  // namespace outrider::script
