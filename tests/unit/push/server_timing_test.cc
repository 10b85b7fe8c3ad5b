// SPDX-License-Identifier: MIT
#include "push/server_timing.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace outrider::push;

namespace {

std::string timing(const std::vector<DeliveryRecord>& deliveries) {
  return server_timing(deliveries);
}

/// Metrics in the field; none of ours has a comma between its quotes in these tests.
std::size_t metrics(std::string_view field) {
  std::size_t count = 0;
  for (std::size_t at = field.find("outrider;"); at != std::string_view::npos; at = field.find("outrider;", at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("each delivery is a metric that says how, what, by which rule, and why not better") {
  CHECK(timing({{"/a.css", "home", How::push, Reason::sent}}) == "outrider;desc=\"push /a.css (home)\"");
  CHECK(timing({{"/a.css", "home", How::push, Reason::sent},
                {"/b.js", "application", How::link, Reason::already_sent},
                {"/c.js", "home", How::none, Reason::switched_off}}) ==
        "outrider;desc=\"push /a.css (home)\", outrider;desc=\"link /b.js (application, already_sent)\", "
        "outrider;desc=\"none /c.js (home, switched_off)\"");
}

TEST_CASE("without a delivery there is no field") {
  CHECK(timing({}).empty());
}

TEST_CASE("whatever is in URLs and names, the field stays a quoted string") {
  CHECK(timing({{"/a\"b\\c", "r\"", How::push, Reason::sent}}) == "outrider;desc=\"push /a\\\"b\\\\c (r\\\")\"");
  CHECK(timing({{"/a\r\nset-cookie: x\x7f\t", "gr\xc3\xbc\xc3\x9f", How::link, Reason::sent}}) ==
        "outrider;desc=\"link /aset-cookie: x (gr)\"");
  CHECK(timing({{{}, {}, How::link, Reason::sent}}) == "outrider;desc=\"link  ()\"");
}

TEST_CASE("long URLs and names are cut at 100 characters") {
  const std::string exact(100, 'a'), longer(101, 'b');
  CHECK(timing({{exact, "home", How::push, Reason::sent}}) == "outrider;desc=\"push " + exact + " (home)\"");
  CHECK(timing({{longer, longer, How::push, Reason::sent}}) ==
        "outrider;desc=\"push " + std::string(97, 'b') + "... (" + std::string(97, 'b') + "...)\"");
  // Cut before it is escaped, so that no escape is cut in two.
  const std::string quotes(200, '"');
  CHECK(timing({{quotes, "r", How::push, Reason::sent}}).ends_with("\\\"... (r)\""));
}

TEST_CASE("more than 32 deliveries end in a count") {
  const std::vector<DeliveryRecord> most(32, DeliveryRecord{"/a", "r", How::push, Reason::sent});
  CHECK(metrics(timing(most)) == 32);
  CHECK(timing(most).find("more") == std::string::npos);
  const std::vector<DeliveryRecord> more(44, DeliveryRecord{"/a", "r", How::push, Reason::sent});
  CHECK(metrics(timing(more)) == 33);
  CHECK(timing(more).ends_with(", outrider;desc=\"and 12 more\""));
}

TEST_CASE("the field has 4,096 bytes at most, and says what it leaves out") {
  const std::string quotes(100, '"'), letters(100, 'a');
  for (const std::string& text : {quotes, letters}) {
    const std::vector<DeliveryRecord> many(64, DeliveryRecord{text, text, How::early_hints, Reason::sent});
    const std::string field = timing(many);
    CHECK(field.size() <= most_timing_bytes);
    CHECK(field.size() > most_timing_bytes - 600);
    const std::size_t left = 64 - (metrics(field) - 1);
    CHECK(field.ends_with("and " + std::to_string(left) + " more\""));
  }
}
