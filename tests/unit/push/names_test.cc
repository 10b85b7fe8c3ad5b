// SPDX-License-Identifier: MIT
#include "push/names.h"

#include <catch2/catch.hpp>

using namespace outrider::push;

namespace {

/// Every name leads to a value whose name it is.
template <class Named>
void check_round_trip(std::span<const std::string_view> names, const Named& named) {
  REQUIRE_FALSE(names.empty());
  for (std::string_view name : names) {
    INFO(name);
    const auto value = named(name);
    REQUIRE(value);
    CHECK(name_of(*value) == name);
  }
  CHECK_FALSE(named("nonsense"));
  CHECK_FALSE(named(""));
}

}  // namespace

TEST_CASE("names and values lead to each other") {
  check_round_trip(kind_names(), kind_named);
  check_round_trip(deliver_names(), deliver_named);
  check_round_trip(phase_names(), phase_named);
  check_round_trip(crossorigin_names(), crossorigin_named);
  check_round_trip(fetchpriority_names(), fetchpriority_named);
  check_round_trip(push_priority_names(), push_priority_named);
  check_round_trip(family_names(), family_named);
}

TEST_CASE("names are the words of the rule files") {
  CHECK(name_of(Deliver::automatic) == "auto");
  CHECK(name_of(Deliver::early_hints) == "early_hints");
  CHECK(name_of(FetchPriority::automatic) == "auto");
  CHECK(name_of(CrossOrigin::use_credentials) == "use-credentials");
  CHECK(name_of(PushPriority::after) == "after");
  CHECK(name_of(Kind::preconnect) == "preconnect");
  CHECK(name_of(Phase::response) == "response");
  CHECK(name_of(How::early_hints) == "early_hints");
}

TEST_CASE("what is said by saying nothing has no name") {
  CHECK(name_of(CrossOrigin::none).empty());
  CHECK(name_of(PushPriority::by_kind).empty());
}
