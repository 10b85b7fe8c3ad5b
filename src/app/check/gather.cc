// SPDX-License-Identifier: MIT
#include "app/check/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "app/check/made_pages.h"
#include "app/check/pattern_pages.h"
#include "app/check/reach.h"
#include "base/text.h"
#include "push/names.h"
#include "push/substitute.h"

namespace outrider::app {
namespace {

using std::chrono::steady_clock;

/// By all that makes it another one.
std::string key_of(const Hinted& hinted) {
  const push::Hint& hint = hinted.hint;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", static_cast<const void*>(hinted.rule), name_of(hint.kind), hint.url,
                     hint.type, name_of(hint.crossorigin), hint.imagesrcset,
                     hint.kind == push::Kind::preconnect ? hinted.origin : std::string());
}

/// The URLs of "/a.avif 1x, /b.avif 2x" (https://html.spec.whatwg.org/#parse-a-srcset-attribute).
std::vector<std::string> candidates_of(std::string_view srcset) {
  std::vector<std::string> urls;
  const auto skip_to = [&](std::size_t at) { srcset.remove_prefix(std::min(at, srcset.size())); };
  for (skip_to(srcset.find_first_not_of(" ,")); !srcset.empty(); skip_to(srcset.find_first_not_of(" ,"))) {
    std::string_view url = srcset.substr(0, srcset.find(' '));
    skip_to(url.size());
    const std::size_t end = url.find_last_not_of(',');
    // A comma right behind it means that nothing more is said of it.
    if (end + 1 == url.size()) skip_to(srcset.find(','));
    urls.emplace_back(url.substr(0, end + 1));
  }
  return urls;
}

/// Where it is written: "when.cookie", "from".
std::string condition_key(std::string_view condition) {
  const bool is_rules_own = condition == "when" || condition == "from" || condition == "to";
  return fmt::format("{}{}", is_rules_own ? "" : "when.", condition);
}

bool has_guess(const std::vector<push::Returned>& returned) {
  return std::any_of(returned.begin(), returned.end(), [](const push::Returned& each) {
    return lower_case(each.hint.url + each.hint.imagesrcset).find(guessed) != std::string::npos;
  });
}

/// A route serves what the rule is for, as far as its paths are written out.
bool has_page(const push::Rule& rule, const config::Site& site) {
  return rule.paths.empty() || std::any_of(rule.paths.begin(), rule.paths.end(), [&](const push::Pattern& path) {
           return !path.is_exact() || http::find_route(site, path.text()) != nullptr;
         });
}

bool is_over(std::optional<steady_clock::time_point> deadline) {
  return deadline && steady_clock::now() > *deadline;
}

}  // namespace

void TestRequests::asked(const script::TestRequest& request) {
  if (questions_.size() >= most) return;
  Question& question = questions_.emplace_back();
  question.request = request.made;
  question.target = encoded_path(request.made.path);
  if (!request.made.query.empty()) question.target += "?" + request.made.query;
  question.names_host = true;
  if (request.response) question.head = GivenHead{request.response->status, request.response->fields};
}

Gather::Gather(Offline& offline, HintPlaces& places, std::function<void(const AskedPage&)> hear)
    : offline_(offline), places_(places), hear_(std::move(hear)) {}

void Gather::declared() {
  std::map<AsWritten, unsigned> sites_of;
  for (std::size_t i = 0; i != offline_.config().sites.size(); ++i) {
    for (const push::Rule& rule : rules_of(offline_, i)) ++sites_of[as_written(rule)];
  }
  for_each_rule([&](const config::Site& site, const push::RuleSet&, const push::Rule& rule) {
    // Of files that several sites share, each may have pages of its own.
    if (sites_of[as_written(rule)] > 1 && !has_page(rule, site)) return true;
    for (std::size_t item = 0; item != rule.hints.size(); ++item) {
      const push::Hint& hint = rule.hints[item];
      if (push::wanted_captures(hint.url).empty()) add({&site, &rule, hint, places_.of(rule, item), {}});
    }
    return true;
  });
}

bool Gather::exact_paths(std::optional<steady_clock::time_point> deadline) {
  std::map<std::string, PageFound> asked;  // by host, method and path
  return for_each_rule([&](const config::Site& site, const push::RuleSet& rules, const push::Rule& rule) {
    const std::string host = host_for(rule, site, offline_.sites()).value_or(script::host_of_site(site.name));
    for (const push::Pattern& path : rule.paths) {
      if (is_over(deadline)) return false;
      if (!path.is_exact() && rule.hints.empty()) continue;
      Question question = question_for(site, host, path.example());
      if (!rule.methods.empty()) question.request.method = rule.methods.front();
      const auto [found, is_new] =
          asked.try_emplace(fmt::format("{}\n{}\n{}", host, question.request.method, path.text()));
      const Satisfied wanted = satisfy(rule, question);
      const bool wants = !rule.when.empty() || rule.from;
      if (path.is_exact()) {
        if (is_new) found->second = page(question);
        if (wants && found->second.status == 0 && !was_asked(rule)) {
          guesses_ = wanted.guesses;
          page(wanted.question, wanted.client);
          guesses_ = false;
        }
        note_unasked(rule, found->second);
      } else {
        if (is_new) look_at_declared(offline_, site, rules, question, {}, hear_);
        if (wants) look_at_declared(offline_, site, rules, wanted.question, wanted.client, hear_);
      }
    }
    return true;
  });
}

/// Calls `visit` for all rules but those for hosts of other sites, until it returns false; returns what it did.
bool Gather::for_each_rule(
    const std::function<bool(const config::Site&, const push::RuleSet&, const push::Rule&)>& visit) const {
  const auto& sets = offline_.loaded().workers.front()->sets;
  for (std::size_t i = 0; i != sets.size(); ++i) {
    if (sets[i] == nullptr) continue;
    const config::Site& site = offline_.config().sites[i];
    for (const push::Rule& rule : sets[i]->rules()) {
      if (!is_foreign(rule, site, offline_.sites()) && !visit(site, *sets[i], rule)) return false;
    }
  }
  return true;
}

/// Says why nothing is known of the rule, though a page of it was asked for.
void Gather::note_unasked(const push::Rule& rule, const PageFound& found) {
  if (was_asked(rule) || failed_.contains(&rule)) return;
  if (found.status != 0) {
    unasked_.emplace(&rule, fmt::format("no rule is asked for its page, because {}", found.why));
  } else if (rule.phase == push::Phase::response) {
    unasked_.emplace(&rule, "no test gives it a response");
  } else {
    unasked_.emplace(&rule, "no request that was made up for its path reaches it");
  }
}

bool Gather::ask_all(const std::vector<Question>& questions, std::optional<steady_clock::time_point> deadline) {
  return std::all_of(questions.begin(), questions.end(), [&](const Question& question) {
    ask(question, "in a test");
    return !is_over(deadline);
  });
}

PageFound Gather::page(const Question& question, const std::string& wanted_client) {
  PageFound found;
  for_each_client(question, wanted_client, [&](const Question& asked, const std::string& client) {
    found = ask(asked, fmt::format("as {}", client));
  });
  return found;
}

PageFound Gather::ask(const Question& question, const std::string& client) {
  // Not the server's key, which may be another in each process: the same rules give the same warnings.
  Question asked = question;
  asked.bucket_key.emplace();
  asked.considers_all = false;
  std::vector<const push::Rule*> not_in_share;
  const PageFound found = ask_once(asked, client, not_in_share);
  for (const push::Rule* rule : not_in_share) {
    if (!was_asked(*rule) && !rarely_shared_.contains(rule)) ask_in_share(asked, client, *rule);
  }
  return found;
}

void Gather::ask_in_share(const Question& question, const std::string& client, const push::Rule& rule) {
  constexpr unsigned most_tries = 100'000;
  Question asked = question;
  push::RequestView view(question.request, nullptr, nullptr);
  for (unsigned i = 1; i != most_tries; ++i) {
    for (std::size_t byte = 0; byte != 4; ++byte) {
      (*asked.bucket_key)[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    }
    view.edit().bucket_key = *asked.bucket_key;
    if (view.request().bucket("share:" + rule.name) >= *rule.share) continue;
    std::vector<const push::Rule*> others;
    ask_once(asked, client, others);
    return;
  }
  rarely_shared_.insert(&rule);
}

PageFound Gather::ask_once(const Question& question, const std::string& client,
                           std::vector<const push::Rule*>& not_in_share) {
  const Answer answer = offline_.ask(question);
  if (answer.status == 0) {
    const std::string url = url_of(question);
    take({question, answer, url, fmt::format("{} {} {}", question.request.method, url, client), guesses_});
  }
  for (const push::RuleTrace& trace : answer.rehearsed.traces) {
    if (trace.failed_condition.empty()) continue;
    if (trace.failed_condition == "share") {
      not_in_share.push_back(trace.rule);
    } else {
      failed_.emplace(trace.rule, trace.failed_condition);
    }
  }
  return {answer.status, answer.why, is_covered(question, answer)};
}

/// The selector of some rule fits, and clients get something by it, now or later.
bool Gather::is_covered(const Question& question, const Answer& answer) const {
  if (answer.status != 0) return false;
  const auto site = static_cast<std::size_t>(answer.site - offline_.config().sites.data());
  const auto& rules = offline_.loaded().workers.front()->sets[site];
  std::vector<push::Match> matches;
  const push::MadeRequest& request = question.request;
  if (rules != nullptr) rules->find(request.host, request.method, request.path, matches);
  const auto now = std::chrono::system_clock::now();
  return std::any_of(matches.begin(), matches.end(), [&](const push::Match& match) {
    return !match.rule->shadow && !(match.rule->until && *match.rule->until <= now);
  });
}

std::string Gather::why_not_asked(const push::Rule& rule) const {
  if (rarely_shared_.contains(&rule)) return "its share is so small that nobody was found in it";
  if (const auto known = unasked_.find(&rule); known != unasked_.end()) return known->second;
  const auto failed = failed_.find(&rule);
  if (failed == failed_.end()) return "no exact path, test or page of --urls reaches it";
  return fmt::format("its {} did not hold for any request that was made up", condition_key(failed->second));
}

void Gather::take(const AskedPage& page) {
  const push::MadeRequest& request = page.question.request;
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    const push::Rule& rule = *trace.rule;
    // What a guess leads to says nothing of what a text that the function knows would.
    const bool is_guess = page.guesses && (!trace.error.empty() || has_guess(trace.returned));
    if (is_guess) {
      unasked_.emplace(&rule, "nobody can guess what it does with the values that its when names");
    } else if (trace.matched) {
      asked_.insert(&rule);
    }
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Returned& returned = trace.returned[i];
      if (returned.fate == push::Returned::Fate::unusable || is_guess) continue;
      add({page.answer.site, &rule, returned.hint, places_.of(rule, i),
           page.question.names_scheme && page.question.names_host ? origin_of(request) : std::string()});
    }
  }
  hear_(page);
}

void Gather::add(Hinted hinted) {
  if (!known_.insert(key_of(hinted)).second) return;
  for (const std::string& url : candidates_of(hinted.hint.imagesrcset)) {
    Hinted candidate = hinted;
    candidate.hint.url = url;
    candidate.hint.imagesrcset.clear();
    add(std::move(candidate));
  }
  hints_.push_back(std::move(hinted));
}

}  // namespace outrider::app
