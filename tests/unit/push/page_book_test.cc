// SPDX-License-Identifier: MIT
#include "push/page_book.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace std::chrono_literals;
using outrider::push::test::hint;
using outrider::push::test::urls;

namespace {

constexpr Visitor anna = 1, ben = 2, carl = 3;
constexpr SchemeHost host{"a.example"}, other_host{"b.example"}, insecure_host{"a.example", false};

using Urls = std::vector<std::string>;

std::vector<Hint> styles(const Urls& paths) {
  std::vector<Hint> hints;
  for (const std::string& path : paths) hints.push_back(hint(Kind::style, path));
  return hints;
}

/// The links of a page that three visitors got the same hints for.
std::vector<Hint> learned(const std::vector<Hint>& hints) {
  PageFacts page;
  for (const Visitor visitor : {anna, ben, carl}) page.hinted(hints, visitor);
  return page.links();
}

}  // namespace

TEST_CASE("of a new page nothing is known") {
  const PageFacts page;
  CHECK_FALSE(page.redirects());
  CHECK_FALSE(page.think_time());
  CHECK_FALSE(page.bytes());
  CHECK(page.links().empty());
  CHECK_FALSE(page.proven());
}

TEST_CASE("what a page weighs is the upper quartile of the last eight answers") {
  PageFacts page;
  page.sized(300);
  CHECK(page.bytes() == 300);
  for (const std::uint64_t bytes : {800, 100, 700, 400, 200, 600, 500}) page.sized(bytes);
  CHECK(page.bytes() == 600);
  page.sized(50);  // in place of 300
  CHECK(page.bytes() == 600);
  for (int i = 0; i != 8; ++i) page.sized(20);
  CHECK(page.bytes() == 20);
  page.sized(UINT64_MAX);
  CHECK(page.bytes() == 20);
  for (int i = 0; i != 8; ++i) page.sized(UINT64_MAX);
  CHECK(page.bytes() == UINT32_MAX);
  CHECK_FALSE(page.think_time());
}

TEST_CASE("the think time is the lower quartile of the last eight answers") {
  PageFacts page;
  page.answered(300ms);
  CHECK(page.think_time() == 300ms);
  page.answered(100ms);
  CHECK(page.think_time() == 100ms);
  for (const auto time : {200ms, 400ms, 500ms, 600ms, 700ms, 800ms}) page.answered(time);
  CHECK(page.think_time() == 200ms);
  SECTION("one that was unusually quick does not count") {
    page.answered(1ms);  // in place of 300
    CHECK(page.think_time() == 100ms);
    page.answered(900ms);  // in place of 100
    CHECK(page.think_time() == 200ms);
  }
  SECTION("what was before the last eight is forgotten") {
    for (int i = 0; i < 8; ++i) page.answered(10s);
    CHECK(page.think_time() == 10s);
  }
}

TEST_CASE("times that make no sense are taken for the nearest that do") {
  PageFacts page;
  page.answered(-1s);
  CHECK(page.think_time() == 0us);
  PageFacts slow;
  slow.answered(24h);
  CHECK(slow.think_time() == std::chrono::microseconds(UINT32_MAX));
}

TEST_CASE("two redirects in a row tell, until the page is answered") {
  PageFacts page;
  page.redirected();
  CHECK_FALSE(page.redirects());
  page.answered(1ms);
  page.redirected();
  CHECK_FALSE(page.redirects());
  page.redirected();
  CHECK(page.redirects());
  for (int i = 0; i < 1'000; ++i) page.redirected();
  CHECK(page.redirects());
  CHECK(page.think_time() == 1ms);
  page.answered(1ms);
  CHECK_FALSE(page.redirects());
}

TEST_CASE("links are learned once three answers in a row have them, to two visitors at least") {
  PageFacts page;
  page.hinted(styles({"/a.css", "/b.css"}), anna);
  page.hinted(styles({"/a.css", "/b.css"}), ben);
  CHECK(page.links().empty());
  page.hinted(styles({"/b.css", "/c.css", "/a.css"}), anna);
  CHECK(urls(page.links()) == Urls{"/b.css", "/a.css"});
  page.hinted(styles({"/a.css", "/c.css"}), ben);
  CHECK(urls(page.links()) == Urls{"/a.css", "/b.css"});
  page.hinted(styles({"/c.css", "/a.css"}), ben);
  CHECK(urls(page.links()) == Urls{"/c.css", "/a.css"});
}

TEST_CASE("one visitor's links are not the page's, however often they come") {
  PageFacts page;
  for (int i = 0; i < 20; ++i) page.hinted(styles({"/avatar/anna.png"}), anna);
  CHECK(page.links().empty());
  page.hinted(styles({"/avatar/anna.png"}), ben);
  CHECK(urls(page.links()) == Urls{"/avatar/anna.png"});
  // Learned once, they stay as long as they come, whoever asks.
  for (int i = 0; i < 20; ++i) page.hinted(styles({"/avatar/anna.png"}), anna);
  CHECK(urls(page.links()) == Urls{"/avatar/anna.png"});
}

TEST_CASE("two answers in a row without a link end it, and it must come three times again") {
  PageFacts page;
  for (const Visitor visitor : {anna, ben, carl}) page.hinted(styles({"/a.css"}), visitor);
  REQUIRE(page.links().size() == 1);
  page.hinted({}, ben);
  CHECK(page.links().size() == 1);
  SECTION("one is an exception") {
    for (int i = 0; i < 5; ++i) {
      page.hinted(styles({"/a.css"}), anna);
      page.hinted({}, ben);
      CHECK(page.links().size() == 1);
    }
  }
  SECTION("two are not") {
    page.hinted({}, carl);
    CHECK(page.links().empty());
    page.hinted(styles({"/a.css"}), anna);
    page.hinted(styles({"/a.css"}), ben);
    CHECK(page.links().empty());
    page.hinted(styles({"/a.css"}), carl);
    CHECK(page.links().size() == 1);
  }
}

TEST_CASE("what was missing once stays within the bounds") {
  Urls first, second;
  for (int i = 0; i < 32; ++i) {
    first.push_back("/first/" + std::to_string(i));
    second.push_back("/second/" + std::to_string(i));
  }
  PageFacts page;
  for (const Visitor visitor : {anna, ben, carl}) page.hinted(styles(first), visitor);
  REQUIRE(urls(page.links()) == first);
  page.hinted(styles(second), anna);
  CHECK(urls(page.links()) == first);
  page.hinted(styles(second), ben);
  CHECK(page.links().empty());
  page.hinted(styles(second), anna);
  CHECK(urls(page.links()) == second);
}

TEST_CASE("a link that comes with other attributes is another link") {
  PageFacts page;
  Hint high = hint(Kind::style, "/a.css");
  high.fetchpriority = FetchPriority::high;
  page.hinted(styles({"/a.css"}), anna);
  page.hinted({high}, ben);
  page.hinted(styles({"/a.css"}), carl);
  CHECK(page.links().empty());
}

TEST_CASE("what is learned of a page is bounded") {
  SECTION("in number, and each link is there once") {
    Urls many{"/0.css", "/0.css"};
    for (int i = 1; i < 100; ++i) many.push_back('/' + std::to_string(i) + ".css");
    const auto links = learned(styles(many));
    REQUIRE(links.size() == PageFacts::most_links);
    CHECK(links.front().url == "/0.css");
    CHECK(links.back().url == "/31.css");
  }
  SECTION("in the length of an URL") {
    const std::string longest(1'024, 'a');
    CHECK(urls(learned(styles({longest + "a", longest, "/b.css"}))) == Urls{longest, "/b.css"});
  }
  SECTION("in bytes, attributes counted") {
    Urls long_ones;
    for (char c = 'a'; c < 'p'; ++c) long_ones.push_back('/' + std::string(1'000, c));
    long_ones.push_back("/short.css");
    const auto links = learned(styles(long_ones));
    REQUIRE(links.size() == 9);
    CHECK(links.back().url == "/short.css");
    Hint image = hint(Kind::image, "/a.png");
    image.imagesrcset = std::string(PageFacts::most_link_bytes, 'x');
    CHECK(learned({image}).empty());
  }
}

TEST_CASE("pages are known by scheme, host and path") {
  PageBook book;
  book.at(host, "/").answered(1ms);
  REQUIRE(book.find(host, "/") != nullptr);
  CHECK(book.find(host, "/")->think_time() == 1ms);
  CHECK(book.find(other_host, "/") == nullptr);
  CHECK(book.find(insecure_host, "/") == nullptr);
  CHECK(book.find(host, "/x") == nullptr);
}

TEST_CASE("paths that come once push out no page that has been answered twice") {
  PageBook book;
  for (int i = 0; i < 2; ++i) book.at(host, "/").answered(5ms);
  book.at(host, "/once").answered(5ms);
  REQUIRE(book.find(host, "/")->proven());
  for (int i = 0; i < 10'000; ++i) book.at(host, "/made-up/" + std::to_string(i)).answered(1ms);
  CHECK(book.find(host, "/once") == nullptr);
  REQUIRE(book.find(host, "/") != nullptr);
  CHECK(book.find(host, "/")->think_time() == 5ms);
  CHECK(book.size() == 1 + PageBook::most_newcomers);
}

TEST_CASE("several notes of one answer do not make it two") {
  PageBook book;
  book.at(host, "/").answered(5ms);
  for (int i = 0; i < 5; ++i) book.hinted(host, "/", styles({"/a.css"}), anna);
  for (std::size_t i = 0; i < PageBook::most_newcomers; ++i) book.at(host, '/' + std::to_string(i));
  CHECK(book.find(host, "/") == nullptr);
}

TEST_CASE("a page that only redirects stays as well") {
  PageBook book;
  for (int i = 0; i < 2; ++i) book.at(host, "/old").redirected();
  for (int i = 0; i < 2'000; ++i) {
    if (i % 100 == 0) CHECK(book.find(host, "/old") != nullptr);
    book.at(host, "/made-up/" + std::to_string(i)).answered(1ms);
  }
  REQUIRE(book.find(host, "/old") != nullptr);
  CHECK(book.find(host, "/old")->redirects());
}

TEST_CASE("the book is bounded") {
  PageBook book;
  for (std::size_t i = 0; i < PageBook::most_pages + 5; ++i) {
    const std::string path = '/' + std::to_string(i);
    for (int again = 0; again < 3; ++again) book.at(host, path).answered(1ms);
  }
  CHECK(book.size() == PageBook::most_pages);
  CHECK(book.find(host, "/4") == nullptr);
  CHECK(book.find(host, "/5") != nullptr);
}

TEST_CASE("pages with long names are forgotten at once") {
  PageBook book;
  const std::string longer(1'025, 'a');
  book.at(host, longer).answered(1ms);
  CHECK(book.find(host, longer) == nullptr);
  CHECK_FALSE(book.at(host, longer).think_time());
  CHECK(book.size() == 0);
}

TEST_CASE("a book is bounded in bytes: many long links push out pages that were used longest ago") {
  PageBook book;
  const auto links = [](int page) {
    Urls paths;
    for (char c = 'a'; c < 'i'; ++c) paths.push_back('/' + std::to_string(page) + std::string(1'000, c));
    return styles(paths);
  };
  constexpr int pages = 1'500;  // fewer than are allowed
  for (int page = 0; page < pages; ++page) {
    const std::string path = '/' + std::to_string(page);
    for (const Visitor visitor : {anna, ben, carl}) {
      book.at(host, path).answered(1ms);
      book.hinted(host, path, links(page), visitor);
    }
  }
  CHECK(book.bytes() <= PageBook::most_page_bytes + PageBook::most_newcomer_bytes);
  CHECK(book.bytes() > PageBook::most_page_bytes * 9 / 10);
  CHECK(book.find(host, "/0") == nullptr);
  REQUIRE(book.find(host, "/1499") != nullptr);
  CHECK(book.find(host, "/1499")->links().size() == 8);
}

TEST_CASE("pages on probation are bounded in bytes too") {
  PageBook book;
  Urls paths;
  for (char c = 'a'; c < 'i'; ++c) paths.push_back('/' + std::string(1'000, c));
  for (std::size_t page = 0; page < PageBook::most_newcomers; ++page) {
    const std::string path = '/' + std::to_string(page);
    book.at(host, path).answered(1ms);
    book.hinted(host, path, styles(paths), anna);
  }
  CHECK(book.size() < PageBook::most_newcomers);
  CHECK(book.bytes() <= PageBook::most_newcomer_bytes);
}

TEST_CASE("hints of a page that nobody knows are not kept") {
  PageBook book;
  book.hinted(host, "/", styles({"/a.css"}), anna);
  CHECK(book.size() == 0);
}

TEST_CASE("a peek at a page tells the same and moves nothing") {
  PageBook book;
  CHECK(book.peek(host, "/") == nullptr);
  book.at(host, "/").answered(5ms);
  REQUIRE(book.peek(host, "/") != nullptr);
  CHECK(book.peek(host, "/")->think_time() == book.find(host, "/")->think_time());
  CHECK(book.peek(other_host, "/") == nullptr);
  CHECK(book.peek(host, std::string(2'000, 'x')) == nullptr);
  for (std::size_t i = 1; i != PageBook::most_newcomers; ++i) book.at(host, "/" + std::to_string(i));
  CHECK(book.peek(host, "/") != nullptr);
  book.at(host, "/one-more");
  CHECK(book.peek(host, "/") == nullptr);
}
