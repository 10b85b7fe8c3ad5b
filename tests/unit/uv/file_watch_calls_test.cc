// SPDX-License-Identifier: MIT
// When the callback is called, how often, and what it may do.
#include "uv/file_watch.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "unit/uv/watch_world.h"

using namespace outrider;
using namespace outrider::uv::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("a hundred changes become one call, after the last of them") {
  World world(400ms);  // longer than a busy machine may pause this process
  const auto rules = world.folder.make("rules");
  world.directories({rules});
  uv::Timer timer(world.loop);
  int written = 0;
  std::chrono::steady_clock::time_point last;
  timer.every(2ms, [&] {
    world.folder.write("rules/" + std::to_string(written) + ".lua");
    last = std::chrono::steady_clock::now();
    if (++written == 100) timer.stop();
  });
  world.run_for(10s);
  CHECK(std::chrono::steady_clock::now() - last >= world.settle - 1ms);
  CHECK(written == 100);
  CHECK(world.calls == 1);
  CHECK(world.quiet());
}

TEST_CASE("changes without end do not hide what has changed") {
  World world(50ms);
  const auto rules = world.folder.make("rules");
  world.directories({rules});
  uv::Timer timer(world.loop);
  const auto begun = std::chrono::steady_clock::now();
  timer.every(10ms, [&] { world.folder.write("rules/notes.txt"); });
  world.run_for(10s);
  CHECK(world.calls == 1);
  CHECK(std::chrono::steady_clock::now() - begun >= 10 * world.settle - 1ms);
  world.run_for(10s);
  CHECK(world.calls == 2);
  timer.stop();
}

TEST_CASE("what is not watched any more is not noticed; what waits to be settled is not forgotten") {
  World world(400ms);  // longer than a busy machine may pause this process
  const auto a = world.folder.write("a.lua"), b = world.folder.write("b.lua");
  world.files({a});
  world.files({b});
  world.folder.write("a.lua", "more");
  CHECK(world.quiet());
  world.folder.write("b.lua", "more");
  world.run_for(world.settle / 4);
  world.files({a});
  CHECK(world.noticed());
  world.files({});
  CHECK(world.watch.watched() == 0);
  CHECK(kernel_watches() == 0);
}

TEST_CASE("the callback may replace the watched files and end the watch") {
  Folder folder;
  auto loop = uv::Loop::create();
  REQUIRE(loop);
  const auto a = folder.write("a.lua"), b = folder.write("b.lua");
  std::optional<uv::FileWatch> watch;
  std::string order;
  const auto witness = std::make_shared<int>(0);
  watch.emplace(*loop, 10ms, [&, witness] {
    order += order.empty() ? "1" : "2";
    if (order == "1") {
      CHECK(watch->watch({b}, {}));
      folder.write("b.lua", "more");
    } else {
      watch.reset();
      ++*witness;  // captures outlive the watch until the callback returns
    }
  });
  REQUIRE(watch->watch({a}, {}));
  folder.write("a.lua", "more");
  loop->run();  // returns when nothing is watched any more
  CHECK(order == "12");
  CHECK(*witness == 1);
}
