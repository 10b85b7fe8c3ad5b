// SPDX-License-Identifier: MIT
#include "app/server.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "app/development.h"
#include "app/exit_code.h"
#include "app/heartbeat.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::milliseconds;

/// How long cut connections may take to go (the library's own farewell takes one second) before the process ends
/// without waiting for what still holds them, such as an upstream that does not answer.
constexpr std::chrono::seconds cutting_patience{2};

/// What the machine refuses (descriptors, memory) is not the operator's input.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

milliseconds heartbeat_interval() {
  return std::min(milliseconds(1000), heartbeat_timeout() / 10);
}

}  // namespace

Server::Server(const RunCommand& command, SocketSource& sockets, SocketChannel* supervisor)
    : command_(command),
      sockets_(sockets),
      supervisor_(supervisor),
      loop_(must(uv::Loop::create())),
      second_(loop_),
      stop_timer_(loop_) {}

Server::~Server() {
  // The admin plane reads the workers' counters.
  admin_.reset();
}

void Server::start() {
  raise_file_limit();
  read_everything();
  open_sockets();
  start_workers();
  watch_events();
  announce();
}

void Server::read_everything() {
  Problems problems;
  startup_ = prepare(command_, problems);
  const config::Config& config = *startup_.config;
  if (auto opened = log::open(config.error_log.to, config.error_log.level); !opened) {
    problems.add({}, opened.error().message);
  }
  if (config.access_log.to != "off") {
    auto opened = observe::AccessLog::open(config.access_log.to);
    if (opened) access_log_ = std::move(*opened);
    if (!opened) problems.add({}, opened.error().message);
  }
  try {
    generation_ = load_generation(config, 1, startup_.workers, watchdog_);
  } catch (const LoadError& error) {
    problems.add(error);
  }
  problems.throw_if_any();
}

void Server::open_sockets() {
  const config::Config& config = *startup_.config;
  Problems problems;
  const bool or_any_port = !command_.files.empty() && !command_.port;
  listeners_ = open_listeners(config, startup_.workers, sockets_, or_any_port, problems);
  if (config.admin.address) {
    ListenSpec spec;
    spec.address = *config.admin.address;
    spec.mode = config.admin.mode;
    spec.group = config.admin.group;
    auto fds = sockets_.open(spec);
    if (fds && !fds->empty()) admin_socket_ = std::move(fds->front());
    if (!fds) problems.add({}, "admin: " + fds.error().message);
  }
  problems.throw_if_any();
}

void Server::start_workers() {
  notes_.emplace(must(DeathNotes::create(startup_.workers)));
  if (supervisor_ != nullptr) {
    if (auto sent = supervisor_->send(Message::Kind::notes, {}, {notes_->fd()}); !sent) {
      log::warning("{}", sent.error().message);
    }
  }
  for (std::size_t index = 0; index < startup_.workers; ++index) {
    Worker::Options options;
    options.index = index;
    options.config = startup_.config;
    options.tls = startup_.tls;
    options.bucket_key = startup_.bucket_key;
    options.access_log = access_log_.get();
    options.failures = &failures_;
    options.note = &notes_->slot(index);
    options.tick = std::min(milliseconds(200), heartbeat_interval() / 2);
    workers_.push_back(std::make_unique<Worker>(std::move(options), generation_.workers[index]));
  }
  last_ticks_.assign(workers_.size(), 0);
  // Only now that all of them have come up: nobody is served by a server that then gives up.
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    workers_[index]->listen(std::move(listeners_.workers[index]));
  }
  if (admin_socket_) {
    admin_ = std::make_unique<http::AdminServer>(std::move(admin_socket_), [this](const http::AdminRequest& request) {
      return answer_admin(request, [this] { return facts(); });
    });
  }
}

void Server::watch_events() {
  reloader_ = must(Reloader::create(loop_, startup_.config, workers_.size(), generation_.number, watchdog_,
                                    [this](Reloader::Outcome outcome) { on_reloaded(std::move(outcome)); }));
  signals_.push_back(must(uv::Signal::on(loop_, SIGHUP, [this] { reload(); })));
  signals_.push_back(must(uv::Signal::on(loop_, SIGTERM, [this] { stop("SIGTERM"); })));
  signals_.push_back(must(uv::Signal::on(loop_, SIGINT, [this] { stop("SIGINT"); })));
  second_.every(heartbeat_interval(), [this] { on_second(); });
  if (supervisor_ != nullptr) {
    line_.emplace(must(uv::Poll::readable(loop_, supervisor_->fd(), [this] { on_supervisor(); })));
  }
}

void Server::announce() {
  const config::Config& config = *startup_.config;
  std::string urls;
  for (const StatusFacts::Listener& listener : listeners_.addresses) {
    urls += (urls.empty() ? "" : ", ") + url_of(listener);
  }
  log::info("serving {} with {} workers, generation {}, digest {}: {} rules", urls, workers_.size(), generation_.number,
            generation_.digest.substr(0, 16), generation_.rules);
  if (config.jit) {
    log::warning("jit = true: rules are compiled, and the time limit of rules (rule_cpu_ms) is given up");
  }
  if (config.bucket_key.empty() && command_.files.empty()) {
    log::info("no bucket_key: bucket() and share are decided anew at each start, and differently on each machine");
  }
  if (!command_.files.empty() && !listeners_.addresses.empty()) {
    const int pid = supervisor_ != nullptr ? ::getppid() : ::getpid();
    fmt::print("{}", development_greeting(config, command_.files, url_of(listeners_.addresses.front()), pid));
    std::fflush(stdout);
  }
  if (supervisor_ == nullptr) return;
  const std::string timeout = std::to_string(config.limits.shutdown_timeout_ms);
  if (auto sent = supervisor_->send(Message::Kind::ready, timeout); !sent) log::error("{}", sent.error().message);
}

int Server::run() {
  loop_.run();
  log::info("stopped");
  return exit_fine;
}

void Server::reload() {
  if (state_ != State::serving) return;
  if (access_log_) {
    if (auto reopened = access_log_->reopen(); !reopened) log::error("{}", reopened.error().message);
  }
  reloader_->request();
}

void Server::on_reloaded(Reloader::Outcome outcome) {
  if (const auto* problems = std::get_if<std::vector<Problem>>(&outcome)) {
    for (const Problem& problem : *problems) log::error("{}", problem.text());
    log::error("generation {} goes on: the rules on disk have {} problem{}", generation_.number, problems->size(),
               problems->size() == 1 ? "" : "s");
    return;
  }
  auto& fresh = std::get<Generation>(outcome);
  {
    const std::lock_guard lock(mutex_);
    std::swap(generation_, fresh);
  }
  failures_.forget_rules();
  for (std::size_t index = 0; index < workers_.size(); ++index) workers_[index]->use_rules(generation_.workers[index]);
  for (auto& old : fresh.workers) retired_.push_back(std::move(old));
  log::info("generation {}, digest {}: {} rules", generation_.number, generation_.digest.substr(0, 16),
            generation_.rules);
}

void Server::on_second() {
  failures_.tick();
  std::erase_if(retired_, [](const auto& rules) { return rules.use_count() == 1; });
  const bool alive = every_worker_ticked();
  if (!line_ || !alive) return;
  // A supervisor that does not read has missed worse than this.
  if (auto sent = supervisor_->send(Message::Kind::heartbeat); !sent) log::debug("{}", sent.error().message);
}

bool Server::every_worker_ticked() {
  bool all = true;
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    const std::uint64_t ticks = workers_[index]->ticks();
    const bool ticked = ticks != std::exchange(last_ticks_[index], ticks);
    notes_->slot(index).stalled.store(ticked ? 0 : 1, std::memory_order_relaxed);
    all = all && ticked;
  }
  return all;
}

void Server::on_supervisor() {
  const auto received = supervisor_->receive();
  if (received && received->what != SocketChannel::Received::What::closed) return;
  line_.reset();
  if (state_ == State::serving) stop("the supervisor is gone");
}

void Server::stop(std::string_view why) {
  const SteadyTime now = clock_.steady();
  if (state_ == State::draining) {
    deadline_ = now;
    return;
  }
  if (state_ != State::serving) return;
  state_ = State::draining;
  const milliseconds patience(startup_.config->limits.shutdown_timeout_ms);
  log::info("{}: stopping; requests in flight have up to {} ms", why, patience.count());
  deadline_ = now + patience;
  for (const auto& worker : workers_) worker->drain();
  stop_timer_.every(milliseconds(20), [this] { check_stopped(); });
}

void Server::check_stopped() {
  if (std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->drained(); })) {
    loop_.stop();
    return;
  }
  const SteadyTime now = clock_.steady();
  if (now < deadline_) {
    for (const auto& worker : workers_) worker->ask_drained();
  } else if (state_ == State::draining) {
    state_ = State::cutting;
    deadline_ = now + cutting_patience;
    const StatusFacts left = facts();
    log::warning("cutting {} connections with {} requests that have not ended in time", left.connections,
                 left.requests);
    for (const auto& worker : workers_) worker->close_all();
  } else {
    end_at_once();
  }
}

/// Clients are gone by now. What is left must not be destroyed: it is in use, by a worker that may hang.
void Server::end_at_once() {
  bool answering = true;
  for (std::size_t index = 0; index < notes_->size(); ++index)
    answering = answering && notes_->slot(index).stalled == 0;
  if (answering) log::info("stopped; requests that wait for an upstream were given up");
  if (!answering) log::error("stopped, although a worker no longer answers: {}", DeathNotes::read(notes_->fd()));
  if (access_log_) access_log_->close();
  sockets_.close();
  std::_Exit(answering ? exit_fine : exit_our_fault);
}

StatusFacts Server::facts() const {
  StatusFacts facts;
  facts.version = OUTRIDER_VERSION;
  facts.pid = ::getpid();
  facts.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_);
  {
    const std::lock_guard lock(mutex_);
    facts.generation = generation_.number;
    facts.digest = generation_.digest;
    facts.rules = generation_.rules;
    facts.loaded_at = generation_.loaded_at;
  }
  facts.workers = workers_.size();
  for (const auto& worker : workers_) facts.add(worker->live(), worker->deliveries());
  facts.rule_failures = failures_.totals();
  facts.listeners = listeners_.addresses;
  return facts;
}

}  // namespace outrider::app
