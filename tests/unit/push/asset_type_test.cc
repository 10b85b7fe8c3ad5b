// SPDX-License-Identifier: MIT
#include "push/asset_type.h"

#include <catch2/catch.hpp>

using namespace outrider::push;

TEST_CASE("a media type fits the kinds that browsers load it as") {
  CHECK(type_fits(Kind::style, "text/css"));
  CHECK_FALSE(type_fits(Kind::style, "text/html"));
  CHECK(type_fits(Kind::script, "text/javascript"));
  CHECK(type_fits(Kind::module, "application/javascript"));
  CHECK_FALSE(type_fits(Kind::script, "application/json"));
  CHECK(type_fits(Kind::font, "font/woff2"));
  CHECK(type_fits(Kind::font, "application/font-woff"));
  CHECK_FALSE(type_fits(Kind::font, "image/png"));
  CHECK(type_fits(Kind::image, "image/avif"));
  CHECK(type_fits(Kind::fetch, "application/json"));
}

TEST_CASE("a type that says nothing fits everything") {
  for (const Kind kind : {Kind::style, Kind::script, Kind::module, Kind::font, Kind::image, Kind::fetch}) {
    CHECK(type_fits(kind, ""));
    CHECK(type_fits(kind, "application/octet-stream"));
  }
}

TEST_CASE("a type has the kind of hint that it wants, or none") {
  CHECK(kind_of_type("text/css") == Kind::style);
  CHECK(kind_of_type("text/javascript") == Kind::script);
  CHECK(kind_of_type("font/woff") == Kind::font);
  CHECK(kind_of_type("image/webp") == Kind::image);
  CHECK_FALSE(kind_of_type("text/html"));
  CHECK_FALSE(kind_of_type("application/json"));
  CHECK_FALSE(kind_of_type(""));
}

TEST_CASE("a type has several names") {
  CHECK(same_type("application/javascript", "text/javascript"));
  CHECK(same_type("font/woff2", "application/font-woff2"));
  CHECK(same_type("font/ttf", "application/x-font-truetype"));
  CHECK(same_type("image/avif", "image/avif"));
  CHECK(same_type("image/avif", ""));
  CHECK(same_type("font/woff2", "application/octet-stream"));
  CHECK_FALSE(same_type("font/woff2", "font/woff"));
  CHECK_FALSE(same_type("image/avif", "image/webp"));
  CHECK_FALSE(same_type("text/javascript", "text/css"));
}
