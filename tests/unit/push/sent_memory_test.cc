// SPDX-License-Identifier: MIT
#include "push/sent_memory.h"

#include <algorithm>
#include <list>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"

using namespace outrider::push;

namespace {

/// The same with strings and searches.
class SimpleMemory {
 public:
  bool contains(const std::string& path, const std::string& version) {
    const auto found = find(path);
    if (found == entries_.end()) return false;
    entries_.splice(entries_.begin(), entries_, found);
    const std::string& has = entries_.front().second;
    return has.empty() || version.empty() || has == version;
  }
  void insert(const std::string& path, const std::string& version) {
    const auto found = find(path);
    if (found != entries_.end()) {
      entries_.erase(found);
    } else if (entries_.size() == SentMemory::max_entries) {
      entries_.pop_back();
    }
    entries_.emplace_front(path, version);
  }
  std::size_t size() const { return entries_.size(); }

 private:
  std::list<std::pair<std::string, std::string>>::iterator find(const std::string& path) {
    return std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == path; });
  }
  std::list<std::pair<std::string, std::string>> entries_;  // the last used first
};

std::string path(std::size_t number) {
  return "/" + std::to_string(number);
}

}  // namespace

TEST_CASE("the memory knows host and path together") {
  SentMemory memory;
  CHECK_FALSE(memory.contains("a.example", "/x", ""));
  memory.insert("a.example", "/x", "");
  memory.insert("a.example", "/x", "");
  CHECK(memory.size() == 1);
  CHECK(memory.contains("a.example", "/x", ""));
  CHECK_FALSE(memory.contains("b.example", "/x", ""));
  CHECK_FALSE(memory.contains("a.example", "/y", ""));
  CHECK_FALSE(memory.contains("/x", "a.example", ""));
}

TEST_CASE("a changed asset is not known, one whose version is not known is") {
  SentMemory memory;
  memory.insert("h", "/a", "\"1\"");
  CHECK(memory.contains("h", "/a", "\"1\""));
  CHECK(memory.contains("h", "/a", ""));
  CHECK_FALSE(memory.contains("h", "/a", "\"2\""));
  CHECK_FALSE(memory.contains("h", "/a", "W/\"1\""));

  memory.insert("h", "/a", "\"2\"");
  CHECK(memory.size() == 1);
  CHECK(memory.contains("h", "/a", "\"2\""));
  CHECK_FALSE(memory.contains("h", "/a", "\"1\""));

  memory.insert("h", "/a", "");
  CHECK(memory.contains("h", "/a", "\"1\""));
  CHECK(memory.contains("h", "/a", "\"3\""));

  memory.insert("h", "/a", "\"3\"");
  CHECK_FALSE(memory.contains("h", "/a", "\"1\""));
}

TEST_CASE("a full memory forgets what was used longest ago") {
  SentMemory memory;
  for (std::size_t i = 0; i != SentMemory::max_entries; ++i) memory.insert("h", path(i), "");
  CHECK(memory.size() == SentMemory::max_entries);
  CHECK_FALSE(memory.contains("h", "/never", ""));
  // Asking for it, and sending it again, are use.
  CHECK(memory.contains("h", path(0), ""));
  memory.insert("h", path(1), "\"2\"");
  for (std::size_t i = 0; i != 3; ++i) memory.insert("h", "/more" + std::to_string(i), "");
  CHECK(memory.size() == SentMemory::max_entries);
  CHECK(memory.contains("h", path(0), ""));
  CHECK(memory.contains("h", path(1), "\"2\""));
  for (const std::size_t gone : {2, 3, 4}) CHECK_FALSE(memory.contains("h", path(gone), ""));
  for (std::size_t i = 5; i != SentMemory::max_entries; ++i) CHECK(memory.contains("h", path(i), ""));
  for (std::size_t i = 0; i != 3; ++i) CHECK(memory.contains("h", "/more" + std::to_string(i), ""));
}

TEST_CASE("the memory answers as a simple one does") {
  std::mt19937 random(GENERATE(range(1U, 4U)));
  // Seldom full, just full, and always turning over.
  const std::size_t paths = GENERATE(as<std::size_t>(), 3, 1'030, 1'500);
  SentMemory memory;
  SimpleMemory simple;
  for (std::size_t i = 0; i != 10'000; ++i) {
    const std::string asset = path(random() % paths);
    const std::string version = random() % 4 == 0 ? "" : std::to_string(random() % 2);
    if (random() % 2 == 0) {
      memory.insert("h", asset, version);
      simple.insert(asset, version);
    } else if (memory.contains("h", asset, version) != simple.contains(asset, version)) {
      FAIL("step " << i << ": " << asset << " version " << version);
    }
  }
  CHECK(memory.size() == simple.size());
}

TEST_CASE("an empty memory allocates nothing") {
  const std::size_t before = test::allocations();
  SentMemory memory;
  CHECK_FALSE(memory.contains("h", "/a", "\"1\""));
  CHECK(test::allocations() == before);
  CHECK(sizeof memory <= 96);
}

TEST_CASE("what came to nothing is forgotten, and its place is used again") {
  SentMemory memory;
  memory.insert("h", "/kept", "1");
  memory.insert("h", "/lost", "1");
  memory.erase("h", "/lost");
  memory.erase("h", "/never");
  CHECK_FALSE(memory.contains("h", "/lost", "1"));
  CHECK(memory.contains("h", "/kept", "1"));
  memory.insert("h", "/lost", "2");
  for (std::size_t i = 0; i != 2 * SentMemory::max_entries; ++i) {
    memory.insert("h", "/" + std::to_string(i), "1");
    CHECK(memory.contains("h", "/lost", "2"));
  }
  CHECK(memory.size() == SentMemory::max_entries);
  CHECK_FALSE(memory.contains("h", "/kept", "1"));
}

TEST_CASE("a peek tells the same and does not count as use") {
  SentMemory memory;
  CHECK_FALSE(memory.peek("h", "/0", ""));
  for (std::size_t i = 0; i != SentMemory::max_entries; ++i) memory.insert("h", "/" + std::to_string(i), "v1");
  CHECK(memory.peek("h", "/0", "v1"));
  CHECK(memory.peek("h", "/0", ""));
  CHECK_FALSE(memory.peek("h", "/0", "v2"));
  CHECK_FALSE(memory.peek("g", "/0", "v1"));
  memory.insert("h", "/one more", "v1");
  CHECK_FALSE(memory.contains("h", "/0", "v1"));
  CHECK(memory.contains("h", "/1", "v1"));
}
