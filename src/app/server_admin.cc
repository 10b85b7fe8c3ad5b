// SPDX-License-Identifier: MIT
// What the admin plane is told, and can tell the server: switches, facts, explanations. Part of Server.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/admin/explanations.h"
#include "app/server.h"
#include "base/log.h"
#include "base/version.h"

namespace outrider::app {

Result<void> Server::off(OffSwitches::Entry entry, std::function<void()> done) {
  const auto& sites = reloads_->serving().config->sites;
  const auto& sets = generations_->live()->workers.front()->sets;
  bool site_found = entry.what.site.empty(), rule_found = entry.what.rule.empty();
  for (std::size_t index = 0; index < sites.size(); ++index) {
    if (!entry.what.site.empty() && sites[index].name != entry.what.site) continue;
    site_found = true;
    if (!sets[index]) continue;
    const auto& rules = sets[index]->rules();
    rule_found = rule_found || std::any_of(rules.begin(), rules.end(),
                                           [&](const push::Rule& rule) { return rule.name == entry.what.rule; });
  }
  if (!site_found) return failure(fmt::format("there is no site \"{}\" in the configuration", entry.what.site));
  if (!rule_found) return failure(fmt::format("there is no rule \"{}\" in what runs", entry.what.rule));
  OffSwitches more = off_;
  more.off(entry);
  Memo kept = memo();
  kept.off = more;
  if (kept.text().size() > SocketChannel::max_text) {
    return failure("too much is switched off one by one to be kept over a restart; switch off a site, or all hints");
  }
  log::warning("switched off by {}: {}{}", entry.who, describe(entry.what),
               entry.until ? " until " + rfc3339(*entry.until) : std::string());
  off_ = std::move(more);
  use_switches(std::move(done));
  keep_memo();
  return {};
}

void Server::on(const push::Switch& what, const std::string& who, std::function<void(std::size_t)> done) {
  const std::size_t count = off_.on(what) + failing_rules_.on(what);
  if (count > 0) log::info("switched on by {}: {}", who, describe(what));
  use_switches([done = std::move(done), count] { done(count); });
  keep_memo();
}

Result<void> Server::explain(const Asked& asked, std::function<void(const Result<Json>&)> done) {
  auto question = question_of(asked, *reloads_->serving().config);
  if (!question) return tl::unexpected(question.error());
  const auto shared = std::make_shared<const Question>(std::move(*question));
  survey_->ask<LiveAnswer>([shared](Workplace& workplace) { return workplace.explain(shared); },
                           [this, asked, done = std::move(done)](std::vector<std::optional<LiveAnswer>> answers) {
                             facts([asked, done, answers = std::move(answers)](const StatusFacts& facts) {
                               done(live_explanation(answers, asked, facts.disk_differs));
                             });
                           });
  return {};
}

void Server::recent(const std::string& id, std::function<void(const Result<Json>&)> done) {
  survey_->ask<RecentAnswer>([id](Workplace& workplace) { return workplace.recent(id); },
                             [id, done = std::move(done)](const std::vector<std::optional<RecentAnswer>>& answers) {
                               done(recent_explanation(answers, id));
                             });
}

/// A disk that hangs must not leave the operator without an answer: then what was found last has to do.
void Server::facts(std::function<void(const StatusFacts&)> done) {
  constexpr std::chrono::seconds patience{2};
  want_facts_.push_back(std::move(done));
  if (want_facts_.size() > 1) return;
  facts_timer_.after(patience, [this] { give_facts(); });
  disk_->run([this, sources = generations_->live()->sources]() -> Background::Then {
    return [this, differs = sources->differs_from_disk()] {
      disk_differs_ = differs;
      give_facts();
    };
  });
}

void Server::give_facts() {
  facts_timer_.stop();
  const StatusFacts facts = facts_without_disk();
  for (const auto& done : std::exchange(want_facts_, {})) done(facts);
}

StatusFacts Server::facts_without_disk() const {
  const Generation& live = *generations_->live();
  StatusFacts facts;
  facts.off = off_.entries();
  facts.failing_rules = failing_rules_.entries();
  facts.version = version;
  facts.pid = ::getpid();
  facts.uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - started_);
  facts.draining = !healthy_;
  facts.generation = live.number;
  facts.digest = live.digest;
  facts.rules = live.rules;
  facts.loaded_at = live.loaded_at;
  facts.disk_differs = disk_differs_;
  facts.last_reload = last_reload_;
  facts.certificate_problems = certificate_problems_;
  facts.last_success = last_success_;
  facts.needs_restart = needs_restart_;
  for (const Generation& one : generations_->all()) {
    facts.generations.push_back({one.number, one.digest, one.rules, one.loaded_at, one.origin, one.requests(),
                                 std::string(name_of(one.state)), one.note, generations_->find(one.number) != nullptr});
  }
  facts.workers = workers_->size();
  for (const auto& worker : workers_->all()) {
    facts.add(worker->workplace().live(), worker->workplace().deliveries());
    facts.old_frontends += worker->workplace().old_frontends();
  }
  facts.rule_failures = failures_.totals();
  for (const auto& context : reloads_->serving().tls) {
    if (!context) continue;
    for (const tls::CertificateFacts& one : context->certificates()) {
      facts.certificates.push_back({one.file.string(), one.names, one.not_after});
    }
  }
  facts.listeners = listeners_.addresses;
  return facts;
}

}  // namespace outrider::app
