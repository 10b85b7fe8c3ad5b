// SPDX-License-Identifier: MIT
// What rules looked at: the names that may go into Vary, and what makes a hint one visitor's.
#include "push/reads.h"

#include <catch2/catch.hpp>

#include "push/condition.h"
#include "push/evaluate.h"
#include "unit/push/allocations.h"
#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Names = std::vector<std::string>;

namespace {

Reads reads_of(std::initializer_list<std::string_view> fields) {
  Reads reads;
  for (std::string_view field : fields) reads.field(field);
  return reads;
}

/// What the conditions look at in this request.
Reads looked_at(const Conditions& when, const TestRequest& test) {
  test.request.reads.clear();
  when.failing(test.request);
  return test.request.reads;
}

}  // namespace

TEST_CASE("nothing read is nothing noted") {
  const Reads reads;
  CHECK_FALSE(reads.is_personal());
  CHECK(reads.fields().empty());
}

TEST_CASE("fields are sorted and each is there once") {
  const Reads reads = reads_of({"save-data", "accept-language", "x-app", "save-data", "accept"});
  CHECK(reads.fields() == Names{"accept", "accept-language", "save-data", "x-app"});
  CHECK_FALSE(reads.is_personal());
}

TEST_CASE("credentials and what carries the client's address are personal") {
  for (const char* name : {"cookie", "authorization", "proxy-authorization", "forwarded", "x-forwarded-for",
                           "x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip", "x-remote-ip"}) {
    INFO(name);
    const Reads reads = reads_of({"accept", name});
    CHECK(reads.is_personal());
    CHECK(reads.fields() == Names{"accept"});
  }
  for (const char* name : {"cookies", "x-forwarded-proto", "x-real", "accept"}) {
    INFO(name);
    CHECK_FALSE(reads_of({name}).is_personal());
  }
}

TEST_CASE("what no request can have is not noted") {
  const Reads reads = reads_of({"", "a b", "x-a\r\nset-cookie: b=1", ":path", "caf\xc3\xa9", "a,b", "Accept"});
  CHECK(reads.fields().empty());
  CHECK_FALSE(reads.is_personal());
}

TEST_CASE("the host is in every cache's key") {
  const Reads reads = reads_of({"host"});
  CHECK(reads.fields().empty());
  CHECK_FALSE(reads.is_personal());
}

TEST_CASE("a field that Vary cannot name is personal") {
  CHECK(reads_of({"*"}).is_personal());
  CHECK(reads_of({"*"}).fields().empty());
  const std::string longest(Reads::longest_name, 'x');
  CHECK_FALSE(reads_of({longest}).is_personal());
  CHECK(reads_of({longest}).fields().size() == 1);
  CHECK(reads_of({longest + "x"}).is_personal());
  CHECK(reads_of({longest + "x"}).fields().empty());
}

TEST_CASE("more fields than the bound are personal, and the first stay") {
  Reads reads;
  for (std::size_t i = 0; i < Reads::most_fields; ++i) reads.field("x-" + std::to_string(i));
  CHECK_FALSE(reads.is_personal());
  reads.field("x-0");
  CHECK_FALSE(reads.is_personal());
  reads.field("x-more");
  CHECK(reads.is_personal());
  CHECK(reads.fields().size() == Reads::most_fields);
  CHECK(std::find(reads.fields().begin(), reads.fields().end(), "x-more") == reads.fields().end());
}

TEST_CASE("cleared reads are as new") {
  Reads reads = reads_of({"accept", "cookie"});
  reads.clear();
  CHECK_FALSE(reads.is_personal());
  CHECK(reads.fields().empty());
}

TEST_CASE("merging takes in both") {
  Reads reads = reads_of({"b", "d"});
  reads.merge(reads_of({"a", "b", "e"}));
  CHECK(reads.fields() == Names{"a", "b", "d", "e"});
  CHECK_FALSE(reads.is_personal());
  reads.merge(reads_of({"cookie"}));
  CHECK(reads.is_personal());
  Reads other;
  for (std::size_t i = 0; i < Reads::most_fields; ++i) other.field("x-" + std::to_string(i));
  Reads full = reads_of({"a"});
  full.merge(other);
  CHECK(full.is_personal());
  CHECK(full.fields().size() == Reads::most_fields);
}

TEST_CASE("of the visitor it is known what was looked at") {
  Reads reads = reads_of({"accept"});
  CHECK_FALSE(reads.has(Personal::cookies));
  reads.personal(Personal::cookies);
  Reads other;
  other.personal(Personal::address);
  reads.merge(other);
  CHECK(reads.has(Personal::cookies));
  CHECK(reads.has(Personal::address));
  CHECK_FALSE(reads.has(Personal::fields));
  CHECK(reads_of({"cookie"}).has(Personal::cookies));
  CHECK(reads_of({"authorization"}).has(Personal::fields));
  reads.clear();
  CHECK_FALSE(reads.has(Personal::cookies));
}

TEST_CASE("merging what is not needed any more costs nothing at first") {
  Reads first = reads_of({"a", "cookie"}), second = reads_of({"b"}), all;
  const auto before = allocations();
  all.merge(std::move(first));
  all.merge(std::move(second));
  CHECK(allocations() - before == 0);
  CHECK(all.fields() == Names{"a", "b"});
  CHECK(all.is_personal());
}

TEST_CASE("noting known fields costs one allocation at most, and the next rule's none") {
  Reads reads;
  const auto before = allocations();
  for (std::string_view name : {"sec-fetch-mode", "sec-purpose", "purpose", "x-moz", "save-data", "accept-language",
                                "save-data", "cookie", "accept"}) {
    reads.field(name);
  }
  CHECK(allocations() - before == 1);
  CHECK(reads.fields().size() == 7);
  reads.clear();
  reads.field("accept-language");
  reads.personal(Personal::cookies);
  CHECK(allocations() - before == 1);
}

TEST_CASE("conditions note what they look at, whether they hold or fail") {
  Conditions when;
  TestRequest with({{"cookie", "a=1"}, {"save-data", "on"}, {"x-app", "1"}, {"accept-language", "de"}}), without;
  const auto both = [&](bool personal, const Names& fields) {
    for (const TestRequest* test : {&with, &without}) {
      const Reads reads = looked_at(when, *test);
      CHECK(reads.is_personal() == personal);
      CHECK(reads.fields() == fields);
    }
    when = {};
  };
  both(false, {});
  when.cookie = {{"a", "*"}};
  both(true, {});
  when.no_cookie = {{"a", "*"}};
  both(true, {});
  when.header = {{"x-app", "1"}};
  both(false, {"x-app"});
  when.header = {{"authorization", "*"}};
  both(true, {});
  when.query = {{"a", "*"}};
  both(false, {});
  when.save_data = true;
  both(false, {"save-data"});
  when.save_data = false;
  both(false, {"save-data"});
  when.country = {"NL"};
  both(true, {});
  when.mobile = true;
  both(true, {});
  when.bot = false;
  both(true, {});
  when.client = {*ClientCondition::parse("chromium")};
  both(true, {});
  when.language = {"de"};
  both(false, {"accept-language"});
  when.network = {*outrider::Network::parse("192.0.2.0/24")};
  both(true, {});
}

TEST_CASE("conditions behind the one that fails are not looked at") {
  Conditions when;
  when.header = {{"x-app", "1"}, {"x-more", "1"}};
  when.save_data = true;
  when.mobile = true;
  CHECK(looked_at(when, TestRequest()).fields() == Names{"x-app"});
  CHECK_FALSE(looked_at(when, TestRequest()).is_personal());
  const TestRequest both({{"x-app", "1"}, {"x-more", "1"}});
  CHECK(looked_at(when, both).fields() == Names{"save-data", "x-app", "x-more"});
  CHECK_FALSE(looked_at(when, both).is_personal());
  const TestRequest all({{"x-app", "1"}, {"x-more", "1"}, {"save-data", "on"}});
  CHECK(looked_at(when, all).is_personal());
}

TEST_CASE("a visitor's bucket is personal") {
  const TestRequest test;
  test.request.bucket("a");
  CHECK(test.request.reads.is_personal());
}

TEST_CASE("a rule that looks at nothing allocates nothing") {
  const TestRequest test;
  Rule empty = rule("empty", {"/"});
  empty.when.query = {{"none", "*"}};
  const std::vector<Match> matches{{&empty, {}}};
  const auto before = allocations();
  const Evaluation result = evaluate(matches, Phase::request, test.request, nullptr, nullptr, false);
  CHECK(allocations() - before == 0);
  CHECK(result.reads.fields().empty());
}

TEST_CASE("what was looked at of the visitor has a name") {
  Reads reads;
  CHECK(reads.personal_part().empty());
  reads.field("cookie");
  reads.personal(Personal::address);
  CHECK(reads.personal_part() == "cookies");
  Reads other;
  other.merge(reads);
  CHECK(other.personal_part() == "cookies");
  other.clear();
  other.personal(Personal::bucket);
  CHECK(other.personal_part() == "the visitor's share");
  CHECK(reads_of({"x-real-ip"}).personal_part() == "request fields that say who asks");
  Conditions when;
  when.network = {*outrider::Network::parse("10.0.0.0/8")};
  CHECK(looked_at(when, TestRequest()).personal_part() == "the client's address");
}
