// SPDX-License-Identifier: MIT
#include "app/check/made_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "push/sample_clients.h"
#include "push/selection.h"
#include "push/url_bytes.h"
#include "script/test_request.h"

namespace outrider::app {
namespace {

struct AskingClient {
  std::string_view name;    // as push::become takes it
  std::string_view more{};  // for messages: how it differs from the usual one of that name
  std::string_view field{}, value{};
};

constexpr std::array<AskingClient, 8> clients{{{"chromium"},
                                               {"firefox"},
                                               {"safari"},
                                               {"nghttp"},
                                               {"curl"},
                                               {"bot"},
                                               {"chromium", " with save-data", "save-data", "on"},
                                               {"chromium", " on a telephone", "sec-ch-ua-mobile", "?1"}}};

/// As a client writes it in a target; `reserved` are characters that mean something there.
std::string encoded(std::string_view text, std::string_view reserved) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7f && reserved.find(c) == std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      push::append_percent_encoded(result, c);
    }
  }
  return result;
}

/// A text that the glob matches.
std::string example_of(std::string_view glob) {
  std::string text;
  for (const char c : glob) {
    if (c == '*') {
      text += guessed;
    } else {
      text += c;
    }
  }
  return text;
}

bool has_wildcard(const std::string& name) {
  return name.find('*') != std::string::npos;
}

bool is_guessed(const push::Named& named) {
  return has_wildcard(named.name) || has_wildcard(named.glob);
}

std::string client_of(const push::ClientCondition& client) {
  using Compare = push::ClientCondition::Compare;
  if (client.family == push::Family::other) return "curl";
  const std::string name(name_of(client.family));
  switch (client.compare) {
    case Compare::any:
      return name;
    case Compare::less:
      return fmt::format("{}={}", name, client.version - 1);
    case Compare::more:
      return fmt::format("{}={}", name, client.version + 1);
    default:
      return fmt::format("{}={}", name, client.version);
  }
}

void add_cookies_for(const std::vector<push::Named>& wanted, push::MadeRequest& request) {
  std::string cookies;
  for (const push::Named& each : wanted) {
    cookies += fmt::format("{}{}={}", cookies.empty() ? "" : "; ", example_of(each.name), example_of(each.glob));
  }
  if (!cookies.empty()) request.set("cookie", cookies);
}

void add_parameters_for(const std::vector<push::Named>& wanted, Question& question) {
  constexpr std::string_view reserved = "%#&=+\"<>\\^`{|}";
  for (const push::Named& each : wanted) {
    const std::string parameter =
        fmt::format("{}={}", encoded(each.name, reserved), encoded(example_of(each.glob), reserved));
    std::string& query = question.request.query;
    question.target += (query.empty() ? "?" : "&") + parameter;
    query += (query.empty() ? "" : "&") + parameter;
  }
}

}  // namespace

void for_each_client(const Question& question, const std::string& wanted,
                     const std::function<void(const Question&, const std::string&)>& ask) {
  const auto as = [&](const AskingClient& client) {
    Question asked = question;
    if (!client.field.empty()) asked.request.set(client.field, std::string(client.value));
    if (push::become(asked.request, client.name)) ask(asked, fmt::format("{}{}", client.name, client.more));
  };
  for (const AskingClient& client : clients) as(client);
  if (!wanted.empty()) as({wanted});
}

std::string encoded_path(std::string_view path) {
  return encoded(path, "%?#\"<>\\^`{|}");
}

Question question_for(const config::Site& site, const std::string& host, const std::string& path) {
  Question question;
  question.request.host = host.empty() ? script::host_of_site(site.name) : host;
  question.request.path = path;
  question.request.link = push::Link{14'600, std::chrono::milliseconds(100)};
  question.target = encoded_path(path);
  question.names_host = true;
  return question;
}

std::string origin_of(const push::MadeRequest& request) {
  return fmt::format("{}://{}", request.scheme, request.authority.empty() ? request.host : request.authority);
}

std::string url_of(const Question& question) {
  return origin_of(question.request) + question.target;
}

std::optional<std::string> host_for(const push::Rule& rule, const config::Site& site, const http::SiteMap& sites) {
  std::vector<std::string> names{script::host_of_site(site.name)};
  if (rule.hosts.empty()) return names.front();
  for (const std::string& alias : site.aliases) names.push_back(script::host_of_site(alias));
  for (const std::string& host : rule.hosts) names.push_back(example_of(host));
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return push::fits_host(rule, name) && sites.find(name) == &site;
  });
  return found != names.end() ? std::optional(*found) : std::nullopt;
}

bool is_foreign(const push::Rule& rule, const config::Site& site, const http::SiteMap& sites) {
  // Where both sides have wildcards, nobody can try all that fits.
  const bool some_site_names =
      has_wildcard(site.name) || std::any_of(site.aliases.begin(), site.aliases.end(), has_wildcard);
  const bool some_rule_names = std::any_of(rule.hosts.begin(), rule.hosts.end(), has_wildcard);
  return !(some_site_names && some_rule_names) && !host_for(rule, site, sites);
}

Satisfied satisfy(const push::Rule& rule, const Question& question) {
  Satisfied result{question, {}, false};
  const push::Conditions& when = rule.when;
  push::MadeRequest& request = result.question.request;
  if (rule.from && *rule.from > std::chrono::system_clock::now()) request.now = rule.from;
  add_cookies_for(when.cookie, request);
  add_parameters_for(when.query, result.question);
  for (const push::Named& field : when.header) request.set(field.name, example_of(field.glob));
  if (when.mobile) request.set("sec-ch-ua-mobile", *when.mobile ? "?1" : "?0");
  if (when.save_data.value_or(false)) request.set("save-data", "on");
  if (!when.language.empty()) request.set("accept-language", when.language.front());
  if (!when.country.empty()) request.country = when.country.front();
  if (!when.network.empty()) {
    const std::string network = when.network.front().text();
    request.address = network.substr(0, network.find('/'));
  }
  if (!when.client.empty()) {
    result.client = client_of(when.client.front());
  } else if (when.bot.value_or(false)) {
    result.client = "bot";
  }
  for (const auto* named : {&when.cookie, &when.query, &when.header}) {
    result.guesses = result.guesses || std::any_of(named->begin(), named->end(), is_guessed);
  }
  return result;
}

}  // namespace outrider::app
