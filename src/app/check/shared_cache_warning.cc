// SPDX-License-Identifier: MIT
#include "app/check/shared_cache_warning.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/check/made_pages.h"
#include "app/check/page_warnings.h"
#include "app/offline/arrival.h"
#include "app/offline/withheld.h"
#include "http/site_map.h"
#include "push/sample_clients.h"

namespace outrider::app {
namespace {

/// Without what a glob leaves open.
std::string literal(std::string_view glob, std::string_view where_empty) {
  std::string text(glob);
  std::erase(text, '*');
  return text.empty() ? std::string(where_empty) : text;
}

bool has_files(const config::Route& route) {
  return std::holds_alternative<config::Files>(route.action);
}

/// The head of a page that the route has, as far as it is configured.
GivenHead page_of(const config::Route& route) {
  GivenHead head;
  if (has_files(route) && route.max_age_s)
    head.fields.emplace_back("cache-control", fmt::format("max-age={}", *route.max_age_s));
  using Type = config::HeaderChange::Type;
  for (const config::HeaderChange& each : route.headers) {
    if (each.type != Type::add) std::erase_if(head.fields, [&](const auto& field) { return field.first == each.name; });
    if (each.type != Type::remove) head.fields.emplace_back(each.name, each.value);
  }
  return head;
}

bool says_of_caches(const GivenHead& head) {
  return std::any_of(head.fields.begin(), head.fields.end(), [](const auto& field) {
    return field.first == "cache-control" || field.first == "cdn-cache-control" || field.first == "expires";
  });
}

void judge(const Question& question, const std::string& page, const Offline& offline, Warnings& warnings) {
  const Answer answer = offline.ask(question);
  if (answer.status != 0) return;
  for (const push::RuleTrace* each : withholding(answer)) {
    warnings.add(
        about(*each->rule, "when", WarningId::shared_cache,
              fmt::format("looks at {}, and shared caches may keep the page {}, so that what depends on it stays "
                          "out of the page's Link; where the page is each visitor's own, write {} into its "
                          "route \"{}\", or into a new one for it, else do without it",
                          each->personal, page, private_pages(*answer.route), answer.route->prefix)));
  }
}

/// Of one of the rule's paths: as somebody who is told by Link alone, and as a browser of those that rules single out.
void judge_path(const config::Site& site, const push::Rule& rule, const std::string& pattern, const std::string& path,
                const Offline& offline, Warnings& warnings) {
  const config::Route* route = http::find_route(site, path);
  if (route == nullptr) return;
  const bool has_host = !rule.hosts.empty() && rule.hosts.front().find('*') == std::string::npos;
  Question question = question_for(site, has_host ? rule.hosts.front() : std::string(), path);
  question.head = page_of(*route);
  // Of others only their application knows.
  if (!has_files(*route) && !says_of_caches(*question.head)) return;
  question.request.scheme = usual_scheme(offline.config());
  question.considers_all = false;
  question.bucket_key.emplace();
  for (const push::Named& wanted : rule.when.cookie) {
    question.request.fields.emplace_back("cookie", literal(wanted.name, "x") + "=" + literal(wanted.glob, "1"));
  }
  for (const std::string_view client : {"curl", "chromium"}) {
    Question asked = question;
    if (push::become(asked.request, client)) judge(asked, pattern, offline, warnings);
  }
}

}  // namespace

bool judge_shared_cache(const Offline& offline, std::optional<std::chrono::steady_clock::time_point> deadline,
                        Warnings& warnings) {
  const auto& sets = offline.loaded().workers.front()->sets;
  for (std::size_t i = 0; i != sets.size(); ++i) {
    if (sets[i] == nullptr) continue;
    const config::Site& site = offline.config().sites[i];
    for (const push::Rule& rule : sets[i]->rules()) {
      if (deadline && std::chrono::steady_clock::now() > *deadline) return false;
      if (!push::fits_method(rule, "GET")) continue;
      if (rule.paths.empty()) judge_path(site, rule, "/", "/", offline, warnings);
      for (const push::Pattern& path : rule.paths) {
        judge_path(site, rule, path.text(), path.example(), offline, warnings);
      }
    }
  }
  return true;
}

}  // namespace outrider::app
