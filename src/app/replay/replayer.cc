// SPDX-License-Identifier: MIT
#include "app/replay/replayer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/replay/untold.h"
#include "http/admission.h"
#include "push/made_request.h"
#include "push/origin.h"

namespace outrider::app {
namespace {

/// The longest says most of which pages these are.
void take_longer_pattern(const std::vector<push::Match>& matches, std::string_view path, std::string& best) {
  for (const push::Match& match : matches) {
    for (const push::Pattern& pattern : match.rule->paths) {
      if (pattern.text().size() > best.size() && pattern.matches(path, nullptr)) best = pattern.text();
    }
    if (match.rule->paths.empty() && best.empty()) best = "/**";
  }
}

}  // namespace

Replayer::Replayer(const ReplaySetting& setting, std::size_t thread)
    : setting_(setting),
      rules_(
          *setting.candidate, thread, setting.patience,
          [this](const push::Rule& rule, const WatchedFunctions::Call& call) { called(rule, call); },
          [this](const push::Rule& rule, const std::string& error) { failed(rule, error); }),
      assets_(setting.candidate->sites(), Findings::most_assets) {
  if (setting.baseline != nullptr) before_.emplace(*setting.baseline, thread, setting.patience, nullptr, nullptr);
}

void Replayer::line(std::string_view text, LogPlace place) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return;
  ++findings_.lines;
  place_ = place;
  if (const auto read = observe::read_line(text, logged_); !read) {
    findings_.leave_out(LeftOut::unreadable, place, read.error().message);
  } else if (const auto why = locate()) {
    findings_.leave_out(*why, place);
  } else {
    ++findings_.requests;
    judge();
  }
}

/// Finds host, path and the rules for them; or why the line takes no part.
std::optional<LeftOut> Replayer::locate() {
  if (logged_.pushed) return LeftOut::pushed;
  if (const int status = logged_.status; status != 304 && (status < 200 || status >= 300)) return LeftOut::no_page;
  if (setting_.compares && setting_.baseline == nullptr && !logged_.tells_deliveries) return LeftOut::no_deliveries;
  target_ = logged_.target;
  std::string_view authority = logged_.host;
  if (!target_.starts_with('/')) {
    const auto parts = push::split_origin(target_);
    if (!parts) return LeftOut::no_url;
    authority = parts->origin.authority;
    target_ = parts->rest.empty() ? std::string_view("/") : parts->rest;
  }
  if (!http::target_is_sound(target_)) return LeftOut::no_url;
  if (authority.empty()) authority = setting_.default_host;
  host_.clear();
  if (!http::host_of(authority, host_)) return LeftOut::no_host;
  if (logged_.host.empty()) logged_.host = authority;
  if (logged_.scheme.empty()) logged_.scheme = "https";

  const std::size_t end = std::min(target_.find('?'), target_.size());
  path_ = push::normal_path(target_.substr(0, end));
  query_ = target_.substr(std::min(end + 1, target_.size()));
  const config::Site* site = setting_.candidate->sites().find(host_);
  if (site == nullptr) return LeftOut::no_site;
  if (is_refused(setting_.candidate->config(), *site, path_, target_)) return LeftOut::refused;
  return std::nullopt;
}

bool Replayer::has_baseline_hints() const {
  return setting_.compares && setting_.baseline == nullptr &&
         std::any_of(logged_.deliveries.begin(), logged_.deliveries.end(), was_hinted);
}

bool Replayer::fitted_before() {
  return before_ && before_->find(host_, logged_.method, path_) &&
         !is_refused(setting_.baseline->config(), *before_->site(), path_, target_);
}

void Replayer::judge() {
  const bool fits = rules_.find(host_, logged_.method, path_);
  const bool fitted = fitted_before();
  if (!fits && !fitted && !has_baseline_hints()) return;
  if (fits) ++findings_.matched;

  std::vector<push::Field> fields;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) fields.push_back({name, value});
  };
  add("user-agent", logged_.user_agent);
  add("referer", logged_.referer);
  add("sec-fetch-mode", logged_.mode);

  note_keys();
  note_not_asked();
  if (fitted) {
    for (const NotAsked& each : before_->not_asked()) not_asked_.push_back(each.rule->name);
  }
  push::PushList now, before;
  if (fits) {
    push::Request request = request_of(fields);
    now = rules_.run(request, logged_.status);
  }
  if (fitted) {
    push::Request request = request_of(fields);
    before = before_->run(request, logged_.status);
  }
  if (!now.empty()) ++findings_.hinted;
  note(changes(before, now), now);
}

HintChanges Replayer::changes(const push::PushList& before, const push::PushList& now) {
  if (before_ || !setting_.compares) return changes_between(before, now, not_asked_);
  HintChanges changes = changes_since(logged_.deliveries, now, not_asked_);
  const bool some_off =
      logged_.switched_off || std::any_of(logged_.deliveries.begin(), logged_.deliveries.end(), was_switched_off);
  if (some_off && !changes.added.empty()) ++findings_.switched_off;
  return changes;
}

push::Request Replayer::request_of(const std::vector<push::Field>& fields) const {
  push::Request request;
  request.id = logged_.id.empty() ? std::string_view("replayed") : logged_.id;
  request.method = logged_.method;
  request.scheme = logged_.scheme;
  request.host = host_;
  request.authority = logged_.host;
  request.path = path_;
  request.query = query_;
  request.protocol = logged_.protocol;
  request.fields = fields;
  request.client.address = logged_.client;
  request.client.peer = logged_.peer.empty() ? logged_.client : logged_.peer;
  // Only a proxy that is trusted makes another address the client's.
  request.client.behind_proxy = request.client.peer != request.client.address;
  request.tls.used = !request.client.behind_proxy && logged_.scheme == "https";
  request.now = logged_.time;
  return request;
}

/// The pattern that the page belongs to; where no rule is for it any more, the rule that was.
std::string Replayer::page_name() const {
  std::string name;
  take_longer_pattern(rules_.matches(), path_, name);
  if (before_) take_longer_pattern(before_->matches(), path_, name);
  if (!name.empty()) return name;
  const auto hinted = std::find_if(logged_.deliveries.begin(), logged_.deliveries.end(), was_hinted);
  return hinted == logged_.deliveries.end() ? path_ : fmt::format("rule \"{}\"", hinted->rule);
}

void Replayer::note(const HintChanges& changes, const push::PushList& now) {
  const config::Site& site = *rules_.site();
  PageFindings& page = findings_.page(site.name, page_name());
  ++page.requests;
  if (!changes.none()) {
    ++findings_.changed;
    ++page.changed;
    for (const std::string_view hint : changes.added) page.added.add(hint);
    for (const std::string_view hint : changes.removed) page.removed.add(hint);
    for (const std::string_view hint : changes.altered) page.altered.add(hint);
    if (!page.example.is_before(place_)) page.example = here();
  }
  note_assets(now);
}

void Replayer::note_assets(const push::PushList& now) {
  for (const push::Entry& entry : now.entries()) {
    if (entry.hint.kind == push::Kind::preconnect || entry.hint.url.empty()) continue;
    const auto* seen = assets_.look(*rules_.site(), entry.hint.url, logged_.scheme, logged_.host);
    if (seen == nullptr) ++findings_.assets_not_looked_at;
    if (seen == nullptr || seen->status == 0) continue;
    MissingAsset& missing = findings_.missing[seen->site->name + '\0' + seen->path];
    missing.site = seen->site->name;
    missing.url = seen->path;
    missing.status = seen->status;
    ++missing.requests;
    add_name(missing.rules, fmt::format("\"{}\" {}", entry.rule->name, entry.rule->place.text()));
    if (!missing.example.is_before(place_)) missing.example = here();
  }
}

/// What rules look at by their keys alone, and that they were asked.
void Replayer::note_keys() {
  for (const push::Match& match : rules_.matches()) {
    const push::Rule& rule = *match.rule;
    ++findings_.rules[&rule].asked;
    untold_.clear();
    untold_by_keys(rule, logged_, setting_.candidate->buckets_are_random(), untold_);
    untold(rule);
  }
}

void Replayer::note_not_asked() {
  using Why = NotAsked::Why;
  not_asked_.clear();
  for (const auto& [rule, why] : rules_.not_asked()) {
    not_asked_.push_back(rule->name);
    RuleFindings& of_rule = findings_.rules[rule];
    --of_rule.asked;
    if (why == Why::given_up) {
      ++of_rule.given_up;
      continue;
    }
    untold_ = {why == Why::needs_head ? "the head of the response: the rule was not asked"
                                      : "whether a final rule before it matches: the rule was not asked"};
    untold(*rule);
  }
}

void Replayer::called(const push::Rule& rule, const WatchedFunctions::Call& call) {
  findings_.rules[&rule].calls.add(call.took);
  untold_.clear();
  if (call.reads.is_personal() || !call.reads.fields().empty()) {
    untold_by_reads(call.reads, logged_, setting_.candidate->buckets_are_random(), untold_);
  }
  untold(rule);
}

void Replayer::failed(const push::Rule& rule, const std::string& error) {
  RuleFindings& of_rule = findings_.rules[&rule];
  ++of_rule.failures;
  if (of_rule.failed.is_before(place_)) return;
  of_rule.failed = here();
  of_rule.error = error;
}

/// Counts the request once for each rule.
void Replayer::untold(const push::Rule& rule) {
  if (untold_.empty()) return;
  RuleFindings& of_rule = findings_.rules[&rule];
  for (const std::string& what : untold_) add_name(of_rule.untold_of, what);
  if (std::exchange(untold_at_[&rule], place_) != place_) ++of_rule.untold;
}

Example Replayer::here() const {
  return {place_, fmt::format("{}://{}{}", logged_.scheme, logged_.host, target_.substr(0, target_.find('?')))};
}

}  // namespace outrider::app
