// SPDX-License-Identifier: MIT
#include "push/asset_book.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/push/asset_book_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;

TEST_CASE("an asset that was never hinted is not remembered") {
  Book book;
  book.answered(200);
  CHECK(book.book.find(host, "/a.css") == nullptr);
  book.book.promise_failed(host, "/a.css");
  CHECK(book.book.size() == 0);
}

TEST_CASE("an asset that was hinted and not answered is taken for one that is there") {
  Book book;
  book.hinted();
  CHECK(book.facts().status == 0);
  CHECK(book.facts().is_there());
  CHECK_FALSE(book.facts().redirects());
  CHECK_FALSE(book.facts().goes_stale);
  CHECK(book.book.find({"other.example"}, "/a.css") == nullptr);
  CHECK(book.book.find(host, "/a.css?v=1") == nullptr);
  CHECK(book.book.find({host.host, false}, "/a.css") == nullptr);
}

TEST_CASE("a good answer tells size, type, version and caching") {
  Book book;
  book.hinted();
  book.answered(200, {{"content-type", " Text/CSS ; charset=utf-8"},
                      {"etag", "\"v1\""},
                      {"cache-control", "max-age=60"},
                      {"vary", "accept-encoding"}});
  const AssetFacts facts = book.facts();
  CHECK(facts.status == 200);
  CHECK(facts.bytes == 1'000);
  CHECK(facts.type == "text/css");
  CHECK(facts.version == "\"v1\"");
  CHECK_FALSE(facts.needs_cookies);
  CHECK_FALSE(facts.varies);
  CHECK_FALSE(facts.goes_stale);
}

TEST_CASE("assets that clients must fetch again, or that differ between them, are known as such") {
  Book book;
  book.hinted();
  book.answered(200, {{"cache-control", "no-store"}});
  CHECK(book.facts().no_store);
  CHECK(book.facts().goes_stale);
  book.answered(200, {{"cache-control", "no-cache"}});
  CHECK(book.facts().goes_stale);
  CHECK_FALSE(book.facts().no_store);
  book.answered(200, {{"cache-control", "max-age=4"}});
  CHECK(book.facts().goes_stale);
  book.answered(200, {{"vary", "accept"}, {"cache-control", "max-age=5"}});
  CHECK_FALSE(book.facts().goes_stale);
  CHECK(book.facts().varies);
  CHECK_FALSE(book.facts().needs_cookies);
  book.answered(200, {{"vary", "Cookie"}});
  CHECK(book.facts().needs_cookies);
  book.answered(200, {{"set-cookie", "a=b"}});
  CHECK(book.facts().needs_cookies);
  CHECK_FALSE(book.facts().varies);
  book.answered(200);
  CHECK_FALSE(book.facts().needs_cookies);
}

TEST_CASE("304 tells that the asset is there and keeps what is known, but for a new entity tag") {
  Book book;
  book.hinted();
  book.answered(200, {{"content-type", "text/css"}, {"etag", "\"v1\""}, {"cache-control", "no-cache"}});
  book.answered(304, {{"last-modified", "Mon, 01 Jan 2024 00:00:00 GMT"}});
  CHECK(book.facts().version == "\"v1\"");
  CHECK(book.facts().type == "text/css");
  CHECK(book.facts().goes_stale);
  CHECK(book.facts().is_there());
  CHECK_FALSE(book.facts().redirects());
  book.answered(304, {{"etag", "W/\"v2\""}});
  CHECK(book.facts().version == "\"v2\"");
}

TEST_CASE("one bad answer tells nothing, two in a row do, and a good one makes up for them at once") {
  const int status = GENERATE(301, 302, 404, 410, 500, 503);
  INFO(status);
  Book book;
  book.hinted();
  book.answered(200);
  book.answered(status);
  CHECK(book.facts().is_there());
  book.answered(200);
  book.answered(status);
  CHECK(book.facts().status == 200);
  book.answered(status);
  CHECK(book.facts().status == status);
  CHECK_FALSE(book.facts().is_there());
  CHECK(book.facts().redirects() == (status < 400));
  SECTION("to anybody") {
    book.answered(200, {}, with_credentials);
    CHECK(book.facts().is_there());
  }
  SECTION("304 is as good") {
    book.answered(304);
    CHECK(book.facts().is_there());
  }
  SECTION("and after that it takes two again") {
    book.answered(200);
    book.answered(status);
    CHECK(book.facts().is_there());
  }
}

TEST_CASE("what one visitor is refused counts for nobody else") {
  const int status = GENERATE(302, 401, 403, 404, 500);
  Book book;
  book.hinted();
  for (int i = 0; i < 10; ++i) book.answered(status, {}, with_credentials);
  CHECK(book.facts().status == 0);
  CHECK_FALSE(book.facts().needs_cookies);
}

TEST_CASE("answers that clients can provoke tell nothing") {
  const int status = GENERATE(103, 206, 400, 405, 408, 412, 416, 429, 431, 451);
  Book book;
  book.hinted();
  book.answered(200, {{"etag", "\"v1\""}});
  for (int i = 0; i < 3; ++i) book.answered(status, {{"etag", "\"x\""}});
  CHECK(book.facts().status == 200);
  CHECK(book.facts().version == "\"v1\"");
}

TEST_CASE("an asset that is refused without credentials needs them until it is given without") {
  const int status = GENERATE(401, 403);
  Book book;
  book.hinted();
  book.answered(status);
  book.answered(status);
  CHECK(book.facts().needs_cookies);
  CHECK_FALSE(book.facts().is_there());
  book.answered(200, {}, with_credentials);
  CHECK(book.facts().is_there());
  CHECK(book.facts().needs_cookies);
  SECTION("one without makes up for it") {
    book.answered(200);
    CHECK_FALSE(book.facts().needs_cookies);
  }
  SECTION("many with credentials do as well") {
    for (unsigned i = 1; i < AssetBook::answers_that_outweigh; ++i) {
      CHECK(book.facts().needs_cookies);
      book.answered(200, {}, with_credentials);
    }
    CHECK_FALSE(book.facts().needs_cookies);
  }
}

TEST_CASE("an asset whose promise failed is promised again once it was answered well without credentials") {
  Book book;
  book.hinted();
  book.answered(200);
  book.book.promise_failed(host, "/a.css");
  CHECK(book.facts().promise_failed);
  book.answered(200, {}, with_credentials);
  CHECK(book.facts().promise_failed);
  SECTION("one without") {
    book.answered(304);
    CHECK_FALSE(book.facts().promise_failed);
  }
  SECTION("many with, in a row") {
    for (unsigned i = 2; i < AssetBook::answers_that_outweigh; ++i) book.answered(200, {}, with_credentials);
    CHECK(book.facts().promise_failed);
    book.answered(200, {}, with_credentials);
    CHECK_FALSE(book.facts().promise_failed);
  }
  SECTION("another failure starts the count anew") {
    for (unsigned i = 2; i < AssetBook::answers_that_outweigh; ++i) book.answered(200, {}, with_credentials);
    book.book.promise_failed(host, "/a.css");
    book.answered(200, {}, with_credentials);
    CHECK(book.facts().promise_failed);
  }
}

TEST_CASE("what a visitor with credentials is told fills in what nobody knows, and is nobody else's otherwise") {
  Book book;
  book.hinted();
  const std::vector<Field> for_all = {{"content-type", "text/css"}, {"etag", "\"1\""}, {"cache-control", "max-age=60"}};
  book.answered(200, for_all, anna);
  CHECK(book.facts().type == "text/css");
  CHECK(book.facts().bytes == 1'000);
  const std::vector<Field> own = {
      {"content-type", "text/html"}, {"cache-control", "no-store"}, {"set-cookie", "a=b"}, {"vary", "x-foo"}};
  const auto is_as_before = [&] {
    const AssetFacts facts = book.facts();
    return facts.type == "text/css" && facts.version == "\"1\"" && !facts.goes_stale && !facts.needs_cookies &&
           !facts.varies && facts.bytes == 1'000;
  };
  for (int i = 0; i < 50; ++i) {
    book.book.answered(host, "/a.css", Response{200, own}, 7, anna);
    CHECK(is_as_before());
  }
  SECTION("until another visitor is told the same") {
    book.book.answered(host, "/a.css", Response{200, own}, 7, ben);
    const AssetFacts facts = book.facts();
    CHECK(facts.type == "text/html");
    CHECK(facts.goes_stale);
    CHECK(facts.needs_cookies);
    CHECK(facts.varies);
    CHECK(facts.version.empty());
    CHECK(facts.bytes == 7);
    SECTION("and one without credentials decides at once") {
      book.answered(200, for_all);
      CHECK(is_as_before());
    }
  }
  SECTION("and not where somebody was told the usual meanwhile") {
    const auto between = GENERATE(std::optional<Visitor>(), std::optional<Visitor>(ben));
    book.answered(200, for_all, between);
    book.answered(200, own, ben);
    CHECK(is_as_before());
  }
  SECTION("and not where the other is told something else again") {
    book.answered(200, {{"content-type", "image/png"}}, ben);
    CHECK(is_as_before());
    book.answered(200, own, anna);
    CHECK(is_as_before());
  }
}

TEST_CASE("where every visitor has a cookie, the first answer counts, and a change after the second") {
  Book book;
  book.hinted();
  for (const Visitor visitor : {anna, ben, anna}) {
    book.answered(200, {{"content-type", "text/css"}, {"etag", "\"1\""}}, visitor);
    CHECK(book.facts().version == "\"1\"");
  }
  book.answered(304, {{"etag", "\"2\""}}, anna);
  CHECK(book.facts().version == "\"1\"");
  book.answered(200, {{"content-type", "text/css"}, {"etag", "\"2\""}}, ben);
  CHECK(book.facts().version == "\"2\"");
  CHECK(book.facts().type == "text/css");
}

TEST_CASE("of sizes that visitors with credentials are told, the smaller one counts") {
  Book book;
  book.hinted();
  const Response response{200, {}};
  book.book.answered(host, "/a.css", response, 0, anna);
  book.book.sized(host, "/a.css", 100, true);
  CHECK(book.facts().bytes == 100);
  book.book.sized(host, "/a.css", 170, true);
  CHECK(book.facts().bytes == 100);
  book.book.sized(host, "/a.css", 70, true);
  CHECK(book.facts().bytes == 70);
  book.book.answered(host, "/a.css", response, 100, anna);
  CHECK(book.facts().bytes == 70);
  book.book.answered(host, "/a.css", response, 50, anna);
  CHECK(book.facts().bytes == 50);
  SECTION("one without decides") {
    book.book.sized(host, "/a.css", 200, false);
    CHECK(book.facts().bytes == 200);
    book.book.answered(host, "/a.css", response, 300, {});
    CHECK(book.facts().bytes == 300);
  }
  SECTION("one that is not known does not make a known one unknown") {
    book.book.sized(host, "/a.css", 0, true);
    book.book.sized(host, "/a.css", 0, false);
    book.book.answered(host, "/a.css", response, 0, {});
    CHECK(book.facts().bytes == 50);
  }
}

TEST_CASE("where every visitor has a cookie, what is compressed after its head was read is as large as it was sent") {
  Book book;
  book.hinted();
  for (const Visitor visitor : {anna, ben, anna}) {
    book.answered(200, {{"content-type", "text/css"}}, visitor);
    book.book.sized(host, "/a.css", 200, true);
    CHECK(book.facts().bytes == 200);
  }
}

TEST_CASE("a change that counts brings its size") {
  Book book;
  book.hinted();
  book.answered(200, {{"etag", "\"1\""}});
  const std::vector<Field> changed = {{"etag", "\"2\""}};
  for (const Visitor visitor : {anna, ben}) book.book.answered(host, "/a.css", Response{200, changed}, 0, visitor);
  CHECK(book.facts().version == "\"2\"");
  CHECK(book.facts().bytes == 0);
  book.book.sized(host, "/a.css", 300, true);
  CHECK(book.facts().bytes == 300);
}

TEST_CASE("a redirect of the insecure side says nothing of the secure one") {
  Book book;
  book.hinted();
  book.answered(200);
  book.book.hinted({host.host, false}, "/a.css");
  for (int i = 0; i < 5; ++i) book.book.answered({host.host, false}, "/a.css", Response{301, {}}, 0, {});
  CHECK(book.facts().is_there());
  CHECK(book.book.find({host.host, false}, "/a.css")->redirects());
}
