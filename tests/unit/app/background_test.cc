// SPDX-License-Identifier: MIT
#include "app/reload/background.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>
#include <vector>

#include "uv/loop.h"

using namespace outrider;
using namespace outrider::app;

namespace {

struct Bench {
  uv::Loop loop = std::move(*uv::Loop::create());
  std::unique_ptr<Background> background = std::move(*Background::create(loop, "test/background"));
};

}  // namespace

TEST_CASE("background: one task after the other on its thread, what follows on the loop's, in order") {
  Bench bench;
  const auto here = std::this_thread::get_id();
  std::vector<std::string> events;  // guarded by its being one thread at a time until the loop runs
  std::mutex mutex;
  const auto note = [&](std::string event) {
    const std::lock_guard lock(mutex);
    events.push_back(std::move(event));
  };
  for (const std::string name : {"a", "b", "c"}) {
    bench.background->run([&, name]() -> Background::Then {
      note(std::this_thread::get_id() == here ? "on the loop's thread" : "task " + name);
      return [&, name] {
        note(std::this_thread::get_id() == here ? "then " + name : "off the loop's thread");
        if (name == "c") bench.loop.stop();
      };
    });
  }
  bench.background->run([]() -> Background::Then { return {}; });
  bench.loop.run();
  std::vector<std::string> tasks, thens;
  for (const std::string& event : events) (event.rfind("task", 0) == 0 ? tasks : thens).push_back(event);
  CHECK(tasks == std::vector<std::string>{"task a", "task b", "task c"});
  CHECK(thens == std::vector<std::string>{"then a", "then b", "then c"});
}

TEST_CASE("background: what a task holds is freed on its thread") {
  Bench bench;
  std::thread::id freed;
  auto held = std::shared_ptr<int>(new int, [&](int* number) {
    freed = std::this_thread::get_id();
    delete number;
  });
  bench.background->run([held = std::move(held)]() -> Background::Then { return {}; });
  bench.background->run([&]() -> Background::Then { return [&] { bench.loop.stop(); }; });
  bench.loop.run();
  CHECK(freed != std::thread::id());
  CHECK(freed != std::this_thread::get_id());
}

TEST_CASE("background: its end waits for the task that runs and drops what waits and what would follow") {
  Bench bench;
  std::promise<void> runs, go;
  std::atomic<bool> ended = false, second = false, then = false;
  bench.background->run([&]() -> Background::Then {
    runs.set_value();
    go.get_future().wait();
    ended = true;
    return [&] { then = true; };
  });
  bench.background->run([&]() -> Background::Then {
    second = true;
    return [&] { then = true; };
  });
  runs.get_future().wait();
  std::thread let_go([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    go.set_value();
  });
  bench.background.reset();
  CHECK(ended);
  let_go.join();
  bench.loop.run();  // nothing is left to wait for
  CHECK_FALSE(second);
  CHECK_FALSE(then);
}
