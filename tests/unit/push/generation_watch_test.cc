// SPDX-License-Identifier: MIT
#include "push/generation_watch.h"

#include <bit>
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"

using namespace outrider::push;

namespace {

constexpr std::string_view host = "shop.example", visitor = "192.0.2.1";

}  // namespace

TEST_CASE("requests and evaluations are counted") {
  GenerationWatch watch{VisitorHash()};
  watch.request();
  watch.request();
  watch.evaluation(false, visitor);
  watch.evaluation(true, visitor);
  CHECK(watch.requests() == 2);
  CHECK(watch.evaluations() == 2);
  CHECK(watch.failed_evaluations() == 1);
}

TEST_CASE("an answer counts once for each hint, by host and path with query") {
  GenerationWatch watch{VisitorHash()};
  watch.answered(host, "/a.css", 404, visitor);
  CHECK(watch.assets() == 0);
  watch.hinted(host, "/a.css", visitor);
  watch.hinted(host, "/a.css", visitor);
  watch.answered(host, "/a.css", 200, visitor);
  CHECK(watch.assets() == 1);
  CHECK(watch.bad_assets() == 0);
  watch.answered("other.example", "/a.css", 404, visitor);
  watch.answered(host, "/a.css?v=1", 404, visitor);
  watch.answered(host, "/b.css", 404, visitor);
  CHECK(watch.assets() == 1);
  watch.answered(host, "/a.css", 404, visitor);
  CHECK(watch.assets() == 2);
  CHECK(watch.bad_assets() == 1);
}

TEST_CASE("who repeats a request counts for the hints that wait, and those are few") {
  GenerationWatch watch{VisitorHash()};
  for (int i = 0; i != 1000; ++i) watch.hinted(host, "/a.css", visitor);
  for (int i = 0; i != 1000; ++i) watch.answered(host, "/a.css", 404, visitor);
  CHECK(watch.assets() == GenerationWatch::most_owed);
  // A visit is worth one answer again.
  for (int i = 0; i != 1000; ++i) {
    watch.hinted(host, "/a.css", visitor);
    watch.answered(host, "/a.css", 404, visitor);
    watch.answered(host, "/a.css", 404, visitor);
  }
  CHECK(watch.assets() == GenerationWatch::most_owed + 1000);
  CHECK(watch.bad_assets() == watch.assets());
}

TEST_CASE("an answer ahead of its page's status counts when the page came well, and not without") {
  GenerationWatch watch{VisitorHash()};
  watch.announced(host, "/gone.css");
  watch.answered(host, "/gone.css", 404, visitor);
  CHECK(watch.assets() == 0);
  watch.hinted(host, "/gone.css", visitor);
  CHECK(watch.assets() == 1);
  CHECK(watch.bad_assets() == 1);
  watch.answered(host, "/gone.css", 404, visitor);  // that answer was the one that was owed
  CHECK(watch.assets() == 1);

  watch.announced(host, "/there.css");
  watch.answered(host, "/there.css", 200, visitor);
  watch.hinted(host, "/there.css", visitor);
  CHECK(watch.assets() == 2);
  CHECK(watch.bad_assets() == 1);

  watch.announced(host, "/made-up.css");
  for (int i = 0; i != 100; ++i) watch.answered(host, "/made-up.css", 404, visitor);
  CHECK(watch.assets() == 2);
}

TEST_CASE("redirects and errors are bad, what the request itself provokes is nothing") {
  const auto after = [](int status) {
    GenerationWatch watch{VisitorHash()};
    watch.hinted(host, "/a.css", visitor);
    watch.answered(host, "/a.css", status, visitor);
    return std::to_string(watch.assets()) + " " + std::to_string(watch.bad_assets());
  };
  for (const int good : {200, 203, 206, 299, 304}) {
    INFO(good);
    CHECK(after(good) == "1 0");
  }
  for (const int bad : {300, 301, 302, 307, 308, 401, 403, 404, 405, 410, 429, 500, 502, 503, 504}) {
    INFO(bad);
    CHECK(after(bad) == "1 1");
  }
  // 0 is a request that was reset before there was a status.
  for (const int nothing : {0, 101, 103, 400, 408, 412, 413, 416, 417, 431}) {
    INFO(nothing);
    CHECK(after(nothing) == "0 0");
  }
}

TEST_CASE("a bounded number of assets is remembered, and what is hinted now is among them") {
  GenerationWatch watch{VisitorHash()};
  const auto path = [](std::size_t i) { return "/asset-" + std::to_string(i); };
  for (std::size_t i = 0; i != 3 * GenerationWatch::most_assets; ++i) watch.hinted(host, path(i), visitor);
  for (std::size_t i = 0; i != 3 * GenerationWatch::most_assets; ++i) watch.answered(host, path(i), 404, visitor);
  CHECK(watch.assets() <= GenerationWatch::most_assets);
  CHECK(watch.assets() > GenerationWatch::most_assets / 2);
  CHECK(watch.bad_assets() == watch.assets());
  const std::uint64_t before = watch.assets();
  for (std::size_t i = 0; i != 100; ++i) {
    watch.hinted(host, "/new-" + path(i), visitor);
    watch.answered(host, "/new-" + path(i), 404, visitor);
  }
  CHECK(watch.assets() == before + 100);
}

TEST_CASE("a generation that hints nothing costs no memory") {
  GenerationWatch watch{VisitorHash()};
  const std::size_t before = test::allocations();
  watch.request();
  watch.answered(host, "/a.css", 404, visitor);
  CHECK(test::allocations() == before);
}

TEST_CASE("one visitor is one however often he asks, on whatever worker") {
  const VisitorHash visitors;
  GenerationWatch one(visitors), other(visitors);
  for (int i = 0; i != 100; ++i) {
    for (GenerationWatch* watch : {&one, &other}) {
      watch->evaluation(true, visitor);
      watch->hinted(host, "/gone.css", visitor);
      watch->answered(host, "/gone.css", 404, visitor);
    }
  }
  const Visitors evaluating = one.take_evaluating_visitors(), asking = one.take_asking_visitors();
  CHECK(std::popcount(evaluating.failing) == 1);
  CHECK(evaluating.all == evaluating.failing);
  CHECK(asking.failing == evaluating.failing);
  CHECK(other.take_evaluating_visitors().all == evaluating.all);
  CHECK(other.take_asking_visitors().all == evaluating.all);
  CHECK(one.take_evaluating_visitors().all == 0);  // they were taken
}

TEST_CASE("visitors for whom all is well count too, once something is wrong") {
  GenerationWatch watch{VisitorHash()};
  const auto address = [](int number) { return "10.0.0." + std::to_string(number); };
  for (int number = 0; number != 50; ++number) watch.evaluation(false, address(number));
  CHECK(watch.take_evaluating_visitors().all == 0);
  watch.evaluation(true, address(99));
  for (int number = 0; number != 50; ++number) watch.evaluation(false, address(number));
  const Visitors seen = watch.take_evaluating_visitors();
  CHECK(std::popcount(seen.failing) == 1);
  CHECK(std::popcount(seen.all) > 20);  // of 64 places for 51
}

TEST_CASE("the answer ahead of its page is the page's visitor's") {
  const VisitorHash visitors;
  GenerationWatch watch(visitors);
  watch.announced(host, "/gone.css");
  watch.answered(host, "/gone.css", 404, "192.0.2.2");
  watch.hinted(host, "/gone.css", visitor);
  CHECK(watch.take_asking_visitors().failing == std::uint64_t{1} << (visitors(visitor) % 64));
}
