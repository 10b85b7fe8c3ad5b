// SPDX-License-Identifier: MIT
#include "push/bounded_map.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "unit/push/allocations.h"

using namespace outrider::push;

namespace {

constexpr std::size_t no_bound = SIZE_MAX;

}  // namespace

TEST_CASE("the entry that was used longest ago goes first") {
  BoundedMap<int> map(3, no_bound);
  map.at("a") = 1;
  map.at("b") = 2;
  map.at("c") = 3;
  SECTION("made longest ago") {
    map.at("d") = 4;
    CHECK(map.find("a") == nullptr);
    CHECK(*map.find("b") == 2);
  }
  SECTION("a look counts as use") {
    REQUIRE(map.find("a") != nullptr);
    map.at("d") = 4;
    CHECK(*map.find("a") == 1);
    CHECK(map.find("b") == nullptr);
  }
  SECTION("a peek does not") {
    REQUIRE(map.peek("a") != nullptr);
    CHECK(*map.peek("a") == 1);
    CHECK(map.peek("e") == nullptr);
    map.at("d") = 4;
    CHECK(map.find("a") == nullptr);
  }
  SECTION("so does at()") {
    map.at("a") = 11;
    map.at("d") = 4;
    CHECK(*map.find("a") == 11);
    CHECK(map.find("b") == nullptr);
  }
  CHECK(map.size() == 3);
}

TEST_CASE("a map that was full holds what came last, however much came") {
  BoundedMap<std::size_t> map(100, no_bound);
  for (std::size_t i = 0; i < 10'000; ++i) map.at("key " + std::to_string(i)) = i;
  CHECK(map.size() == 100);
  for (std::size_t i = 9'900; i < 10'000; ++i) CHECK(*map.find("key " + std::to_string(i)) == i);
  CHECK(map.find("key 9899") == nullptr);
}

TEST_CASE("a value can be taken out, also one that cannot be copied") {
  BoundedMap<std::unique_ptr<int>> map(2, no_bound);
  map.at("a") = std::make_unique<int>(1);
  const auto taken = map.take("a");
  REQUIRE(taken);
  CHECK(**taken == 1);
  CHECK(map.find("a") == nullptr);
  CHECK_FALSE(map.take("a"));
  CHECK(map.size() == 0);
  map.at("a");
  CHECK(map.size() == 1);
}

TEST_CASE("a lookup allocates nothing") {
  BoundedMap<int> map(2, no_bound);
  constexpr std::string_view known = "a key that is longer than what a std::string holds in itself";
  constexpr std::string_view unknown = "another key that is longer than what a std::string holds in itself";
  map.at(known) = 1;
  const std::size_t before = test::allocations();
  const bool found = map.find(known) != nullptr;
  const bool other = map.find(unknown) != nullptr;
  CHECK(test::allocations() == before);
  CHECK(found);
  CHECK_FALSE(other);
}

TEST_CASE("a map for nothing holds one entry") {
  BoundedMap<int> map(0, no_bound);
  map.at("a") = 1;
  map.at("b") = 2;
  CHECK(map.size() == 1);
  CHECK(*map.find("b") == 2);
}

TEST_CASE("a map is bounded in bytes, and what was used longest ago goes first") {
  BoundedMap<int> map(1'000, 10'000);
  for (const char* key : {"a", "b", "c"}) {
    map.at(key) = 1;
    map.weigh(key, 3'000);
  }
  const std::size_t full = map.bytes();
  CHECK(full > 9'000);
  CHECK(full <= 10'000);
  SECTION("by a new one") {
    map.at("d");
    map.weigh("d", 2'000);
    CHECK(map.find("a") == nullptr);
    CHECK(map.find("b") != nullptr);
    CHECK(map.size() == 3);
  }
  SECTION("by one that grows, which stays itself") {
    map.weigh("a", 8'000);
    CHECK(map.find("a") != nullptr);
    CHECK(map.size() == 1);
    map.weigh("a", 1'000'000);
    CHECK(map.find("a") != nullptr);
  }
  SECTION("what is taken out or weighs less makes room") {
    map.take("b");
    CHECK(map.bytes() < full - 3'000);
    map.weigh("c", 0);
    map.at("d");
    map.weigh("d", 5'000);
    CHECK(map.size() == 3);
  }
  SECTION("long keys count") {
    map.at(std::string(5'000, 'k'));
    CHECK(map.find("a") == nullptr);
    CHECK(map.bytes() <= 10'000);
  }
  SECTION("what is not there weighs nothing") {
    map.weigh("x", 100);
    CHECK(map.bytes() == full);
    CHECK(map.size() == 3);
  }
}
