// SPDX-License-Identifier: MIT
#include "push/push_list.h"

#include <catch2/catch.hpp>

#include "push/sent_memory.h"
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

TEST_CASE("the memory knows host and path together") {
  SentMemory memory;
  CHECK_FALSE(memory.contains("a.example", "/x"));
  memory.insert("a.example", "/x");
  memory.insert("a.example", "/x");
  CHECK(memory.size() == 1);
  CHECK(memory.contains("a.example", "/x"));
  CHECK_FALSE(memory.contains("b.example", "/x"));
  CHECK_FALSE(memory.contains("a.example", "/y"));
  CHECK_FALSE(memory.contains("/x", "a.example"));
}

TEST_CASE("a full memory says yes to all") {
  SentMemory memory;
  for (std::size_t i = 0; i < SentMemory::max_entries; ++i) {
    CHECK_FALSE(memory.full());
    memory.insert("h", "/" + std::to_string(i));
  }
  CHECK(memory.full());
  CHECK(memory.contains("never", "/seen"));
  memory.insert("h", "/more");
  CHECK(memory.size() == SentMemory::max_entries);
}
