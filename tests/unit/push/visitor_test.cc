// SPDX-License-Identifier: MIT
#include "push/visitor.h"

#include <catch2/catch.hpp>
#include <string_view>

using namespace outrider::push;

TEST_CASE("the addresses of one IPv6 site are one visitor's, and every IPv4 address is another's") {
  const VisitorHash visitor;
  const auto same = [&](std::string_view a, std::string_view b) { return visitor(a) == visitor(b); };
  CHECK(same("2001:db8:1:2:aaaa:1:2:3", "2001:db8:1:2:bbbb:4:5:6"));
  CHECK(same("2001:db8:1:2::1", "2001:db8:1:ffff::1"));
  CHECK(same("2001:db8:1::", "2001:0DB8:0001:2:3:4:5:6"));
  CHECK_FALSE(same("2001:db8:1:2::1", "2001:db8:2:2::1"));
  CHECK_FALSE(same("2001:db8::1", "2001:db9::1"));
  CHECK(same("::1", "::2"));
  CHECK_FALSE(same("192.0.2.1", "192.0.2.2"));
  CHECK(same("::ffff:192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(same("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
}

TEST_CASE("what is no address is a visitor by its text") {
  const VisitorHash visitor;
  CHECK(visitor("") == visitor(""));
  CHECK(visitor("unix:") != visitor(""));
}

TEST_CASE("nobody can know which addresses collide: each worker hashes in its own way") {
  const VisitorHash one, other;
  bool differs = false;
  for (const std::string_view address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
    differs = differs || one(address) != other(address);
  }
  CHECK(differs);
}
