// SPDX-License-Identifier: MIT
// A book of one host's assets.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "push/asset_book.h"

namespace outrider::push::test {

inline constexpr SchemeHost host{"shop.example"};
inline constexpr Visitor anna = 1, ben = 2;
inline constexpr std::optional<Visitor> with_credentials = anna;

struct Book {
  AssetBook book;

  void hinted(std::string_view path = "/a.css") { book.hinted(host, path); }
  void answered(int status, const std::vector<Field>& fields = {}, std::optional<Visitor> credentials_of = {},
                std::string_view path = "/a.css") {
    book.answered(host, path, Response{status, fields}, 1'000, credentials_of);
  }
  AssetFacts facts(std::string_view path = "/a.css") {
    const AssetFacts* known = book.find(host, path);
    REQUIRE(known != nullptr);
    return *known;
  }
};

}  // namespace outrider::push::test
