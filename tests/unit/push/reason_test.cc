// SPDX-License-Identifier: MIT
#include "push/reason.h"

#include <set>

#include <catch2/catch.hpp>

using namespace outrider::push;

TEST_CASE("the table holds every reason at its own place") {
  const auto all = reasons();
  REQUIRE(all.size() == static_cast<std::size_t>(Reason::shadow) + 1);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(all[i].name);
    CHECK(static_cast<std::size_t>(all[i].reason) == i);
    CHECK(&text_of(all[i].reason) == &all[i]);
    CHECK(all[i].name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos);
    CHECK(all[i].sentence.size() > all[i].name.size());
    names.insert(all[i].name);
  }
  CHECK(names.size() == all.size());
}

TEST_CASE("a reason is found by its name in the log") {
  CHECK(name_of(Reason::already_sent) == "already_sent");
  CHECK(text_of(Reason::behind_proxy).name == "behind_proxy");
}
