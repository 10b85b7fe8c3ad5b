// SPDX-License-Identifier: MIT
#include "app/reload/generations.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;
using State = Generation::State;

namespace {

/// One that was loaded for two workers.
Generation generation(std::uint64_t number, const std::string& cause = "reload") {
  Generation made;
  made.number = number;
  made.digest = "digest " + std::to_string(number);
  made.origin = {cause, "me"};
  made.loaded_at = std::chrono::system_clock::from_time_t(static_cast<std::time_t>(number));
  made.sources = std::make_shared<const script::Snapshot>(script::Answers{});
  for (int worker = 0; worker < 2; ++worker) {
    auto rules = std::make_shared<push::WorkerRules>();
    rules->generation = number;
    rules->watch = std::make_shared<push::GenerationWatch>(push::VisitorHash());
    rules->watch->request();
    made.watches.push_back(rules->watch);
    made.workers.push_back(std::move(rules));
  }
  return made;
}

void load_next(Generations& generations) {
  generations.make_live(generation(generations.next_number()), State::draining, {});
}

void roll_back(Generations& generations, std::uint64_t to) {
  generations.make_live(generation(to, "rollback"), State::rolled_back, "it was bad");
}

const Generation& numbered(const Generations& generations, std::uint64_t number) {
  for (const Generation& one : generations.all()) {
    if (one.number == number) return one;
  }
  FAIL("there is no generation " << number);
  throw 0;
}

std::vector<std::uint64_t> numbers(const Generations& generations) {
  std::vector<std::uint64_t> found;
  for (const Generation& one : generations.all()) found.push_back(one.number);
  return found;
}

std::uint64_t before(const Generations& generations) {
  const Generation* found = generations.before_live();
  return found == nullptr ? 0 : found->number;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("generations are numbered behind those of the process before") {
  Generations generations(41);
  CHECK(generations.live() == nullptr);
  CHECK(generations.last_number() == 41);
  CHECK(generations.next_number() == 42);
  CHECK(generations.next_number() == 43);
  CHECK(generations.last_number() == 43);
}

TEST_CASE("the live generation drains when another takes its place") {
  Generations generations(0);
  load_next(generations);
  CHECK(generations.live()->number == 1);
  CHECK(generations.live()->state == State::live);
  CHECK(generations.live()->was_live);
  CHECK(before(generations) == 0);
  load_next(generations);
  CHECK(generations.live()->number == 2);
  CHECK(numbered(generations, 1).state == State::draining);
  CHECK(numbered(generations, 1).note.empty());
  CHECK(numbers(generations) == Numbers{1, 2});
  CHECK(before(generations) == 1);
  CHECK(generations.live()->requests() == 2);
}

TEST_CASE("a generation that is taken back has its old place, origin and age") {
  Generations generations(0);
  for (int count = 0; count < 3; ++count) load_next(generations);
  roll_back(generations, 2);
  CHECK(generations.live()->number == 2);
  CHECK(numbers(generations) == Numbers{1, 2, 3});
  const Generation& back = numbered(generations, 2);
  CHECK(back.state == State::live);
  CHECK(back.origin.cause == "reload");
  CHECK(back.loaded_at == std::chrono::system_clock::from_time_t(2));
  CHECK(back.note == "taken back: rollback by me");
  CHECK(back.requests() == 4);  // also those of its first time
  CHECK(numbered(generations, 3).state == State::rolled_back);
  CHECK(numbered(generations, 3).note == "it was bad");
}

TEST_CASE("what a rollback without a number takes back") {
  Generations generations(0);
  for (int count = 0; count < 3; ++count) load_next(generations);
  roll_back(generations, 2);
  CHECK(before(generations) == 1);  // and not 3 again
  load_next(generations);
  CHECK(generations.live()->number == 4);
  CHECK(before(generations) == 2);  // 3 was rolled back
  load_next(generations);
  CHECK(before(generations) == 4);
  CHECK(generations.find(3)->number == 3);  // who names it gets it
}

TEST_CASE("what ran before counts, not what was skipped by the rollback to it") {
  Generations generations(0);
  for (int count = 0; count < 4; ++count) load_next(generations);
  roll_back(generations, 2);
  load_next(generations);
  CHECK(generations.live()->number == 5);
  CHECK(before(generations) == 2);
}

TEST_CASE("failed attempts are remembered, those in a row once, and never taken back") {
  Generations generations(0);
  load_next(generations);
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::uint64_t number = generations.next_number();
    generations.add_failed(number, {"watch", ""}, "broken", "rules/a.lua:" + std::to_string(number) + ": no");
  }
  CHECK(numbers(generations) == Numbers{1, 4});
  CHECK(numbered(generations, 4).state == State::failed);
  CHECK(numbered(generations, 4).note == "rules/a.lua:4: no");
  CHECK(generations.live()->number == 1);
  CHECK(generations.find(4) == nullptr);
  CHECK(generations.find(9) == nullptr);
  load_next(generations);
  generations.add_failed(generations.next_number(), {"watch", ""}, "broken", "no");
  CHECK(numbers(generations) == Numbers{1, 4, 5, 6});
  CHECK(before(generations) == 1);
}

TEST_CASE("only the oldest are forgotten, and none that is live or still held") {
  Generations generations(0);
  for (int count = 0; count < 6; ++count) load_next(generations);
  const auto held = generations.all().front().workers.front();
  generations.take_unused();
  roll_back(generations, 2);
  generations.keep(3);
  CHECK(numbers(generations) == Numbers{1, 2, 5, 6});  // 1 is held, 2 is live
  generations.keep(0);
  CHECK(numbers(generations) == Numbers{1, 2, 6});  // 6 has only just been left: its rules are not taken yet
  generations.take_unused();
  generations.keep(0);
  CHECK(numbers(generations) == Numbers{1, 2});
  CHECK(before(generations) == 1);
  generations.keep(10);
  CHECK(numbers(generations) == Numbers{1, 2});
}

TEST_CASE("rules are taken to be freed once no request holds them") {
  Generations generations(0);
  load_next(generations);
  CHECK(generations.take_unused().empty());  // the live one's never
  auto request = generations.live()->workers[1];
  CHECK_FALSE(generations.live()->unused());
  load_next(generations);

  auto taken = generations.take_unused();
  REQUIRE(taken.size() == 1);
  CHECK(taken.front().use_count() == 1);  // freed by whoever holds the list
  CHECK(numbered(generations, 1).state == State::draining);
  CHECK_FALSE(numbered(generations, 1).unused());
  CHECK(generations.take_unused().empty());

  request.reset();
  CHECK(numbered(generations, 1).unused());
  CHECK(generations.take_unused().size() == 1);
  CHECK(numbered(generations, 1).state == State::freed);
  CHECK(numbered(generations, 1).requests() == 2);  // what it served is still known
  CHECK(generations.find(1) != nullptr);
}

TEST_CASE("a generation that was rolled back stays so when its rules are freed") {
  Generations generations(0);
  load_next(generations);
  load_next(generations);
  auto request = numbered(generations, 1).workers[0];
  roll_back(generations, 1);
  CHECK(generations.take_unused().size() == 2);
  CHECK(numbered(generations, 2).state == State::rolled_back);
  // What requests held from its first time is kept with the live one, and freed off the workers in its time.
  CHECK(generations.live()->workers.size() == 4);
  request.reset();
  load_next(generations);
  CHECK(generations.take_unused().size() == 4);
  CHECK(numbered(generations, 1).state == State::freed);
}

TEST_CASE("states have names") {
  CHECK(name_of(State::live) == "live");
  CHECK(name_of(State::draining) == "draining");
  CHECK(name_of(State::freed) == "freed");
  CHECK(name_of(State::failed) == "failed");
  CHECK(name_of(State::rolled_back) == "rolled back");
}
