// SPDX-License-Identifier: MIT
// The wrappers' promises: callbacks stop with their wrapper, even from inside; the loop closes without leaks (the
// sanitizer build watches).
#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "uv/async.h"
#include "uv/loop.h"
#include "uv/poll.h"
#include "uv/signal.h"
#include "uv/timer.h"

using namespace outrider;
using namespace std::chrono_literals;

namespace {

uv::Loop make_loop() {
  auto loop = uv::Loop::create();
  REQUIRE(loop);
  return std::move(*loop);
}

struct SocketPair {
  UniqueFd a, b;
  SocketPair() {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    a.reset(fds[0]);
    b.reset(fds[1]);
  }
};

}  // namespace

TEST_CASE("a loop with nothing to wait for returns at once") {
  auto loop = make_loop();
  loop.run();
  SUCCEED();
}

TEST_CASE("a loop closes after a stop that no run has seen") {
  auto loop = make_loop();
  { uv::Timer timer(loop); }
  loop.stop();
}

TEST_CASE("a one-shot timer fires once, not before its time") {
  auto loop = make_loop();
  uv::Timer timer(loop);
  int calls = 0;
  const auto begin = std::chrono::steady_clock::now();
  timer.after(20ms, [&] { ++calls; });
  CHECK(timer.is_active());
  loop.run();
  CHECK(calls == 1);
  CHECK(std::chrono::steady_clock::now() - begin >= 19ms);
  CHECK_FALSE(timer.is_active());
}

TEST_CASE("a repeating timer repeats until it is stopped from inside") {
  auto loop = make_loop();
  uv::Timer timer(loop);
  int calls = 0;
  timer.every(1ms, [&] {
    if (++calls == 3) timer.stop();
  });
  loop.run();
  CHECK(calls == 3);
}

TEST_CASE("a timer may be destroyed inside its own callback") {
  auto loop = make_loop();
  auto timer = std::make_unique<uv::Timer>(loop);
  const auto witness = std::make_shared<std::string>("captured");
  std::string seen;
  timer->every(1ms, [&timer, &seen, witness] {
    timer.reset();
    seen = *witness;  // the callback's captures outlive its wrapper until it returns
  });
  CHECK(witness.use_count() == 2);
  loop.run();
  CHECK(seen == "captured");
  CHECK(witness.use_count() == 1);
}

TEST_CASE("a timer may be set anew inside its own callback") {
  auto loop = make_loop();
  uv::Timer timer(loop);
  std::vector<int> order;
  timer.after(1ms, [&] {
    timer.after(1ms, [&] { order.push_back(2); });
    order.push_back(1);
  });
  loop.run();
  CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("a destroyed wrapper lets its captures go at once and calls no more") {
  auto loop = make_loop();
  const auto witness = std::make_shared<int>(0);
  {
    uv::Timer timer(loop);
    timer.after(0ms, [witness] { ++*witness; });
  }
  CHECK(witness.use_count() == 1);
  loop.run();
  CHECK(*witness == 0);
}

TEST_CASE("one wrapper's callback may destroy another that is due in the same turn") {
  auto loop = make_loop();
  uv::Timer first(loop);
  auto second = std::make_unique<uv::Timer>(loop);
  bool called = false;
  first.after(1ms, [&] { second.reset(); });
  second->after(1ms, [&] { called = true; });
  std::this_thread::sleep_for(5ms);
  loop.run();
  CHECK_FALSE(called);
}

TEST_CASE("wrappers can be moved while they wait") {
  auto loop = make_loop();
  uv::Timer timer(loop);
  bool called = false;
  timer.after(1ms, [&] { called = true; });
  std::optional<uv::Timer> moved(std::move(timer));
  loop.run();
  CHECK(called);
}

TEST_CASE("stop ends a run that would go on") {
  auto loop = make_loop();
  uv::Timer timer(loop);
  int calls = 0;
  timer.every(1ms, [&] {
    if (++calls == 2) loop.stop();
  });
  loop.run();
  CHECK(calls == 2);
  CHECK(timer.is_active());
}

TEST_CASE("a signal arrives on the loop") {
  auto loop = make_loop();
  int calls = 0;
  auto signal = uv::Signal::on(loop, SIGUSR1, [&] {
    ++calls;
    loop.stop();
  });
  REQUIRE(signal);
  REQUIRE(raise(SIGUSR1) == 0);
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("a signal that cannot be caught is an error that names it") {
  auto loop = make_loop();
  const auto kill = uv::Signal::on(loop, SIGKILL, [] {});
  REQUIRE_FALSE(kill);
  CHECK(kill.error().message == "cannot watch signal 9: invalid argument");
  CHECK_FALSE(uv::Signal::on(loop, 4000, [] {}));
}

TEST_CASE("a descriptor with data, and one whose other end closed, are readable") {
  auto loop = make_loop();
  SocketPair pair;
  std::string got;
  bool ended = false;
  std::optional<uv::Poll> poll;
  auto made = uv::Poll::readable(loop, pair.a.get(), [&] {
    char buffer[8];
    const ssize_t size = read(pair.a.get(), buffer, sizeof(buffer));
    if (size > 0) {
      got.append(buffer, static_cast<std::size_t>(size));
      pair.b.reset();
    } else {
      ended = true;
      poll.reset();  // from inside its own callback
    }
  });
  REQUIRE(made);
  poll.emplace(std::move(*made));
  REQUIRE(write(pair.b.get(), "hello", 5) == 5);
  loop.run();
  CHECK(got == "hello");
  CHECK(ended);
}

TEST_CASE("a closed descriptor and a regular file cannot be polled") {
  auto loop = make_loop();
  char name[] = "/tmp/outrider-uv-XXXXXX";
  UniqueFd file(mkstemp(name));
  REQUIRE(file);
  unlink(name);
  const auto poll = uv::Poll::readable(loop, file.get(), [] {});
  REQUIRE_FALSE(poll);
  CHECK(poll.error().message.find("cannot watch descriptor " + std::to_string(file.get()) + ": ") == 0);
  CHECK_FALSE(uv::Poll::readable(loop, 100'000, [] {}));
}

TEST_CASE("tasks posted by other threads run on the loop's thread, in each thread's order") {
  auto loop = make_loop();
  auto async = uv::Async::create(loop);
  REQUIRE(async);
  const auto loop_thread = std::this_thread::get_id();
  constexpr int each = 500;
  std::vector<int> last(4, -1);
  int done = 0;
  bool ordered = true, here = true;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < each; ++i) {
        async->post([&, thread, i] {
          ordered = ordered && last[static_cast<std::size_t>(thread)] == i - 1;
          here = here && std::this_thread::get_id() == loop_thread;
          last[static_cast<std::size_t>(thread)] = i;
          if (++done == 4 * each) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (auto& thread : threads) thread.join();
  CHECK(done == 4 * each);
  CHECK(ordered);
  CHECK(here);
}

TEST_CASE("a task that posts tasks does not starve timers") {
  auto loop = make_loop();
  auto async = uv::Async::create(loop);
  REQUIRE(async);
  std::function<void()> again = [&] { async->post(again); };
  again();
  uv::Timer timer(loop);
  timer.after(5ms, [&] { loop.stop(); });
  loop.run();
  SUCCEED();
}

TEST_CASE("a task may destroy its Async; the tasks behind it never run") {
  auto loop = make_loop();
  auto made = uv::Async::create(loop);
  REQUIRE(made);
  std::optional<uv::Async> async(std::move(*made));
  bool first = false, second = false;
  async->post([&] {
    async.reset();
    first = true;
  });
  async->post([&] { second = true; });
  loop.run();
  CHECK(first);
  CHECK_FALSE(second);
}

TEST_CASE("an Async that does not keep the loop running lets it return") {
  auto loop = make_loop();
  const auto async = uv::Async::create(loop, false);
  REQUIRE(async);
  loop.run();
  SUCCEED();
}
