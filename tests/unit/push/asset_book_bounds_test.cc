// SPDX-License-Identifier: MIT
// How much a book keeps, and for how long.
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"
#include "unit/push/asset_book_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;

TEST_CASE("made-up paths push out one another, and nothing that has been answered well") {
  Book book;
  book.hinted("/known.css");
  book.answered(200, {}, {}, "/known.css");
  book.hinted("/new.css");
  for (int i = 0; i < 20'000; ++i) {
    const std::string path = "/made-up/" + std::to_string(i);
    book.hinted(path);
    book.answered(404, {}, {}, path);
  }
  CHECK(book.book.find(host, "/known.css") != nullptr);
  CHECK(book.book.find(host, "/new.css") == nullptr);
  CHECK(book.book.size() == 1 + AssetBook::most_newcomers);
}

TEST_CASE("what has been answered well is bounded too") {
  Book book;
  for (std::size_t i = 0; i < AssetBook::most_assets + 10; ++i) {
    const std::string path = "/" + std::to_string(i);
    book.hinted(path);
    book.answered(200, {}, {}, path);
  }
  CHECK(book.book.size() == AssetBook::most_assets);
  CHECK(book.book.find(host, "/9") == nullptr);
  CHECK(book.book.find(host, "/10") != nullptr);
}

TEST_CASE("a book is bounded in bytes, also on probation") {
  Book book;
  const std::string type(100, 't'), tag(250, 'e');
  for (std::size_t i = 0; i < AssetBook::most_assets; ++i) {
    const std::string path = "/" + std::to_string(i) + std::string(1'000, 'p');
    book.hinted(path);
    if (i % 2 == 0) continue;
    book.answered(200, {{"content-type", std::string_view(type)}, {"etag", std::string_view(tag)}}, {}, path);
  }
  CHECK(book.book.bytes() <= AssetBook::most_asset_bytes + AssetBook::most_newcomer_bytes);
  CHECK(book.book.bytes() > AssetBook::most_newcomer_bytes);
  CHECK(book.book.size() < AssetBook::most_assets / 2 + AssetBook::most_newcomers);
}

TEST_CASE("long paths and long fields are not remembered") {
  Book book;
  const std::string longest(1'024, 'a'), longer(1'025, 'a');
  book.hinted(longest);
  book.hinted(longer);
  const std::string long_host(256, 'h');
  book.book.hinted({long_host}, "/");
  CHECK(book.book.size() == 1);
  CHECK(book.book.find(host, longer) == nullptr);
  book.answered(200, {}, {}, longer);
  book.answered(200, {{"content-type", std::string_view(longest)}, {"etag", std::string_view(longest)}}, {}, longest);
  CHECK(book.facts(longest).type.empty());
  CHECK(book.facts(longest).version.empty());
}

TEST_CASE("a lookup in the book allocates nothing") {
  Book book;
  constexpr std::string_view path = "/a/path/that/is/longer/than/what/a/string/holds/in/itself.css";
  book.hinted(path);
  const std::size_t before = test::allocations();
  const bool found = book.book.find(host, path) != nullptr;
  CHECK(test::allocations() == before);
  CHECK(found);
}

TEST_CASE("a peek at an asset tells the same and does not count as use") {
  Book book;
  CHECK(book.book.peek(host, "/a.css") == nullptr);
  book.hinted();
  REQUIRE(book.book.peek(host, "/a.css") != nullptr);
  book.answered(200, {{"content-type", "text/css"}});
  CHECK(book.book.peek(host, "/a.css")->type == "text/css");
  CHECK(book.book.peek({"other.example"}, "/a.css") == nullptr);
  book.hinted("/new.css");
  for (std::size_t i = 1; i != AssetBook::most_newcomers; ++i) book.hinted("/" + std::to_string(i));
  CHECK(book.book.peek(host, "/new.css") != nullptr);
  book.hinted("/one-more");
  CHECK(book.book.peek(host, "/new.css") == nullptr);
}
