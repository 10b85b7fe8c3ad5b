// SPDX-License-Identifier: MIT
#include "app/reload/reloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "app/reload/difference.h"
#include "app/reload/load_attempt.h"
#include "app/reload/serving_change.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using Kind = ReloadWish::Kind;

bool can_share(const ReloadWish& a, const ReloadWish& b) {
  return a.kind == b.kind && a.kind != Kind::rollback && !a.dry_run && !b.dry_run && a.skip_tests == b.skip_tests &&
         a.only_news == b.only_news;
}

/// Contexts whose contents did not change stay the ones that they were.
bool keep_same(const std::vector<std::shared_ptr<const tls::ServerContext>>& running,
               std::vector<std::shared_ptr<const tls::ServerContext>>& fresh) {
  for (auto& context : fresh) {
    const auto same = std::find_if(running.begin(), running.end(), [&](const auto& one) {
      return one && context && one->fingerprint() == context->fingerprint();
    });
    if (same != running.end()) context = *same;
  }
  return running == fresh;
}

/// The files of keys are no part of the digest.
bool same_keys(const push::WorkerRules& a, const push::WorkerRules& b) {
  return a.bucket_key == b.bucket_key && a.cookie_keys == b.cookie_keys;
}

bool listens_on(const config::Config& config, const Address& address) {
  return std::any_of(config.listen.begin(), config.listen.end(),
                     [&](const config::Listen& listen) { return listen.address == address; });
}

}  // namespace

Reloads::Reloads(const Parts& parts, Serving serving, std::string admin_token, std::string tried_digest,
                 Watcher& watcher)
    : parts_(parts),
      serving_(std::move(serving)),
      in_effect_(serving_.config),
      watcher_(watcher),
      last_tried_(parts.generations.live()->sources),
      last_tried_digest_(std::move(tried_digest)),
      last_tried_config_(serving_.config),
      admin_token_(std::move(admin_token)) {}

void Reloads::ask(ReloadWish wish) {
  if (stopped_) {
    ReloadOutcome outcome = running();
    outcome.problems = {{{}, "the server is stopping; nothing is loaded any more"}};
    if (wish.done) wish.done(outcome);
    return;
  }
  for (ReloadWish& other : waiting_) {
    if (!can_share(other, wish)) continue;
    if (!wish.done) return;
    other.done = [first = std::move(other.done), second = std::move(wish.done)](const ReloadOutcome& outcome) {
      if (first) first(outcome);
      second(outcome);
    };
    return;
  }
  if (wish.kind == Kind::rollback && wish.target == 0) {
    // What "the one before" is does not depend on what happens to be loading.
    if (const Generation* before = parts_.generations.before_live()) wish.target = before->number;
    if (wish.leaves == 0) wish.leaves = parts_.generations.live()->number;
  }
  waiting_.push_back(std::move(wish));
  next();
}

void Reloads::stop() {
  stopped_ = true;
  cancel();
  for (ReloadWish& wish : std::exchange(waiting_, {})) ask(std::move(wish));
}

void Reloads::next() {
  if (current_ || waiting_.empty()) return;
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  if (!current_->dry_run) watcher_.reload_begins();
  load_current();
}

void Reloads::load_current() {
  auto attempt = std::make_shared<LoadAttempt>();
  attempt->wish = *current_;
  attempt->running = serving_.config;
  attempt->options.workers = parts_.workers.size();
  attempt->options.cancel = cancelled_;
  attempt->options.self_signed = SelfSigned::made;
  attempt->options.run_tests = !current_->skip_tests && current_->kind == Kind::reload;
  if (current_->kind == Kind::rollback) {
    const Generation* target = parts_.generations.find(current_->target);
    if (const std::string why = why_not_back(target); !why.empty()) {
      log::warning("{}: {}", current_->origin.cause, why);
      ReloadOutcome outcome = running();
      outcome.problems = {{{}, why}};
      return end(std::move(outcome));
    }
    attempt->number = target->number;
    attempt->replay = target->sources;
    // A file that is missing by now must not stand in the way back.
    attempt->options.config = target->config;
    attempt->options.sources = target->sources;
    attempt->options.forgives_keys = true;
    attempt->options.running_bucket_key = parts_.generations.live()->workers.front()->bucket_key;
    attempt->options.running_cookie_keys = parts_.generations.live()->workers.front()->cookie_keys;
    attempt->options.running_token = admin_token_;
    attempt->options.running_config = serving_.config;
    attempt->options.running_tls = serving_.tls;
  }
  if (current_->skip_tests) {
    log::warning("{}: the tests beside the rules are skipped{}{}", current_->origin.cause,
                 current_->origin.who.empty() ? "" : ", asked by ", current_->origin.who);
  }
  parts_.loader.run([this, attempt, parts = parts_]() -> Background::Then {
    attempt->load(parts.command, parts.keys, parts.watchdog);
    if (attempt->wish.kind == Kind::certificates) return [this, attempt] { finish_certificates(attempt); };
    return [this, attempt] { finish_load(attempt); };
  });
}

/// Why the current wish, a rollback to `target`, cannot be granted; empty if it can.
std::string Reloads::why_not_back(const Generation* target) const {
  const std::uint64_t live = parts_.generations.live()->number;
  if (current_->leaves != 0 && current_->leaves != live) {
    return fmt::format("generation {}, which was to be left, is not live any more; {} is", current_->leaves, live);
  }
  if (current_->target == 0) return "there is no earlier generation to go back to";
  if (target != nullptr && target->number != live) return {};
  return fmt::format("generation {} cannot be taken back: it {}; \"outrider status\" lists those that can",
                     current_->target, target == nullptr ? "is not kept, or never was live" : "is the live one");
}

ReloadOutcome Reloads::running() const {
  const Generation& live = *parts_.generations.live();
  ReloadOutcome outcome;
  outcome.generation = live.number;
  outcome.digest = live.digest;
  outcome.rules = live.rules;
  return outcome;
}

void Reloads::end(ReloadOutcome outcome) {
  ReloadWish wish = std::move(*current_);
  current_.reset();
  watcher_.reload_ended(wish, outcome);
  if (wish.done) wish.done(outcome);
  next();
}

void Reloads::refuse(std::vector<Problem> problems, const std::string& digest) {
  for (const Problem& problem : problems) log::error("{}", problem.text());
  const std::uint64_t running_number = parts_.generations.live()->number;
  log::error("{}: generation {} goes on: there {} {} problem{}", current_->origin.cause, running_number,
             problems.size() == 1 ? "is" : "are", problems.size(), problems.size() == 1 ? "" : "s");
  if (current_->kind == Kind::reload && !current_->dry_run) {
    parts_.generations.add_failed(parts_.generations.next_number(), current_->origin, digest,
                                  problems.empty() ? std::string() : problems.front().text());
  }
  ReloadOutcome outcome = running();
  outcome.tried = true;
  outcome.problems = std::move(problems);
  end(std::move(outcome));
}

void Reloads::finish_load(const std::shared_ptr<LoadAttempt>& attempt) {
  const bool news = attempt->digest != last_tried_digest_;
  if (!attempt->replay && !attempt->wish.dry_run) {
    last_tried_ = attempt->tried;
    last_tried_digest_ = attempt->digest;
    if (attempt->config_read) last_tried_config_ = attempt->config_read;
  }
  if (stopped_) return refuse({{{}, "the server is stopping; nothing is loaded any more"}}, attempt->digest);
  // What was refused or left is not tried over and over; the running one is compared below, certificates and all.
  const bool is_running = attempt->digest == parts_.generations.live()->digest;
  if (attempt->wish.only_news && !news && !is_running) return end_quietly(attempt);
  // Whoever writes without a pause is watched: there will be another change.
  if (attempt->wish.only_news && attempt->restless) return end_quietly(attempt);
  if (!attempt->loaded) return refuse(attempt->problems, attempt->digest);

  const Generation& live = *parts_.generations.live();
  attempt->needs_restart = needs_restart(*in_effect_, *attempt->loaded->config, parts_.workers.size());
  if (attempt->wish.dry_run) {
    ReloadOutcome outcome = running();
    outcome.fine = true;
    outcome.digest = attempt->digest;
    outcome.rules = attempt->loaded->rules;
    outcome.needs_restart = attempt->needs_restart;
    outcome.difference = difference({*live.config, *live.workers.front(), *live.sources},
                                    {*attempt->loaded->config, *attempt->loaded->workers.front(), *attempt->tried});
    free_loaded(attempt);
    return end(std::move(outcome));
  }
  admin_token_ = attempt->loaded->admin_token;
  if (!prepare(*attempt)) return free_loaded(attempt);
  const bool same_settings =
      *live.config == *attempt->loaded->config && same_keys(*live.workers.front(), *attempt->loaded->workers.front());
  if (is_running && same_settings && !attempt->new_tls && !attempt->new_frontend) {
    ReloadOutcome outcome = running();
    outcome.fine = outcome.tried = true;
    outcome.needs_restart = attempt->needs_restart;
    free_loaded(attempt);
    return end(std::move(outcome));
  }
  swap(attempt);
}

/// Nobody waits for Lua states to be freed.
void Reloads::free_loaded(const std::shared_ptr<LoadAttempt>& attempt) {
  parts_.chores.run([attempt]() -> Background::Then {
    attempt->loaded.reset();
    return {};
  });
}

void Reloads::end_quietly(const std::shared_ptr<LoadAttempt>& attempt) {
  free_loaded(attempt);
  end(running());
}

/// Asks for what a swap needs and can still be refused. False where it was.
bool Reloads::prepare(LoadAttempt& attempt) {
  const config::Config& config = *attempt.loaded->config;
  Problems problems;
  attempt.serving.config = attempt.loaded->config;
  attempt.serving.tls = std::move(attempt.loaded->tls);
  attempt.new_frontend = half_swapped_ || !same_serving(*serving_.config, config);
  attempt.new_tls = !keep_same(serving_.tls, attempt.serving.tls);
  attempt.new_log = config.access_log.to != serving_.config->access_log.to;
  attempt.serving.access_log = serving_.access_log;
  if (attempt.new_log && config.access_log.to == "off") attempt.serving.access_log = nullptr;
  if (attempt.new_log && config.access_log.to != "off") {
    auto opened = observe::AccessLog::open(config.access_log.to);
    if (opened) attempt.serving.access_log = std::move(*opened);
    if (!opened) problems.add({}, opened.error().message);
  }
  if (attempt.new_frontend) {
    if (auto possible = http::Frontend::can_be_made(parts_.workers.size()); !possible) {
      problems.add({}, possible.error().message);
    }
  }
  std::vector<bool> wanted(config.listen.size(), true);
  attempt.listen_of = match_listeners(*serving_.config, config);
  for (const auto& index : attempt.listen_of) {
    if (index) wanted[*index] = false;
  }
  attempt.listeners = open_listeners(config, parts_.workers.size(), parts_.sockets, false, problems, wanted);
  if (problems.none() && !(config.error_log == serving_.config->error_log)) {
    if (auto opened = log::open(config.error_log.to, config.error_log.level); !opened) {
      problems.add({}, opened.error().message);
    }
  }
  if (problems.none()) return true;
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    if (wanted[index]) parts_.sockets.forget(listen_spec(config, index, parts_.workers.size(), false));
  }
  refuse(problems.list(), attempt.digest);
  return false;
}

void Reloads::swap(const std::shared_ptr<LoadAttempt>& attempt) {
  const std::uint64_t number = attempt->number != 0 ? attempt->number : parts_.generations.next_number();
  auto fresh = std::make_shared<Generation>(
      make_generation(std::move(*attempt->loaded), number, attempt->wish.origin, parts_.notes));
  auto sockets =
      std::make_shared<std::vector<std::vector<http::ListeningSocket>>>(std::move(attempt->listeners.workers));
  const auto format = log_format(*attempt->serving.config);
  parts_.workers.on_each(
      [attempt, fresh, sockets, format](Workplace& workplace, std::size_t index) {
        workplace.use_log(attempt->serving.access_log, format);
        if (attempt->new_frontend) {
          if (workplace.use_config(attempt->serving, fresh->workers[index], attempt->listen_of)) {
            workplace.listen(std::move((*sockets)[index]));
          } else {
            ++attempt->behind;
          }
          return;
        }
        if (attempt->new_tls) workplace.use_tls(attempt->serving.tls);
        workplace.use_settings(attempt->serving.config);
        workplace.use_rules(fresh->workers[index]);
      },
      [this, attempt, fresh] {
        const bool back = attempt->wish.kind == Kind::rollback;
        parts_.generations.make_live(
            std::move(*fresh), back ? Generation::State::rolled_back : Generation::State::draining, attempt->wish.why);
        commit(attempt);
      });
}

/// Every worker has swapped.
void Reloads::commit(const std::shared_ptr<LoadAttempt>& attempt) {
  Serving before = std::exchange(serving_, attempt->serving);
  in_effect_ = std::make_shared<const config::Config>(in_effect(*in_effect_, *serving_.config));
  std::vector<StatusFacts::Listener> addresses = attempt->listeners.addresses;
  for (std::size_t old = 0; old < attempt->listen_of.size(); ++old) {
    if (const auto index = attempt->listen_of[old]) {
      addresses[*index] = parts_.listeners.addresses[old];
      addresses[*index].tls = !serving_.config->listen[*index].tls.empty();
    } else if (!listens_on(*serving_.config, before.config->listen[old].address)) {
      parts_.sockets.forget(listen_spec(*before.config, old, parts_.workers.size(), false));
    }
  }
  parts_.listeners.addresses = std::move(addresses);
  // Closing a log may wait for its reader.
  if (attempt->new_log) parts_.chores.run([log = std::move(before.access_log)]() -> Background::Then { return {}; });

  ReloadOutcome outcome = running();
  outcome.changed = outcome.tried = true;
  half_swapped_ = attempt->behind > 0;
  outcome.fine = !half_swapped_;
  if (half_swapped_) {
    outcome.problems = {{{},
                         fmt::format("{} of {} workers had no descriptors left for the new configuration and go on "
                                     "with the one before; raise the limit (ulimit -n) and reload again",
                                     attempt->behind.load(), parts_.workers.size())}};
    log::error("{}", outcome.problems.front().text());
  }
  outcome.needs_restart = attempt->needs_restart;
  end(std::move(outcome));
}

void Reloads::finish_certificates(const std::shared_ptr<LoadAttempt>& attempt) {
  if (!attempt->problems.empty()) {
    for (const Problem& problem : attempt->problems) log::error("{}", problem.text());
    log::error("the certificates that were loaded before go on");
    ReloadOutcome outcome = running();
    outcome.tried = true;
    outcome.problems = std::move(attempt->problems);
    return end(std::move(outcome));
  }
  ReloadOutcome outcome = running();
  outcome.fine = outcome.tried = true;
  if (keep_same(serving_.tls, attempt->tls)) return end(std::move(outcome));
  parts_.workers.on_each([tls = attempt->tls](Workplace& workplace, std::size_t) { workplace.use_tls(tls); },
                         [this, attempt, outcome] {
                           serving_.tls = attempt->tls;
                           log::info("certificates were read anew");
                           end(outcome);
                         });
}

}  // namespace outrider::app
