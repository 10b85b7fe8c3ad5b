// SPDX-License-Identifier: MIT
// The path that rules see of a made request is the one that they would see of a real one: push::normal_path() against
// what libh2o makes of the same target, with repeated slashes joined as the front handler does it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

extern "C" {
#include <h2o/memory.h>
#include <h2o/string_.h>
#include <h2o/url.h>
}

#include "push/made_request.h"

using namespace outrider;

namespace {

std::string of_library(const std::string& target) {
  h2o_mem_pool_t pool;
  h2o_mem_init_pool(&pool);
  std::size_t query_at = SIZE_MAX;
  std::size_t* indexes = nullptr;
  const h2o_iovec_t normal =
      h2o_url_normalize_path(&pool, const_cast<char*>(target.data()), target.size(), &query_at, &indexes);
  std::string path(normal.base, normal.len);
  h2o_mem_clear_pool(&pool);
  path.erase(std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }), path.end());
  return path;
}

}  // namespace

TEST_CASE("a made request's path is the library's, whatever the target") {
  std::mt19937 random(11);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  const std::string pieces[] = {"/",   "/",      "a",        "b.css", ".",   "..",  "/./", "/../", "//",  "%2e",
                                "%2E", "%2f",    "%5c",      "\\",    "%00", "%zz", "%",   "%2",   "%25", "...",
                                "~",   "%C3%A9", "\xC3\xA9", "+",     "%20", ";x",  "#",   "/.a",  "a./", "%2e%2e/"};
  for (int round = 0; round < 100'000; ++round) {
    std::string target = "/";
    for (std::size_t count = below(9); count > 0; --count) target += pieces[below(std::size(pieces))];
    INFO(target);
    REQUIRE(push::normal_path(target) == of_library(target));
  }
}
