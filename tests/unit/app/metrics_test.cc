// SPDX-License-Identifier: MIT
// Names of metrics are a promise to those who alert on them.
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "app/admin/status.h"
#include "status_facts.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;

namespace {

/// The lines that are samples.
std::vector<std::string> samples(const StatusFacts& facts) {
  std::vector<std::string> lines;
  std::istringstream text(metrics_text(facts));
  for (std::string line; std::getline(text, line);) {
    if (line[0] != '#') lines.push_back(line);
  }
  return lines;
}

bool has(const StatusFacts& facts, const std::string& sample) {
  const auto all = samples(facts);
  return std::find(all.begin(), all.end(), sample) != all.end();
}

std::string series(const std::string& sample) {
  return sample.substr(0, sample.rfind(' '));
}

}  // namespace

TEST_CASE("metrics: the names that are fixed, with their labels") {
  StatusFacts facts = example_facts();
  facts.deliveries = {{"push", {{"sent", 30}}}, {"link", {{"not_navigation", 12}}}};
  CHECK(has(facts, "outrider_reload_last_success 0"));
  CHECK(has(facts, "outrider_reload_last_success_timestamp_seconds 1795365245.000"));
  CHECK(has(facts, "outrider_generation_info{generation=\"2\",digest=\"9f86d081884c7d659a2feaa0c55ad015\"} 1"));
  CHECK(has(facts, "outrider_disk_differs 1"));
  CHECK(has(facts, "outrider_rule_failures_total{rule=\"cart\"} 17"));
  CHECK(has(facts, "outrider_deliveries_total{delivery=\"push\",reason=\"sent\"} 30"));
  CHECK(has(facts, "outrider_deliveries_total{delivery=\"link\",reason=\"not_navigation\"} 12"));
  CHECK(has(facts, "outrider_certificate_expiry_seconds{file=\"/tls/full.pem\",name=\"a.example\"} 1800000000.000"));
  CHECK(has(facts, "outrider_switched_off 2"));
  CHECK(has(facts, "outrider_failing_rules 1"));
  CHECK(has(facts, "outrider_draining 1"));
}

TEST_CASE("metrics: a reload that succeeded, and none at all") {
  StatusFacts facts = example_facts();
  facts.last_reload->fine = true;
  facts.disk_differs = false;
  CHECK(has(facts, "outrider_reload_last_success 1"));
  CHECK(has(facts, "outrider_disk_differs 0"));
  facts.last_reload.reset();
  CHECK(has(facts, "outrider_reload_last_success 1"));
}

TEST_CASE("metrics: a rule's name is the author's bytes") {
  StatusFacts facts = example_facts();
  facts.rule_failures = {{"a\"b\\c\nd", 1}, {"caf\xc3\xa9 \xff", 2}};
  CHECK(has(facts, "outrider_rule_failures_total{rule=\"a\\\"b\\\\c\\nd\"} 1"));
  // A reader refuses the whole page over one byte that is no UTF-8.
  CHECK(has(facts, "outrider_rule_failures_total{rule=\"caf\xc3\xa9 \xef\xbf\xbd\"} 2"));
}

TEST_CASE("metrics: no series twice, and each family announced once before its samples") {
  StatusFacts facts = example_facts();
  facts.certificates.push_back(facts.certificates.front());  // of a second listener
  facts.certificates.push_back({"/tls/nameless.pem", {}, at(1)});
  std::set<std::string> seen;
  for (const std::string& sample : samples(facts)) {
    INFO(sample);
    CHECK(seen.insert(series(sample)).second);
  }
  CHECK(has(facts, "outrider_certificate_expiry_seconds{file=\"/tls/nameless.pem\",name=\"\"} 1.000"));
  std::set<std::string> families;
  std::istringstream text(metrics_text(facts));
  std::string current;
  for (std::string line; std::getline(text, line);) {
    INFO(line);
    if (line.rfind("# TYPE ", 0) == 0) {
      current = line.substr(7, line.find(' ', 7) - 7);
      CHECK(families.insert(current).second);
    } else if (line[0] != '#') {
      CHECK(line.substr(0, line.find_first_of("{ ")) == current);
    }
  }
}

TEST_CASE("metrics: numbers that cannot be below nothing are not") {
  StatusFacts facts;
  facts.connections = -1;  // one worker's decrement seen before another's increment
  CHECK(has(facts, "outrider_connections 0"));
}
