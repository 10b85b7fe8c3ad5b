// SPDX-License-Identifier: MIT
#include "observe/prometheus.h"

#include <catch2/catch.hpp>

using namespace outrider::observe;

namespace {

std::string labelled(std::string_view value) {
  Prometheus metrics;
  metrics.family("m", "gauge", "Help.");
  metrics.sample({{"a", value}}, std::uint64_t{1});
  const std::string start = "# HELP m Help.\n# TYPE m gauge\nm{a=\"";
  REQUIRE(metrics.text().rfind(start, 0) == 0);
  const std::string end = "\"} 1\n";
  return metrics.text().substr(start.size(), metrics.text().size() - start.size() - end.size());
}

}  // namespace

TEST_CASE("prometheus: families and samples") {
  Prometheus metrics;
  metrics.family("outrider_x_total", "counter", "How many.");
  metrics.sample({}, std::uint64_t{18'446'744'073'709'551'615u});
  metrics.sample({{"a", "b"}, {"c", ""}}, std::uint64_t{0});
  metrics.family("outrider_y", "gauge", "When.");
  metrics.sample({}, 1'795'365'245.25);
  CHECK(metrics.text() ==
        "# HELP outrider_x_total How many.\n# TYPE outrider_x_total counter\n"
        "outrider_x_total 18446744073709551615\noutrider_x_total{a=\"b\",c=\"\"} 0\n"
        "# HELP outrider_y When.\n# TYPE outrider_y gauge\noutrider_y 1795365245.250\n");
}

TEST_CASE("prometheus: quotes, backslashes and line ends in a label are escaped") {
  CHECK(labelled("plain {x}, = caf\xc3\xa9") == "plain {x}, = caf\xc3\xa9");
  CHECK(labelled("a\"b") == "a\\\"b");
  CHECK(labelled("a\\nb") == "a\\\\nb");
  CHECK(labelled("a\nb\n") == "a\\nb\\n");
  CHECK(labelled("\"} 1\nfake 2") == "\\\"} 1\\nfake 2");
}
