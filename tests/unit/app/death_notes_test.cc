// SPDX-License-Identifier: MIT
#include "app/process/death_notes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;

TEST_CASE("what is being served can be read through the descriptor, idle workers are left out") {
  auto notes = DeathNotes::create(3);
  REQUIRE(notes);
  CHECK(DeathNotes::read(notes->fd()).empty());
  notes->slot(0).set("handler", "home", "/path");
  notes->slot(2).set("rules", "", "/x");
  CHECK(DeathNotes::read(notes->fd()) == "worker 0: handler, rule \"home\", /path; worker 2: rules, /x");
  notes->slot(0).set("", "", "");
  CHECK(DeathNotes::read(notes->fd()) == "worker 2: rules, /x");
}

TEST_CASE("the worker that crashed stands alone, else those that do not answer") {
  auto notes = DeathNotes::create(3);
  REQUIRE(notes);
  for (std::size_t worker = 0; worker < 3; ++worker)
    notes->slot(worker).set("handler", "", "/" + std::to_string(worker));
  notes->slot(1).stalled = 1;
  CHECK(DeathNotes::read(notes->fd()) == "worker 1 (not answering): handler, /1");
  notes->slot(2).crashed = 1;
  CHECK(DeathNotes::read(notes->fd()) == "worker 2: handler, /2");
  notes->slot(2).set("", "", "");
  CHECK(DeathNotes::read(notes->fd()) == "worker 2: idle");
}

TEST_CASE("long texts are cut and hostile ones escaped") {
  auto notes = DeathNotes::create(1);
  REQUIRE(notes);
  notes->slot(0).set("handler", "", "/a\n\"" + std::string(10'000, 'x'));
  const std::string text = DeathNotes::read(notes->fd());
  CHECK(text.find("/a\\x0a\\\"xxx") != std::string::npos);
  CHECK(text.size() < 500);
}

TEST_CASE("nonsense in the memory of a dead process does no harm") {
  auto notes = DeathNotes::create(2);
  REQUIRE(notes);
  const std::string garbage(sizeof(DeathNotes::Slot), '\xff');
  REQUIRE(::pwrite(notes->fd(), garbage.data(), garbage.size(), 0) == static_cast<ssize_t>(garbage.size()));
  CHECK(DeathNotes::read(notes->fd()).find("worker 0 (not answering): \\xff") == 0);
  CHECK(DeathNotes::read(-1).empty());
  CHECK(::ftruncate(notes->fd(), 0) != 0);
}
