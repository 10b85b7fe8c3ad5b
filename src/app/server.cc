// SPDX-License-Identifier: MIT
#include "app/server.h"

#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "app/command/exit_code.h"
#include "app/load/development.h"
#include "app/process/heartbeat.h"
#include "app/process/privileges.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::milliseconds;

/// What the machine refuses (descriptors, memory) is not the operator's input.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

Server::Server(const RunCommand& command, SocketSource& sockets, Parent& parent)
    : command_(command),
      sockets_(sockets),
      parent_(parent),
      loop_(must(uv::Loop::create())),
      state_files_(StateFiles(command.state_dir, command.config), command.files.empty()),
      facts_timer_(loop_),
      second_(loop_),
      stop_timer_(loop_),
      drain_timer_(loop_) {}

Server::~Server() {
  // The admin plane calls us, and what is being loaded would come back to us.
  admin_.reset();
  if (reloads_) reloads_->cancel();
  loader_.reset();
}

void Server::start() {
  raise_file_limit();
  read_everything();
  open_sockets();
  start_workers();
  start_admin(first_token_);
  watch_events();
  announce();
}

void Server::read_everything() {
  const Memo memo = Memo::parse(parent_.kept());
  state_files_.prepare();
  FirstLoad first = first_load(command_, memo, state_files_.files(), keys_, watchdog_);
  Problems problems;
  const config::Config& config = *first.loaded.config;
  first_serving_.config = first.loaded.config;
  first_serving_.tls = first.loaded.tls;
  first_token_ = first.loaded.admin_token;
  first_tried_digest_ = first.origin.cause == "restart" ? memo.tried_digest : first.loaded.digest;
  if (auto opened = log::open(config.error_log.to, config.error_log.level); !opened) {
    problems.add({}, opened.error().message);
  }
  if (config.access_log.to != "off") {
    auto opened = observe::AccessLog::open(config.access_log.to);
    if (opened) first_serving_.access_log = std::move(*opened);
    if (!opened) problems.add({}, opened.error().message);
  }
  problems.throw_if_any();
  log_wrong_dates(first_serving_.tls);

  notes_.emplace(must(DeathNotes::create(first.loaded.workers.size())));
  generations_.emplace(std::max(memo.last_generation, first.number));
  generations_->make_live(make_generation(std::move(first.loaded), first.number, first.origin, *notes_),
                          Generation::State::draining, {});
  last_success_ = clock_.wall();
  off_ = memo.off;
  draining_ = memo.draining;
  healthy_ = !draining_;
}

void Server::open_sockets() {
  const config::Config& config = *first_serving_.config;
  Problems problems;
  const bool or_any_port = !command_.files.empty() && !command_.port;
  listeners_ = open_listeners(config, generations_->live()->workers.size(), sockets_, or_any_port, problems);
  for (const Address& address : config.admin.addresses) {
    ListenSpec spec;
    spec.address = address;
    spec.mode = config.admin.mode;
    spec.group = config.admin.group;
    if (address.is_unix()) spec.owner = socket_owner(config);
    auto fds = sockets_.open(spec);
    if (fds && !fds->empty()) admin_sockets_.push_back(std::move(fds->front()));
    if (!fds) problems.add({}, "admin: " + fds.error().message);
  }
  problems.throw_if_any();
}

void Server::start_workers() {
  parent_.notes(notes_->fd());
  chores_ = must(Background::create(loop_, "outrider/chores"));
  loader_ = must(Background::create(loop_, "outrider/load"));
  disk_ = must(Background::create(loop_, "outrider/disk"));
  workers_ = must(WorkerGroup::create(loop_));
  survey_.emplace(loop_, *workers_);
  Workplace::Shared shared;
  shared.failures = &failures_;
  shared.healthy = &healthy_;
  const milliseconds tick = std::min(milliseconds(200), heartbeat_interval() / 2);
  workers_->start(shared, *notes_, first_serving_, generations_->live()->workers, tick);
  use_switches();
  // Only now that all of them have come up: nobody is served by a server that then gives up.
  for (std::size_t index = 0; index < workers_->size(); ++index) {
    auto sockets = std::make_shared<std::vector<http::ListeningSocket>>(std::move(listeners_.workers[index]));
    (*workers_)[index].post([sockets](Workplace& workplace) { workplace.listen(std::move(*sockets)); });
  }
  const Reloads::Parts parts{command_,      keys_,      watchdog_, sockets_, *workers_,
                             *generations_, listeners_, *loader_,  *chores_, *notes_};
  reloads_ = std::make_unique<Reloads>(parts, std::move(first_serving_), first_token_, first_tried_digest_, *this);
  auto_rollback_.emplace(clock_);
  begin_trial();
  watch_rules();
}

void Server::start_admin(const std::string& token) {
  if (admin_sockets_.empty()) return;
  admin_line_ = std::make_unique<uv::Async>(must(uv::Async::create(loop_)));
  admin_ = std::make_unique<http::AdminServer>(
      std::move(admin_sockets_), token, [this](http::AdminRequest request, http::AdminReply reply) {
        admin_line_->post(
            [this, request = std::move(request), reply = std::move(reply)] { answer_admin(request, reply, *this); });
      });
  const config::Admin& admin = reloads_->serving().config->admin;
  const auto local = std::find_if(admin.addresses.begin(), admin.addresses.end(),
                                  [](const Address& address) { return address.is_unix(); });
  state_files_.keep_admin({local != admin.addresses.end() ? *local : admin.addresses.front(), admin.token_file});
}

void Server::watch_events() {
  signals_.push_back(must(uv::Signal::on(loop_, SIGHUP, [this] {
    reopen_logs();
    ReloadWish wish;
    wish.origin.cause = "SIGHUP";
    ask(std::move(wish));
  })));
  signals_.push_back(must(uv::Signal::on(loop_, SIGUSR1, [this] { reopen_logs(); })));
  signals_.push_back(must(uv::Signal::on(loop_, SIGTERM, [this] { stop("SIGTERM"); })));
  signals_.push_back(must(uv::Signal::on(loop_, SIGINT, [this] { stop("SIGINT"); })));
  second_.every(heartbeat_interval(), [this] { on_second(); });
  if (parent_.fd() >= 0) line_.emplace(must(uv::Poll::readable(loop_, parent_.fd(), [this] { on_parent(); })));

  watches_.emplace(
      loop_, [this] { reload_what_changed(); },
      [this] {
        ReloadWish wish;
        wish.kind = ReloadWish::Kind::certificates;
        wish.origin.cause = "certificates";
        ask(std::move(wish));
        // A certificate may have been all that was missing.
        const bool failed = last_reload_ && !last_reload_->fine;
        if (failed && generations_->live()->config->watch) ask({.origin = {"watch", ""}});
      });
  watches_->update(*generations_->live(), *reloads_->last_tried(), *reloads_->last_tried_config());
  look_again();
}

void Server::reload_what_changed() {
  ReloadWish wish;
  wish.origin.cause = "watch";
  wish.only_news = true;
  ask(std::move(wish));
}

/// What changed after it was read and before it was watched, nobody tells.
void Server::look_again() {
  if (!generations_->live()->config->watch) return;
  chores_->run([this, sources = reloads_->last_tried()]() -> Background::Then {
    if (!sources->differs_from_disk()) return {};
    return [this] { reload_what_changed(); };
  });
}

void Server::announce() {
  const config::Config& config = *reloads_->serving().config;
  const Generation& live = *generations_->live();
  std::string urls;
  for (const StatusFacts::Listener& listener : listeners_.addresses) {
    urls += (urls.empty() ? "" : ", ") + url_of(listener);
  }
  log::info("serving {} with {} workers, generation {}, digest {}: {} rules", urls, workers_->size(), live.number,
            live.digest.substr(0, 16), live.rules);
  if (config.jit) {
    log::warning("jit = true: rules are compiled, and the time limit of rules (rule_cpu_ms) is given up");
  }
  if (!config.user.empty() && !is_user(config.user)) {
    log::warning("user = \"{}\" is not followed: only a server that root starts can change users", config.user);
  }
  if (command_.files.empty()) {
    if (config.bucket_key.empty()) {
      log::info("no bucket_key: bucket() and share are decided anew at each start, and differently on each machine");
    }
    const bool tls = std::any_of(config.listen.begin(), config.listen.end(),
                                 [](const config::Listen& listen) { return !listen.tls.empty(); });
    if (tls && config.ticket_keys.empty()) {
      log::info("no ticket_keys: TLS sessions cannot be resumed after a restart, nor on another machine");
    }
    const bool cookies = std::any_of(config.sites.begin(), config.sites.end(),
                                     [](const config::Site& site) { return site.client_cookie.has_value(); });
    if (cookies && config.cookie_keys.empty()) {
      log::info("no cookie_keys: client cookies are forgotten at a restart and not shared with other machines");
    }
  }
  for (const OffSwitches::Entry& entry : off_.entries()) log::warning("still off: {}", describe(entry.what));
  if (!command_.files.empty() && !listeners_.addresses.empty()) {
    fmt::print("{}", development_greeting(config, command_.files, url_of(listeners_.addresses.front()), parent_.pid()));
    std::fflush(stdout);
  }
  state_files_.runs(live.sources, *chores_);
  keep_memo();
  parent_.ready(shutdown_timeout(), status_line());
}

int Server::run() {
  loop_.run();
  log::info("stopped");
  return exit_fine;
}

void Server::reload_begins() {
  parent_.reloading();
}

void Server::reload_ended(const ReloadWish& wish, const ReloadOutcome& outcome) {
  if (wish.dry_run) return;
  if (admin_) admin_->use_token(reloads_->admin_token());
  if (outcome.tried) settle_reload(wish, outcome);
  if (watches_) {
    watches_->update(*generations_->live(), *reloads_->last_tried(), *reloads_->last_tried_config());
    if (outcome.changed && wish.kind == ReloadWish::Kind::reload) look_again();
  }
  parent_.reloaded(shutdown_timeout(), status_line());
}

/// Notes what became of something that was tried, and says so.
void Server::settle_reload(const ReloadWish& wish, const ReloadOutcome& outcome) {
  std::vector<std::string> problems;
  for (const Problem& problem : outcome.problems) problems.push_back(problem.text());
  // A new certificate does not mend a rule, nor the other way round.
  if (wish.kind == ReloadWish::Kind::certificates || outcome.fine) {
    certificate_problems_ = wish.kind == ReloadWish::Kind::certificates ? problems : std::vector<std::string>();
  }
  if (wish.kind == ReloadWish::Kind::certificates) return;
  if (wish.kind == ReloadWish::Kind::reload) {
    last_reload_ = {outcome.fine, clock_.wall(), wish.origin, std::move(problems)};
  }
  if (outcome.fine) {
    last_success_ = clock_.wall();
    needs_restart_ = outcome.needs_restart;
    for (const std::string& sentence : needs_restart_) log::warning("{}", sentence);
    watch_rules();
  }
  const Generation& live = *generations_->live();
  if (outcome.changed) {
    failures_.forget_rules();
    log::info("generation {}, digest {}: {} rules", live.number, live.digest.substr(0, 16), live.rules);
    if (wish.kind == ReloadWish::Kind::rollback) {
      log::warning(
          "{}: generation {} is back; the disk differs and is not loaded again until it changes or someone asks",
          wish.why, live.number);
      auto_rollback_->trust();
    } else {
      begin_trial();
    }
    generations_->keep(live.config->reload.keep_generations);
    state_files_.runs(live.sources, *chores_);
  } else if (outcome.fine) {
    log::info("{}: nothing has changed; generation {} goes on", wish.origin.cause, live.number);
  }
  keep_memo();
}

void Server::on_second() {
  failures_.tick();
  if (auto unused = generations_->take_unused(); !unused.empty()) {
    chores_->run([unused = std::move(unused)]() mutable -> Background::Then {
      unused.clear();
      // What a Lua state leaves behind is in many pieces, which the allocator would keep for ever.
      ::malloc_trim(0);
      return {};
    });
    generations_->keep(generations_->live()->config->reload.keep_generations);
  }
  for (const OffSwitches::Entry& entry : off_.expire(clock_.wall())) {
    log::info("on again, because its time is over: {}", describe(entry.what));
    use_switches();
    keep_memo();
  }
  renew_certificates();
  judge();
  if (workers_->every_one_ticked(*notes_)) parent_.heartbeat();
}

/// Those that the server makes for itself end while it runs.
void Server::renew_certificates() {
  if (clock_.steady() < renew_at_) return;
  renew_at_ = clock_.steady() + renewal_interval;
  if (!makes_certificates(*reloads_->serving().config)) return;
  ReloadWish wish;
  wish.kind = ReloadWish::Kind::certificates;
  wish.origin.cause = "renewal";
  ask(std::move(wish));
}

void Server::on_parent() {
  while (true) {
    switch (parent_.next_event()) {
      case Parent::Event::none:
        return;
      case Parent::Event::gone:
        line_.reset();
        if (state_ == State::serving || retired_) stop("the supervisor is gone");
        return;
      case Parent::Event::retire:
        retire();
        break;
    }
  }
}

Memo Server::memo() const {
  Memo memo;
  memo.generation = generations_->live()->number;
  memo.last_generation = generations_->last_number();
  memo.digest = generations_->live()->digest;
  memo.off = off_;
  memo.draining = draining_;
  memo.tried_digest = reloads_->last_tried_digest();
  return memo;
}

void Server::keep_memo() {
  parent_.keep(memo().text());
  parent_.status(status_line());
}

void Server::reopen_logs() {
  if (const auto& access_log = reloads_->serving().access_log) {
    if (auto reopened = access_log->reopen(); !reopened) log::error("{}", reopened.error().message);
  }
  if (auto reopened = log::reopen(); !reopened) log::error("{}", reopened.error().message);
}

std::string Server::status_line() const {
  const Generation& live = *generations_->live();
  std::string line = fmt::format("generation {}, {} rules", live.number, live.rules);
  if (last_reload_ && !last_reload_->fine) line += "; the last reload failed";
  if (!certificate_problems_.empty()) line += "; certificates cannot be read";
  if (!off_.entries().empty() || !failing_rules_.entries().empty()) line += "; hints are switched off in part or whole";
  if (draining_) line += "; draining";
  return line;
}

milliseconds Server::shutdown_timeout() const {
  const config::Limits& limits = reloads_->serving().config->limits;
  return milliseconds(limits.shutdown_timeout_ms) + milliseconds(limits.drain_delay_ms);
}

}  // namespace outrider::app
