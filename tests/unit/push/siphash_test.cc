// SPDX-License-Identifier: MIT
// The vectors are those of the algorithm's authors: key 00 01 … 0f, messages 00 01 … of growing length.
#include "push/siphash.h"

#include <cstddef>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

using namespace outrider::push;

TEST_CASE("SipHash-2-4 gives its authors' vectors") {
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const std::pair<std::size_t, std::uint64_t> vectors[] = {{0, 0x726fdb47dd0e0e31u},
                                                           {1, 0x74f839c593dc67fdu},
                                                           {2, 0x0d6c8009d9a94f5au},
                                                           {8, 0x93f5f5799a932462u},
                                                           {15, 0xa129ca6149be45e5u}};
  for (const auto& [length, expected] : vectors) {
    std::string message;
    for (std::size_t i = 0; i < length; ++i) message += static_cast<char>(i);
    INFO(length);
    CHECK(siphash24(key, message) == expected);
  }
}

TEST_CASE("another key gives another hash") {
  CHECK(siphash24({1}, "message") != siphash24({2}, "message"));
}
