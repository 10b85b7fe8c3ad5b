// SPDX-License-Identifier: MIT
// The two pure choices of a handshake, where bytes from the wire come in.
#include <catch2/catch.hpp>

#include "tls/alpn.h"
#include "tls/sni_table.h"

using namespace outrider::tls;

TEST_CASE("a malformed protocol list chooses nothing") {
  CHECK(choose_protocol("") == "");
  CHECK(choose_protocol(std::string_view("\x02h2", 3)) == "h2");
  CHECK(choose_protocol(std::string_view("\x08http/1.1\x02h2", 12)) == "h2");
  CHECK(choose_protocol(std::string_view("\x02H2", 3)) == "");  // RFC 7301: compared byte by byte
  CHECK(choose_protocol(std::string_view("\x03h2", 3)) == "");  // longer than what is there
  CHECK(choose_protocol(std::string_view("\x08http/1.1\x05h2", 12)) == "");
  CHECK(choose_protocol(std::string_view("\0\x02h2", 4)) == "");  // an empty name
  CHECK(choose_protocol(std::string_view("\xff", 1)) == "");
}

TEST_CASE("a wildcard stands for one label") {
  SniTable table;
  table.add("first.example", 0);
  table.add("*.Example.com", 1);
  table.add("www.example.com", 2);
  table.add("*.example.com", 3);  // the first one is kept
  CHECK(table.find("www.EXAMPLE.com") == 2);
  CHECK(table.find("a.example.com") == 1);
  CHECK(table.find("example.com") == 0);
  CHECK(table.find("a.b.example.com") == 0);
  CHECK(table.find(".example.com") == 0);
  CHECK(table.find("*.example.com") == 1);
  CHECK(table.find("") == 0);
  CHECK(table.find("com") == 0);
}
