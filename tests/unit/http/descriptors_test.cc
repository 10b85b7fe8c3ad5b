// SPDX-License-Identifier: MIT
// At the limit of descriptors: no frontend is made, and nothing else happens.
#include <fcntl.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "http/descriptors.h"
#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;

namespace {

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Takes descriptors until there are `left`, under a limit that is small enough for that.
struct Scarcity {
  explicit Scarcity(std::size_t left) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit small = before;
    small.rlim_cur = std::min<rlim_t>(before.rlim_max, 256);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &small) == 0);
    while (true) {
      UniqueFd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) break;
      taken.push_back(std::move(fd));
    }
    REQUIRE(taken.size() >= left);
    taken.resize(taken.size() - left);
  }
  ~Scarcity() { ::setrlimit(RLIMIT_NOFILE, &before); }

  rlimit before{};
  std::vector<UniqueFd> taken;
};

}  // namespace

TEST_CASE("a frontend takes as many descriptors as are asked for it") {
  Rig rig;
  auto first = rig.frontend(rig.config(""));  // the first one proves the guard
  const std::size_t before = open_descriptors();
  auto second = rig.frontend(rig.config(""));
  CHECK(open_descriptors() == before + http::descriptors_per_context);
  rig.destroy(first);
  rig.destroy(second);
}

TEST_CASE("without descriptors a frontend is refused, and the one that runs goes on") {
  Rig rig;
  const ServerSocket socket;
  auto running = rig.frontend(rig.config("text"));
  rig.listen(*running, socket);
  WebClient client(socket.port);
  client.get("/page");
  auto config = rig.config("new");
  rig.on_loop([] {});  // behind the turn that closes the file
  {
    const Scarcity scarcity(http::descriptors_per_context - 1);
    CHECK_THROWS_WITH(rig.frontend(config), Catch::Contains("2 file descriptors are needed") &&
                                                Catch::Contains("only 1 left") && Catch::Contains("ulimit -n"));
  }
  {
    const Scarcity scarcity(3 * http::descriptors_per_context);
    CHECK(http::Frontend::can_be_made(3));
    CHECK(http::Frontend::can_be_made(3));  // nothing was kept
    const auto refused = http::Frontend::can_be_made(4);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("8 file descriptors are needed") &&
                                            Catch::Contains("only 6 left") && Catch::Contains("may have 256"));
  }
  CHECK_THAT(client.get("/page"), Catch::EndsWith("text"));
  auto fresh = rig.frontend(config);
  rig.replace(*running, *fresh);
  CHECK(rig.wait_for([&] { return running->drained(); }));
  rig.destroy(running);
  rig.destroy(fresh);
}
