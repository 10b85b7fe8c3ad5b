// SPDX-License-Identifier: MIT
#include "push/priority.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace outrider::push;

namespace {

Priority said(std::optional<std::uint8_t> urgency, std::optional<bool> incremental = {}) {
  return {urgency, incremental};
}

}  // namespace

TEST_CASE("urgency and incremental are read") {
  CHECK(parse_priority("u=0") == said(0));
  CHECK(parse_priority("u=7") == said(7));
  CHECK(parse_priority("i") == said({}, true));
  CHECK(parse_priority("u=1, i") == said(1, true));
  CHECK(parse_priority("i=?0,u=5") == said(5, false));
  CHECK(parse_priority("i=?1;x=2 , \t u=2;q=1.5;s=\"a\\\"b\";t=tok/en;b=:aGk=:") == said(2, true));
  CHECK(parse_priority("  u=4  ") == said(4));
  CHECK(parse_priority("u=-0") == said(0));
  CHECK(parse_priority("") == said({}));
  CHECK(parse_priority("   ") == said({}));
}

TEST_CASE("unknown members are ignored, whatever their value") {
  CHECK(parse_priority("x, u=1") == said(1));
  CHECK(parse_priority("x=(1 \"two\" three;four=5);six, u=1") == said(1));
  CHECK(parse_priority("x=(), u=1") == said(1));
  CHECK(parse_priority("*a._-9=*tok:en, u=1") == said(1));
  CHECK(parse_priority("x=:YQ==:, y=-1.25, u=1") == said(1));
  CHECK(parse_priority("uu=1, iu") == said({}));
}

TEST_CASE("of repeated members the last counts") {
  CHECK(parse_priority("u=1, u=6") == said(6));
  CHECK(parse_priority("i, i=?0") == said({}, false));
  CHECK(parse_priority("u=1, u=9") == said({}));
}

TEST_CASE("values of another type or out of range are as if not there") {
  for (const char* value : {"u=8", "u=-1", "u=999999999999999", "u=3.0", "u=\"3\"", "u=three", "u", "u=?1", "u=(3)",
                            "u=:Mw==:", "i=1", "i=(?1)", "i=true", "i=\"?1\""}) {
    INFO(value);
    CHECK(parse_priority(value) == said({}));
  }
  CHECK(parse_priority("u=8, i") == said({}, true));
}

TEST_CASE("a malformed field says nothing, even where it begins well") {
  const std::vector<std::string> endings = {"u=",
                                            "u= 1",
                                            "u =1",
                                            ",u=1",
                                            "u=1,",
                                            "u=1,,i",
                                            "u=1;",
                                            "u=1 i",
                                            "u=1;;a",
                                            "U=1",
                                            "1=u",
                                            "u=1.",
                                            "u=1.2345",
                                            "u=-",
                                            "u=--1",
                                            "u=+1",
                                            "u=1234567890123456",
                                            "x=1234567890123.1",
                                            "i=?2",
                                            "i=?",
                                            "x=\"",
                                            "x=\"\\a\"",
                                            "x=\"\x01\"",
                                            "x=\"\xc3\xa4\"",
                                            "x=:a",
                                            "x=:-:",
                                            "x=(",
                                            "x=(1",
                                            "x=(1,2)",
                                            "x=(1)2",
                                            "x=(1\t2)",
                                            "x=(())",
                                            "x={}",
                                            "x=@1",

                                            "u=1\t,",
                                            "=1",
                                            "u=1\n",
                                            "x=;u",
                                            "u=1;A",
                                            "u=1;a=",
                                            "u\xc3\xa4=1"};
  for (const std::string& ending : endings) {
    INFO(ending);
    CHECK(parse_priority(ending) == said({}));
    CHECK(parse_priority("u=0, i, " + ending) == said({}));
  }
  CHECK(parse_priority(std::string("u=1\0", 4)) == said({}));
  CHECK(parse_priority("\tu=1") == said({}));  // blanks may stand beside commas only
}

TEST_CASE("cut anywhere, a value is read or refused, never more than that") {
  const std::string whole = "u=1;a=\"q\\\\\", x=(1 :YQ==: tok;p=-2.5 \"s\");z, i=?1";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const Priority priority = parse_priority(std::string(whole, 0, length));
    CHECK((priority == said({}) || priority == said(1) || priority == said(1, true)));
  }
  CHECK(parse_priority(whole) == said(1, true));
}

TEST_CASE("weights fall with urgency and stay within RFC 7540") {
  std::uint16_t last = 257;
  for (std::uint8_t urgency = 0; urgency <= Priority::last_urgency; ++urgency) {
    const std::uint16_t weight = weight_of_urgency(urgency);
    CHECK(weight < last);
    CHECK(weight >= 1);
    last = weight;
  }
  CHECK(weight_of_urgency(Priority::default_urgency) == 16);
}
