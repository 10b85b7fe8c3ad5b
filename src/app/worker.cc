// SPDX-License-Identifier: MIT
#include "app/worker.h"

#include <fmt/format.h>
#include <pthread.h>

#include <future>
#include <utility>

#include "app/crash_report.h"
#include "app/noted_functions.h"

namespace outrider::app {

Worker::Worker(Options options, std::shared_ptr<const push::WorkerRules> rules)
    : options_(std::move(options)),
      observer_(options_.access_log,
                options_.config->access_log.json ? observe::LogFormat::json : observe::LogFormat::combined,
                *options_.failures) {
  std::promise<void> started;
  std::future<void> start = started.get_future();
  thread_ = std::thread([this, rules = std::move(rules), &started]() mutable {
    bool told = false;
    try {
      const auto first = std::move(rules);
      run(first, [&] {
        told = true;
        started.set_value();
      });
    } catch (...) {
      // After the start nothing throws; what does is a bug and must end the process with its cause.
      if (told) throw;
      started.set_exception(std::current_exception());
    }
  });
  try {
    start.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

Worker::~Worker() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Worker::run(const std::shared_ptr<const push::WorkerRules>& rules, const std::function<void()>& started) {
  pthread_setname_np(pthread_self(), fmt::format("outrider/w{}", options_.index).c_str());
  const CrashStack crash_stack(options_.note);
  http::FrontendOptions frontend_options;
  frontend_options.config = options_.config;
  frontend_options.tls = options_.tls;
  frontend_options.bucket_key = options_.bucket_key;
  frontend_options.observer = &observer_;
  frontend_options.observe_every_request = options_.access_log != nullptr;
  frontend_options.counters = &live_;
  frontend_options.progress = [note = options_.note](std::string_view phase, std::string_view rule,
                                                     std::string_view path) { note->set(phase, rule, path); };
  http::Frontend frontend(loop_, std::move(frontend_options));
  frontend_ = &frontend;
  frontend.use_rules(noted(rules));
  loop_.every(options_.tick, [this] { on_tick(); });
  started();
  loop_.run();
  observer_.flush();
}

void Worker::on_tick() {
  ticks_.fetch_add(1, std::memory_order_relaxed);
  observer_.flush();
}

void Worker::listen(std::vector<http::ListeningSocket> sockets) {
  // std::function wants what it holds to be copyable.
  auto shared = std::make_shared<std::vector<http::ListeningSocket>>(std::move(sockets));
  loop_.post([this, shared] { frontend_->listen(std::move(*shared)); });
}

void Worker::use_rules(std::shared_ptr<const push::WorkerRules> rules) {
  loop_.post([this, rules = noted(rules)] { frontend_->use_rules(rules); });
}

std::shared_ptr<const push::WorkerRules> Worker::noted(const std::shared_ptr<const push::WorkerRules>& rules) const {
  if (rules == nullptr || rules->functions == nullptr) return rules;
  auto copy = std::make_shared<push::WorkerRules>(*rules);
  copy->functions = std::make_shared<NotedFunctions>(rules->functions, *options_.note);
  return copy;
}

void Worker::drain() {
  loop_.post([this] { frontend_->drain(); });
}

void Worker::close_all() {
  loop_.post([this] { frontend_->close_all(); });
}

void Worker::ask_drained() {
  loop_.post([this] { drained_.store(frontend_->drained(), std::memory_order_release); });
}

}  // namespace outrider::app
