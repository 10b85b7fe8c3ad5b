// SPDX-License-Identifier: MIT
#include "push/push_list.h"

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;

TEST_CASE("of two hints for one URL the first wins") {
  PushList list;
  const Rule first = rule("first"), second = rule("second");
  CHECK(list.add(hint(Kind::style, "/a.css"), &first));
  CHECK_FALSE(list.add(hint(Kind::script, "/a.css"), &second));
  CHECK(list.add(hint(Kind::style, "/b.css"), nullptr));
  REQUIRE(list.entries().size() == 2);
  CHECK(list.entries()[0].rule == &first);
  CHECK(list.entries()[0].hint.kind == Kind::style);
  CHECK(list.entries()[1].rule == nullptr);
  CHECK(list.contains("/b.css"));
  CHECK_FALSE(list.contains("/c.css"));
}

TEST_CASE("images without a URL are told apart by their sources") {
  PushList list;
  Hint image = hint(Kind::image, "");
  image.imagesrcset = "/a.avif 1x";
  CHECK(list.add(image, nullptr));
  CHECK_FALSE(list.add(image, nullptr));
  image.imagesrcset = "/b.avif 1x";
  CHECK(list.add(image, nullptr));
}

TEST_CASE("a connection without credentials is another one") {
  PushList list;
  Hint hinted = hint(Kind::preconnect, "https://fonts.example");
  CHECK(list.add(hinted, nullptr));
  hinted.crossorigin = CrossOrigin::anonymous;
  CHECK_FALSE(list.repeats(hinted));
  CHECK(list.add(hinted, nullptr));
  CHECK_FALSE(list.add(hinted, nullptr));
  hinted.crossorigin = CrossOrigin::use_credentials;
  CHECK_FALSE(list.add(hinted, nullptr));
  CHECK(list.entries().size() == 2);
  // An asset is fetched once, in whatever way.
  Hint asset = hint(Kind::script, "/a.js");
  CHECK(list.add(asset, nullptr));
  asset.crossorigin = CrossOrigin::anonymous;
  CHECK(list.repeats(asset));
}

TEST_CASE("a list has its limit") {
  PushList list;
  CHECK(list.empty());
  for (std::size_t i = 0; i < PushList::max_entries; ++i) {
    CHECK_FALSE(list.full());
    CHECK(list.add(hint(Kind::style, "/" + std::to_string(i)), nullptr));
  }
  CHECK(list.full());
  CHECK_FALSE(list.add(hint(Kind::style, "/more"), nullptr));
  CHECK(list.entries().size() == 64);
}

TEST_CASE("an equal repeat that is for everybody makes a personal entry everybody's") {
  PushList list;
  const Hint hinted = hint(Kind::style, "/a.css");
  list.add(hinted, nullptr, true);
  CHECK(list.entries()[0].personal);
  CHECK_FALSE(list.add(hinted, nullptr, true));
  CHECK(list.entries()[0].personal);
  Hint other = hinted;
  other.media = "print";
  CHECK_FALSE(list.add(other, nullptr, false));
  CHECK(list.entries()[0].personal);
  CHECK_FALSE(list.add(hinted, nullptr, false));
  CHECK_FALSE(list.entries()[0].personal);
  // Not the reverse: it is there for everybody, whoever asks for it again.
  CHECK_FALSE(list.add(hinted, nullptr, true));
  CHECK_FALSE(list.entries()[0].personal);
  CHECK(list.entries().size() == 1);
}

TEST_CASE("a full list still takes in that an entry is everybody's") {
  PushList list;
  for (std::size_t i = 0; i < PushList::max_entries; ++i) {
    list.add(hint(Kind::style, "/" + std::to_string(i)), nullptr, true);
  }
  list.add(hint(Kind::style, "/7"), nullptr, false);
  CHECK_FALSE(list.entries()[7].personal);
  CHECK(list.entries()[8].personal);
}
