// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "push/asset_book.h"

using namespace outrider::push;

namespace {

std::string version(const std::vector<Field>& fields) {
  return version_of(fields);
}

}  // namespace

TEST_CASE("a version is the same for every encoding of an asset") {
  for (const std::string_view tag : {"\"abc\"", "W/\"abc\"", "\"abc-gzip\"", "W/\"abc-br\"", "\"abc--gzip\"",
                                     "\"abc-zstd\"", "abc", " W/\"abc\" "}) {
    INFO(tag);
    CHECK(version({{"last-modified", "Mon, 01 Jan 2024 00:00:00 GMT"}, {"etag", tag}}) == "\"abc\"");
  }
  CHECK(version({{"etag", "\"gzip\""}}) == "\"gzip\"");
  CHECK(version({{"etag", "\"-gzip\""}}) == "\"-gzip\"");
  CHECK(version({{"etag", "\"abcgzip\""}}) == "\"abcgzip\"");
  CHECK(version({{"etag", "\"abc-GZIP\""}}) == "\"abc-GZIP\"");
  CHECK(version({{"etag", "\"a-gzip-br\""}}) == "\"a-gzip\"");
}

TEST_CASE("without an entity tag the version is the moment of the last change, and without that not known") {
  constexpr std::string_view moment = "Mon, 01 Jan 2024 00:00:00 GMT";
  CHECK(version({{"last-modified", moment}}) == moment);
  for (const std::string_view tag : {"", "\"\"", "W/\"\"", "W/"}) {
    INFO(tag);
    CHECK(version({{"etag", tag}, {"last-modified", moment}}) == moment);
    CHECK(version({{"etag", tag}}).empty());
  }
  const std::string too_long = '"' + std::string(300, 'x') + '"';
  CHECK(version({{"etag", too_long}, {"last-modified", moment}}) == moment);
  CHECK(version({{"last-modified", too_long}}).empty());
  CHECK(version({}).empty());
}
