// SPDX-License-Identifier: MIT
#include "app/reloader.h"

#include <fmt/format.h>
#include <pthread.h>

#include <exception>
#include <utility>

namespace outrider::app {

Result<std::unique_ptr<Reloader>> Reloader::create(uv::Loop& loop, std::shared_ptr<const config::Config> config,
                                                   std::size_t workers, std::uint64_t number,
                                                   script::Watchdog& watchdog, std::function<void(Outcome)> done) {
  auto async = uv::Async::create(loop);
  if (!async) return tl::unexpected(async.error());
  return std::unique_ptr<Reloader>(
      new Reloader(std::move(*async), std::move(config), workers, number, watchdog, std::move(done)));
}

Reloader::Reloader(uv::Async async, std::shared_ptr<const config::Config> config, std::size_t workers,
                   std::uint64_t number, script::Watchdog& watchdog, std::function<void(Outcome)> done)
    : async_(std::move(async)),
      config_(std::move(config)),
      workers_(workers),
      number_(number),
      watchdog_(watchdog),
      done_(std::move(done)) {}

Reloader::~Reloader() {
  if (thread_.joinable()) thread_.join();
}

void Reloader::request() {
  again_ = busy();
  if (again_) return;
  thread_ = std::thread([this, number = number_ + 1] {
    pthread_setname_np(pthread_self(), "outrider/load");
    auto outcome = std::make_shared<Outcome>(load(number));
    async_.post([this, outcome] { finish(std::move(*outcome)); });
  });
}

Reloader::Outcome Reloader::load(std::uint64_t number) const {
  try {
    return load_generation(*config_, number, workers_, watchdog_);
  } catch (const LoadError& error) {
    return error.problems();
  } catch (const std::exception& error) {
    return std::vector<Problem>{{{}, fmt::format("cannot load the rules: {}", error.what())}};
  }
}

void Reloader::finish(Outcome outcome) {
  thread_.join();
  if (const auto* generation = std::get_if<Generation>(&outcome)) number_ = generation->number;
  // What was loaded first may be older than the files that the second request is about, so it is still worth having.
  done_(std::move(outcome));
  if (std::exchange(again_, false)) request();
}

}  // namespace outrider::app
