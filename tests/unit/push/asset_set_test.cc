// SPDX-License-Identifier: MIT
#include "push/asset_set.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "unit/push/asset_bits.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

using Asset = std::pair<std::string, std::string>;

Asset asset(std::uint32_t seed, std::size_t number) {
  const std::string text = std::to_string(seed) + "-" + std::to_string(number);
  return {"/assets/" + text + ".css?v=" + text, "\"" + text + "\""};
}

AssetSet set_of(std::uint32_t seed, std::size_t assets) {
  AssetSet set;
  for (std::size_t i = 0; i != assets; ++i) set.insert(asset(seed, i).first, asset(seed, i).second);
  return set;
}

AssetSet full_set(std::uint32_t seed) {
  AssetSet set;
  for (std::size_t i = 0; !set.full(); ++i) set.insert(asset(seed, i).first, asset(seed, i).second);
  return set;
}

/// Refused, or the encoding of what comes out.
void check_canonical(const std::string& bytes) {
  const auto set = AssetSet::decode(bytes);
  if (set && set->encode() != bytes) FAIL("decodes to a set with another encoding, length " << bytes.size());
  if (set && set->size() > AssetSet::most_entries) FAIL("too many entries");
}

}  // namespace

TEST_CASE("an empty set holds nothing and is no bytes") {
  const AssetSet set;
  CHECK(set.empty());
  CHECK_FALSE(set.contains("/a.css", "\"1\""));
  CHECK(set.encode().empty());
  REQUIRE(AssetSet::decode(""));
  CHECK(AssetSet::decode("")->empty());
}

TEST_CASE("an asset is its path and its version") {
  AssetSet set;
  CHECK(set.insert("/a.css", "\"1\""));
  CHECK(set.insert("/a.css", "\"1\""));
  CHECK(set.size() == 1);
  CHECK(set.contains("/a.css", "\"1\""));
  CHECK_FALSE(set.contains("/a.css", "\"2\""));
  CHECK_FALSE(set.contains("/a.css", ""));
  CHECK_FALSE(set.contains("/b.css", "\"1\""));
  CHECK_FALSE(set.contains("\"1\"", "/a.css"));
  // The same bytes, cut elsewhere.
  CHECK_FALSE(set.contains("/a.cs", "s\"1\""));
  CHECK_FALSE(set.contains("/a.css\"1", "\""));
  CHECK_FALSE(set.contains("/a.css\"1\"", ""));
  CHECK(set.insert(std::string("/x\0y", 4), "z"));
  CHECK_FALSE(set.contains("/x", std::string("y\0z", 3)));
}

TEST_CASE("a set of any size comes back from its bytes with all its assets") {
  const auto seed = GENERATE(range(1U, 4U));
  for (std::size_t size = 1; size <= AssetSet::most_entries; ++size) {
    const AssetSet set = set_of(seed, size);
    const std::string bytes = set.encode();
    const auto decoded = AssetSet::decode(bytes);
    INFO(seed << ", " << size << " assets");
    REQUIRE(decoded);
    CHECK(*decoded == set);
    CHECK(bytes.size() <= AssetSet::most_bytes);
    std::size_t missing = 0;
    for (std::size_t i = 0; i != size; ++i) {
      if (!decoded->contains(asset(seed, i).first, asset(seed, i).second)) ++missing;
    }
    CHECK(missing == 0);
  }
}

TEST_CASE("a full set takes strangers for its own in one of a hundred cases") {
  const auto seed = GENERATE(range(1U, 4U));
  const auto set = AssetSet::decode(full_set(seed).encode());
  REQUIRE(set);
  REQUIRE(set->full());
  constexpr std::size_t questions = 100'000;
  std::size_t taken = 0;
  for (std::size_t i = 0; i != questions; ++i) {
    const auto [path, version] = asset(seed + 1'000, i);
    if (set->contains(path, version)) ++taken;
  }
  const double rate = static_cast<double>(taken) / questions;
  INFO("seed " << seed << ": " << rate);
  CHECK(rate > 0);
  CHECK(rate < 0.013);
}

TEST_CASE("a changed asset is as unlikely to be taken for a known one as another") {
  const AssetSet set = full_set(1);
  std::size_t taken = 0;
  for (std::size_t i = 0; i != 20'000; ++i) {
    if (set.contains(asset(1, i % AssetSet::most_entries).first, "\"changed " + std::to_string(i) + "\"")) ++taken;
  }
  CHECK(taken > 0);
  CHECK(taken < 260);
}

TEST_CASE("numbers are spread evenly over the whole range") {
  std::map<std::string, std::uint32_t> number_of;  // by the encoding of the set that has it alone
  for (std::uint32_t number = 0; number != AssetSet::range; ++number) number_of[packed(set_digits({number}))] = number;
  std::size_t in_tenth[10] = {};
  for (std::size_t i = 0; i != 10'000; ++i) {
    AssetSet one;
    one.insert(asset(1, i).first, asset(1, i).second);
    ++in_tenth[number_of.at(one.encode()) / (AssetSet::range / 10)];
  }
  for (const std::size_t assets : in_tenth) CHECK(assets == Approx(1'000).margin(150));
}

TEST_CASE("a full set keeps what it has and takes no more") {
  AssetSet set = full_set(1);
  const AssetSet before = set;
  std::size_t refused = 0;
  for (std::size_t i = 0; i != 1'000; ++i) {
    const auto [path, version] = asset(2, i);
    const bool known = set.contains(path, version);
    if (set.insert(path, version) != known) FAIL("inserted into a full set, or refused a known asset");
    if (!known) ++refused;
  }
  CHECK(refused > 900);
  CHECK(set == before);
  CHECK(set.insert(asset(1, 0).first, asset(1, 0).second));
  set.merge(set_of(3, 100));
  CHECK(set == before);
}

TEST_CASE("merged sets hold what either held, in any order") {
  AssetSet ab = set_of(1, 60), ba = set_of(2, 80);
  const AssetSet a = ab, b = ba;
  ab.merge(b);
  ba.merge(a);
  CHECK(ab == ba);
  CHECK(ab.size() <= 140);
  for (std::size_t i = 0; i != 60; ++i) CHECK(ab.contains(asset(1, i).first, asset(1, i).second));
  for (std::size_t i = 0; i != 80; ++i) CHECK(ab.contains(asset(2, i).first, asset(2, i).second));
  const AssetSet same = ab;
  ab.merge(ab);
  ab.merge(AssetSet());
  CHECK(ab == same);
  AssetSet most = set_of(1, 200);
  most.merge(set_of(2, 200));
  CHECK(most.full());
  for (std::size_t i = 0; i != 200; ++i) CHECK(most.contains(asset(1, i).first, asset(1, i).second));
}

TEST_CASE("the bytes of a set are what the format says") {
  // Numbers 3,226, 19,486 and 22,220, from a second implementation of all of it in another language.
  AssetSet set;
  set.insert("/app.css", "\"1\"");
  set.insert("/app.js", "\"2\"");
  set.insert("/font.woff2", "Mon, 01 Jan 2024 00:00:00 GMT");
  CHECK(set.encode() == "\x02\x64\xd7\x7c\x1a\xab\x40");
  CHECK(set.encode() == packed(set_digits({3'226, 19'486, 22'220})));
}

TEST_CASE("the longest encodings are taken, and nothing longer is looked at") {
  std::size_t longest = 0;
  for (std::size_t entries = 1; entries <= AssetSet::most_entries; ++entries) {
    const std::string bytes = packed(set_digits(worst_numbers(entries)));
    longest = std::max(longest, bytes.size());
    const auto set = AssetSet::decode(bytes);
    INFO(entries);
    REQUIRE(set);
    CHECK(set->size() == entries);
    CHECK(set->encode() == bytes);
  }
  CHECK(longest == AssetSet::most_bytes);
  CHECK_FALSE(AssetSet::decode(std::string(AssetSet::most_bytes, '\xf9')));
  CHECK_FALSE(AssetSet::decode(std::string(AssetSet::most_bytes + 1, '\0')));
  CHECK_FALSE(AssetSet::decode(std::string(10'000'000, '\xff')));
  CHECK_FALSE(AssetSet::decode(std::string(10'000'000, '\0')));
}

TEST_CASE("numbers outside the range and too many of them are refused") {
  CHECK(AssetSet::decode(packed(set_digits({AssetSet::range - 1}))));
  CHECK_FALSE(AssetSet::decode(packed(set_digits({AssetSet::range}))));
  CHECK_FALSE(AssetSet::decode(packed(set_digits({5, AssetSet::range}))));
  CHECK_FALSE(AssetSet::decode(packed(set_digits({AssetSet::range - 1, AssetSet::range}))));
  CHECK_FALSE(AssetSet::decode(packed(set_digits({65'536 + 7}))));
  for (std::size_t entries = 249; entries <= 256; ++entries) {
    std::vector<std::uint32_t> numbers;
    while (numbers.size() != entries) numbers.push_back(static_cast<std::uint32_t>(numbers.size()));
    INFO(entries);
    CHECK(AssetSet::decode(packed(set_digits(numbers))).has_value() == (entries <= AssetSet::most_entries));
  }
}

TEST_CASE("all strings of up to two bytes are refused or canonical, and so are many of three") {
  for (unsigned a = 0; a != 256; ++a) {
    check_canonical({static_cast<char>(a)});
    for (unsigned b = 0; b != 256; ++b) check_canonical({static_cast<char>(a), static_cast<char>(b)});
  }
  // A set of one: a byte, then 15 or 16 bits.
  std::size_t taken = 0;
  for (unsigned rest = 0; rest != 65'536; ++rest) {
    const std::string bytes{'\0', static_cast<char>(rest >> 8), static_cast<char>(rest)};
    check_canonical(bytes);
    if (AssetSet::decode(bytes)) ++taken;
  }
  CHECK(taken == AssetSet::range);
}

TEST_CASE("every mutation of an encoding is refused or canonical") {
  const auto size = GENERATE(as<std::size_t>(), 1, 2, 3, 17, 60, 120, 249, 250);
  const std::string bytes = size < 250 ? set_of(7, size).encode() : full_set(7).encode();
  INFO(size);
  for (std::size_t at = 0; at != bytes.size(); ++at) {
    for (int bit = 0; bit != 8; ++bit) {
      std::string mutated = bytes;
      mutated[at] = static_cast<char>(mutated[at] ^ 1 << bit);
      check_canonical(mutated);
    }
    std::string other = bytes;
    for (const char value : {'\0', '\xff', '\x80', '\x01'}) {
      other[at] = value;
      check_canonical(other);
    }
    other = bytes;
    check_canonical(other.erase(at, 1));
    other = bytes;
    check_canonical(other.insert(at, 1, '\x55'));
    if (at != 0) CHECK_FALSE(AssetSet::decode(bytes.substr(0, at)));
  }
  for (unsigned value = 0; value != 256; ++value) CHECK_FALSE(AssetSet::decode(bytes + static_cast<char>(value)));
}

TEST_CASE("random bytes are refused or canonical") {
  std::mt19937 random(3);
  for (int round = 0; round != 20'000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty()) bytes[0] = static_cast<char>(random() % 8);
    check_canonical(bytes);
  }
}
