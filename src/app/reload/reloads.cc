// SPDX-License-Identifier: MIT
#include "app/reload/reloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "app/reload/difference.h"
#include "app/reload/serving_change.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using Kind = ReloadWish::Kind;

/// A file that was written to so shortly ago may be written to again: half of it can be good Lua and wrong.
constexpr std::chrono::milliseconds writer_pause{50};
/// How often a deploy that writes while we read may begin anew.
constexpr int loads_at_most = 20;

/// Until every file that was read has been left alone for writer_pause.
void wait_for_writers(const script::Snapshot& sources) {
  std::chrono::nanoseconds youngest{0};
  for (const auto& [file, answer] : sources.answers().files) {
    youngest = std::max(youngest, std::chrono::nanoseconds(answer.signature.modified_ns));
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  // What is dated in the future tells nothing.
  if (youngest <= now) std::this_thread::sleep_for(youngest + writer_pause - now);
}

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

}  // namespace

/// What the loader's thread works on.
struct Reloads::Attempt {
  ReloadWish wish;
  LoadOptions options;
  std::uint64_t number = 0;                        // of a rollback's target
  std::shared_ptr<const script::Snapshot> replay;  // of a rollback
  std::shared_ptr<const config::Config> running;
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;  // of certificates alone

  // The result.
  std::optional<Loaded> loaded;
  std::vector<Problem> problems;
  std::shared_ptr<const script::Snapshot> tried;
  std::string digest;  // of `tried`

  // What a swap needs.
  OpenListeners listeners;
  std::vector<std::optional<std::size_t>> listen_of;
  bool new_frontend = false, new_tls = false, new_log = false;
  Serving serving;
  std::vector<std::string> needs_restart;

  void load(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog);
  void load_once(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog);
};

void Reloads::Attempt::load_once(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog) {
  std::optional<script::SourceLog> sources;
  replay ? sources.emplace(replay) : sources.emplace();
  loaded.reset();
  problems.clear();
  try {
    loaded = app::load(command, *sources, options, keys, watchdog);
  } catch (const LoadError& error) {
    problems = error.problems();
  } catch (const std::exception& error) {
    problems = {{{}, fmt::format("cannot load: {}", error.what())}};
  }
  tried = loaded ? loaded->sources : sources->snapshot();
  digest = tried->digest();
}

void Reloads::Attempt::load(const RunCommand& command, const ProcessKeys& keys, script::Watchdog& watchdog) {
  if (wish.kind == Kind::certificates) {
    Problems found;
    tls = load_tls(*running, keys, found);
    problems = found.list();
    return;
  }
  load_once(command, keys, watchdog);
  if (replay) return;
  for (int left = loads_at_most; wait_for_writers(*tried), tried->differs_from_disk();
       load_once(command, keys, watchdog)) {
    if (--left > 0) continue;
    loaded.reset();
    problems = {{{}, "the files changed again and again while they were read; reload when they have come to rest"}};
    return;
  }
}

Reloads::Reloads(const Parts& parts, Serving serving, Watcher& watcher)
    : parts_(parts),
      serving_(std::move(serving)),
      in_effect_(serving_.config),
      watcher_(watcher),
      last_tried_(parts.generations.live()->sources),
      last_tried_digest_(parts.generations.live()->digest) {}

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
  waiting_.push_back(std::move(wish));
  next();
}

void Reloads::stop() {
  stopped_ = true;
  for (ReloadWish& wish : std::exchange(waiting_, {})) ask(std::move(wish));
}

void Reloads::next() {
  if (current_ || waiting_.empty()) return;
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  watcher_.reload_begins();
  load_current();
}

void Reloads::load_current() {
  auto attempt = std::make_shared<Attempt>();
  attempt->wish = *current_;
  attempt->running = serving_.config;
  attempt->options.workers = parts_.workers.size();
  attempt->options.run_tests = !current_->skip_tests && current_->kind == Kind::reload;
  if (current_->kind == Kind::rollback) {
    const Generation* target =
        current_->target != 0 ? parts_.generations.find(current_->target) : parts_.generations.before_live();
    if (target == nullptr || target == parts_.generations.live()) {
      std::string why = "there is no earlier generation to go back to";
      if (current_->target != 0) {
        why = fmt::format("generation {} cannot be taken back: it {}; \"outrider status\" lists those that can",
                          current_->target, target == nullptr ? "is not kept, or never was live" : "is the live one");
      }
      ReloadOutcome outcome = running();
      outcome.problems = {{{}, std::move(why)}};
      return end(std::move(outcome));
    }
    attempt->number = target->number;
    attempt->replay = target->sources;
    // A file that is missing by now must not stand in the way back.
    attempt->options.config = target->config;
    attempt->options.sources = target->sources;
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
  outcome.problems = std::move(problems);
  end(std::move(outcome));
}

void Reloads::finish_load(const std::shared_ptr<Attempt>& attempt) {
  const bool news = attempt->digest != last_tried_digest_;
  if (!attempt->replay && !attempt->wish.dry_run) {
    last_tried_ = attempt->tried;
    last_tried_digest_ = attempt->digest;
  }
  if (stopped_) return refuse({{{}, "the server is stopping; nothing is loaded any more"}}, attempt->digest);
  // What was refused or left is not tried over and over; the running one is compared below, certificates and all.
  const bool is_running = attempt->digest == parts_.generations.live()->digest;
  if (attempt->wish.only_news && !news && !is_running) return end(running());
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
    parts_.chores.run([attempt]() mutable -> Background::Then {
      attempt->loaded.reset();
      return {};
    });
    return end(std::move(outcome));
  }
  if (!prepare(*attempt)) return;
  const bool same_settings = *live.config == *attempt->loaded->config &&
                             live.workers.front()->bucket_key == attempt->loaded->workers.front()->bucket_key;
  if (is_running && same_settings && !attempt->new_tls && !attempt->new_frontend) {
    ReloadOutcome outcome = running();
    outcome.fine = true;
    outcome.needs_restart = attempt->needs_restart;
    return end(std::move(outcome));
  }
  swap(attempt);
}

/// Asks for what a swap needs and can still be refused. False where it was.
bool Reloads::prepare(Attempt& attempt) {
  const config::Config& config = *attempt.loaded->config;
  Problems problems;
  attempt.serving.config = attempt.loaded->config;
  attempt.serving.tls = std::move(attempt.loaded->tls);
  attempt.new_frontend = !same_serving(*serving_.config, config);
  attempt.new_tls = !keep_same(serving_.tls, attempt.serving.tls);
  attempt.new_log = config.access_log.to != serving_.config->access_log.to;
  attempt.serving.access_log = serving_.access_log;
  if (attempt.new_log && config.access_log.to == "off") attempt.serving.access_log = nullptr;
  if (attempt.new_log && config.access_log.to != "off") {
    auto opened = observe::AccessLog::open(config.access_log.to);
    if (opened) attempt.serving.access_log = std::move(*opened);
    if (!opened) problems.add({}, opened.error().message);
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

void Reloads::swap(const std::shared_ptr<Attempt>& attempt) {
  const std::uint64_t number = attempt->number != 0 ? attempt->number : parts_.generations.next_number();
  auto fresh = std::make_shared<Generation>(
      make_generation(std::move(*attempt->loaded), number, attempt->wish.origin, parts_.notes));
  auto sockets =
      std::make_shared<std::vector<std::vector<http::ListeningSocket>>>(std::move(attempt->listeners.workers));
  const auto format = log_format(*attempt->serving.config);
  parts_.workers.on_each(
      [attempt, fresh, sockets, format](Workplace& workplace, std::size_t index) {
        if (attempt->new_frontend) {
          workplace.use_config(attempt->serving, fresh->workers[index], attempt->listen_of);
          workplace.listen(std::move((*sockets)[index]));
          return;
        }
        if (attempt->new_tls) workplace.use_tls(attempt->serving.tls);
        workplace.use_log(attempt->serving.access_log, format);
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
void Reloads::commit(const std::shared_ptr<Attempt>& attempt) {
  const Serving before = std::exchange(serving_, attempt->serving);
  in_effect_ = std::make_shared<const config::Config>(in_effect(*in_effect_, *serving_.config));
  std::vector<StatusFacts::Listener> addresses = attempt->listeners.addresses;
  for (std::size_t old = 0; old < attempt->listen_of.size(); ++old) {
    if (const auto index = attempt->listen_of[old]) {
      addresses[*index] = parts_.listeners.addresses[old];
      addresses[*index].tls = !serving_.config->listen[*index].tls.empty();
    } else {
      parts_.sockets.forget(listen_spec(*before.config, old, parts_.workers.size(), false));
    }
  }
  parts_.listeners.addresses = std::move(addresses);
  // Closing a log may wait for its reader.
  if (attempt->new_log) parts_.chores.run([log = before.access_log]() -> Background::Then { return {}; });

  ReloadOutcome outcome = running();
  outcome.fine = outcome.changed = true;
  outcome.needs_restart = attempt->needs_restart;
  end(std::move(outcome));
}

void Reloads::finish_certificates(const std::shared_ptr<Attempt>& attempt) {
  if (!attempt->problems.empty()) {
    for (const Problem& problem : attempt->problems) log::error("{}", problem.text());
    log::error("the certificates that were loaded before go on");
    ReloadOutcome outcome = running();
    outcome.problems = std::move(attempt->problems);
    return end(std::move(outcome));
  }
  ReloadOutcome outcome = running();
  outcome.fine = true;
  if (keep_same(serving_.tls, attempt->tls)) return end(std::move(outcome));
  parts_.workers.on_each([tls = attempt->tls](Workplace& workplace, std::size_t) { workplace.use_tls(tls); },
                         [this, attempt, outcome] {
                           serving_.tls = attempt->tls;
                           log::info("certificates were read anew");
                           end(outcome);
                         });
}

}  // namespace outrider::app
