// SPDX-License-Identifier: MIT
// Requests and rules for the domain's tests, each with as few words as the test needs.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/request.h"
#include "push/rule.h"
#include "push/rule_set.h"
#include "push/selection.h"

namespace outrider::push::test {

constexpr std::string_view chromium_agent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36";
constexpr std::string_view firefox_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
constexpr std::string_view safari_agent =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15";
constexpr std::string_view bot_agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// A GET of / on https://shop.example over HTTP/2 with the given fields. Not to be moved: the request points into it.
struct TestRequest {
  explicit TestRequest(std::vector<Field> given = {}) : fields(std::move(given)) {
    request.id = "0123456789abcdef";
    request.method = "GET";
    request.scheme = "https";
    request.host = "shop.example";
    request.path = "/";
    request.protocol = "HTTP/2";
    request.client.address = "192.0.2.1";
    request.client.peer = "192.0.2.1";
    request.fields = fields;
  }
  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;

  std::vector<Field> fields;
  Request request;
};

inline Pattern pattern(std::string_view text) {
  auto result = Pattern::parse(text);
  if (!result) throw std::invalid_argument(result.error().message);
  return *result;
}

inline std::vector<Pattern> patterns(std::initializer_list<std::string_view> texts) {
  std::vector<Pattern> result;
  for (std::string_view text : texts) result.push_back(pattern(text));
  return result;
}

inline Rule rule(std::string name, std::initializer_list<std::string_view> paths = {}) {
  Rule result;
  result.name = std::move(name);
  result.paths = patterns(paths);
  return result;
}

inline Hint hint(Kind kind, std::string url) {
  Hint result;
  result.kind = kind;
  result.url = std::move(url);
  return result;
}

inline std::vector<std::string> names(const std::vector<Match>& matches) {
  std::vector<std::string> result;
  for (const Match& match : matches) result.push_back(match.rule->name);
  return result;
}

/// What the rule index is to find, by trying every rule.
inline std::vector<Match> found_slowly(const RuleSet& set, std::string_view host, std::string_view method,
                                       std::string_view path) {
  std::vector<Match> matches;
  for (Considered& each : consider(set, host, method, path)) {
    if (!each.unfit) matches.push_back({each.rule, std::move(each.captures)});
  }
  return matches;
}

inline std::vector<std::string> urls(const std::vector<Hint>& hints) {
  std::vector<std::string> result;
  for (const Hint& each : hints) result.push_back(each.url);
  return result;
}

}  // namespace outrider::push::test
