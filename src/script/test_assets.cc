// SPDX-License-Identifier: MIT
#include "script/test_assets.h"

#include <algorithm>

namespace outrider::script {
namespace {

bool has(const std::vector<std::string>& paths, std::string_view path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

push::AssetFacts TestAssets::facts(std::string_view path) const {
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.first == path; });
  return found != known.end() ? found->second : push::AssetFacts();
}

bool TestAssets::sent(std::string_view path) const {
  return has(sent_paths, path);
}

push::Cached TestAssets::cached(std::string_view path) const {
  return has(cached_paths, path) ? push::Cached::yes : push::Cached::no;
}

}  // namespace outrider::script
