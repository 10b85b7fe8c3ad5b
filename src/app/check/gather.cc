// SPDX-License-Identifier: MIT
#include "app/check/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "push/names.h"
#include "push/sample_clients.h"

namespace outrider::app {
namespace {

using std::chrono::steady_clock;

/// Those whose lists differ most: one of each way of delivery, and one that saves data.
struct Client {
  std::string_view name;
  bool saves_data = false;
};
constexpr std::array<Client, 4> clients{{{"chromium"}, {"firefox"}, {"curl"}, {"chromium", true}}};

/// A path as a client writes it.
std::string encoded(std::string_view path) {
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte > 0x20 && byte < 0x7f && std::string_view("%?#\"<>\\^`{|}").find(c) == std::string_view::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return text;
}

/// By all that makes it another one.
std::string key_of(const Hinted& hinted) {
  const push::Hint& hint = hinted.hint;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", static_cast<const void*>(hinted.rule), name_of(hint.kind), hint.url,
                     hint.type, name_of(hint.crossorigin), hint.imagesrcset,
                     hint.kind == push::Kind::preconnect ? hinted.host : std::string());
}

bool has_capture(const push::Hint& hint) {
  return hint.url.find('{') != std::string::npos;
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

/// A host for which the rule can match: one that it names, else the site's.
std::string host_for(const push::Rule& rule, const config::Site& site) {
  const auto exact = std::find_if(rule.hosts.begin(), rule.hosts.end(),
                                  [](const std::string& host) { return host.find('*') == std::string::npos; });
  if (exact != rule.hosts.end()) return *exact;
  return script::host_of_site(site.name);
}

std::string url_of(const Question& question) {
  const push::MadeRequest& request = question.request;
  return fmt::format("{}://{}{}", request.scheme, request.authority.empty() ? request.host : request.authority,
                     question.target);
}

bool is_over(std::optional<steady_clock::time_point> deadline) {
  return deadline && steady_clock::now() > *deadline;
}

}  // namespace

Question question_for(const config::Site& site, const std::string& host, const std::string& path) {
  Question question;
  question.request.host = host.empty() ? script::host_of_site(site.name) : host;
  question.request.path = path;
  question.request.link = push::Link{14'600, std::chrono::milliseconds(100)};
  question.target = encoded(path);
  question.names_host = true;
  return question;
}

void TestRequests::asked(const script::TestRequest& request) {
  if (questions_.size() >= most) return;
  Question& question = questions_.emplace_back();
  question.request = request.made;
  question.target = encoded(request.made.path);
  if (!request.made.query.empty()) question.target += "?" + request.made.query;
  question.names_host = true;
  if (request.response) question.head = GivenHead{request.response->status, request.response->fields};
}

Gather::Gather(Offline& offline, HintPlaces& places, std::function<void(const AskedPage&)> hear)
    : offline_(offline), places_(places), hear_(std::move(hear)) {}

void Gather::declared() {
  const auto& sets = offline_.loaded().workers.front()->sets;
  for (std::size_t i = 0; i != sets.size(); ++i) {
    if (sets[i] == nullptr) continue;
    for (const push::Rule& rule : sets[i]->rules()) {
      for (std::size_t item = 0; item != rule.hints.size(); ++item) {
        const push::Hint& hint = rule.hints[item];
        if (!has_capture(hint)) add({&offline_.config().sites[i], &rule, hint, places_.of(rule, item), {}});
      }
    }
  }
}

bool Gather::exact_paths(std::optional<steady_clock::time_point> deadline) {
  std::set<std::pair<std::string, std::string>> asked;  // host and path
  const auto& sets = offline_.loaded().workers.front()->sets;
  for (std::size_t i = 0; i != sets.size(); ++i) {
    if (sets[i] == nullptr) continue;
    const config::Site& site = offline_.config().sites[i];
    for (const push::Rule& rule : sets[i]->rules()) {
      const std::string host = host_for(rule, site);
      for (const push::Pattern& path : rule.paths) {
        if (is_over(deadline)) return false;
        const std::string method = rule.methods.empty() ? "GET" : rule.methods.front();
        if (!path.is_exact() || !asked.insert({host, method + path.text()}).second) continue;
        Question question = question_for(site, host, path.text());
        question.request.method = method;
        page(question);
      }
    }
  }
  return true;
}

bool Gather::ask_all(const std::vector<Question>& questions, std::optional<steady_clock::time_point> deadline) {
  return std::all_of(questions.begin(), questions.end(), [&](const Question& question) {
    ask(question, "in a test");
    return !is_over(deadline);
  });
}

PageFound Gather::page(const Question& question) {
  PageFound found;
  for (const Client& client : clients) {
    Question asked = question;
    if (client.saves_data) asked.request.set("save-data", "on");
    if (!push::become(asked.request, client.name)) continue;
    found = ask(asked, fmt::format("as {}{}", client.name, client.saves_data ? " with save-data" : ""));
  }
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
    if (!was_asked(*rule)) ask_in_share(asked, client, *rule);
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
}

PageFound Gather::ask_once(const Question& question, const std::string& client,
                           std::vector<const push::Rule*>& not_in_share) {
  const Answer answer = offline_.ask(question);
  if (answer.status == 0) {
    const std::string url = url_of(question);
    take({question, answer, url, fmt::format("{} {} {}", question.request.method, url, client)});
  }
  for (const push::RuleTrace& trace : answer.rehearsed.traces) {
    if (trace.failed_condition == "share") not_in_share.push_back(trace.rule);
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

void Gather::take(const AskedPage& page) {
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    const push::Rule& rule = *trace.rule;
    if (trace.matched) asked_.insert(&rule);
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Returned& returned = trace.returned[i];
      if (returned.fate == push::Returned::Fate::unusable) continue;
      add({page.answer.site, &rule, returned.hint, places_.of(rule, i), page.question.request.host});
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
