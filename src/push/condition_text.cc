// SPDX-License-Identifier: MIT
#include "push/condition_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <vector>

#include "push/pattern.h"

namespace outrider::push {
namespace {

template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::string text;
  (text.append(parts), ...);
  return text;
}

bool is_secret(std::string_view field) {
  return field == "authorization" || field == "proxy-authorization" || field == "cookie";
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  return text_of("\"", text.substr(0, longest), text.size() <= longest ? "\"" : "…\"");
}

template <class Range, class Text>
std::string list_of(const Range& range, const Text& text) {
  std::string list;
  for (const auto& each : range) list += (list.empty() ? "" : ", ") + in_quotes(text(each));
  return list;
}

std::string list_of(const std::vector<std::string>& texts) {
  return list_of(texts, [](const std::string& text) { return text; });
}

/// The condition's own words: `"session*"`, or `"ab" = "b*"`.
std::string wanted_text(const Named& wanted) {
  return wanted.glob == "*" ? in_quotes(wanted.name) : text_of(in_quotes(wanted.name), " = ", in_quotes(wanted.glob));
}

/// The first of several that fails by itself.
const Named& failing_one(const std::vector<Named>& all, std::vector<Named> Conditions::*member,
                         const Request& request) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& each) {
    Conditions alone;
    (alone.*member).push_back(each);
    return !alone.failing(request).empty();
  });
  return found != all.end() ? *found : all.front();
}

std::string about_cookie(const Conditions& when, const Request& request) {
  const Named& wanted = failing_one(when.cookie, &Conditions::cookie, request);
  const auto& cookies = request.cookies();
  const auto named = std::find_if(cookies.begin(), cookies.end(),
                                  [&](const Field& cookie) { return glob_matches(wanted.name, cookie.name); });
  const std::string has = named == cookies.end() ? std::string("no such cookie")
                                                 : text_of("a cookie ", in_quotes(named->name), " of another value");
  return text_of("cookie ", wanted_text(wanted), ": the request has ", has);
}

std::string about_no_cookie(const Conditions& when, const Request& request) {
  const Named& unwanted = failing_one(when.no_cookie, &Conditions::no_cookie, request);
  const auto& cookies = request.cookies();
  const auto found = std::find_if(cookies.begin(), cookies.end(), [&](const Field& cookie) {
    return glob_matches(unwanted.name, cookie.name) && glob_matches(unwanted.glob, cookie.value);
  });
  const std::string_view name = found != cookies.end() ? found->name : std::string_view();
  return text_of("no_cookie ", wanted_text(unwanted), ": the request has a cookie ", in_quotes(name));
}

std::string about_header(const Conditions& when, const Request& request) {
  const Named& wanted = failing_one(when.header, &Conditions::header, request);
  const std::string_view value = request.field(wanted.name);
  std::string says = "has no such field";
  if (value.data() != nullptr)
    says = "says " + (is_secret(wanted.name) ? std::string("something else") : in_quotes(value));
  return text_of("header ", wanted_text(wanted), ": the request ", says);
}

std::string about_query(const Conditions& when, const Request& request) {
  const Named& wanted = failing_one(when.query, &Conditions::query, request);
  const auto& parameters = request.parameters();
  const auto named = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == wanted.name; });
  const std::string has = named == parameters.end() ? std::string("no such parameter") : in_quotes(named->second);
  return text_of("query ", wanted_text(wanted), ": the request has ", has);
}

std::string_view compare_text(ClientCondition::Compare compare) {
  using Compare = ClientCondition::Compare;
  switch (compare) {
    case Compare::any:
      return "";
    case Compare::less:
      return "<";
    case Compare::at_most:
      return "<=";
    case Compare::equal:
      return "=";
    case Compare::at_least:
      return ">=";
    case Compare::more:
      return ">";
  }
  return "";
}

std::string about_client(const Conditions& when, const Request& request) {
  const std::string wanted = list_of(when.client, [](const ClientCondition& each) {
    const bool any = each.compare == ClientCondition::Compare::any;
    return text_of(name_of(each.family), compare_text(each.compare),
                   any ? std::string() : std::to_string(each.version));
  });
  const Browser& browser = request.browser();
  const std::string version =
      browser.version == 0 ? std::string("of no known version") : std::to_string(browser.version);
  return text_of("client ", wanted, ": the client is ", name_of(browser.family), " ", version);
}

std::string about_flag(std::string_view name, bool wanted) {
  return text_of(name, wanted ? " = true: it is false" : " = false: it is true");
}

std::string about_language(const Conditions& when, const Request& request) {
  const std::string_view accepted = request.field("accept-language");
  const std::string says = accepted.empty() ? std::string("is absent")
                                            : text_of("is ", in_quotes(accepted), ", which prefers none of these");
  return text_of("language ", list_of(when.language), ": Accept-Language ", says);
}

std::string about_network(const Conditions& when, const Request& request) {
  const std::string wanted = list_of(when.network, [](const Network& network) { return network.text(); });
  return text_of("network ", wanted, ": the client's address is ", request.client.address);
}

std::string about_country(const Conditions& when, const Request& request) {
  const std::string_view country = request.client.country;
  return text_of("country ", list_of(when.country), ": the client's is ",
                 country.empty() ? std::string("not known") : in_quotes(country));
}

std::string moment(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  std::array<char, 40> text{};
  if (gmtime_r(&seconds, &utc) == nullptr) return "another time";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &utc)};
}

std::string about_time(std::string_view key, std::chrono::system_clock::time_point limit, const Request& request) {
  return text_of(key, " = \"", moment(limit), "\": it is ", moment(request.now), " (UTC)");
}

std::string about_share(const Rule& rule, const Request& request) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "share = %g: this visitor's place is %.3f", *rule.share,
                request.bucket("share:" + rule.name));
  return text.data();
}

}  // namespace

std::string why_not(const Rule& rule, std::string_view failed, const Request& request) {
  const Conditions& when = rule.when;
  if (failed == "from" && rule.from) return about_time(failed, *rule.from, request);
  if (failed == "to" && rule.until) return about_time(failed, *rule.until, request);
  if (failed == "share" && rule.share) return about_share(rule, request);
  if (failed == "when") return "when: its function says no";
  if (failed == "cookie" && !when.cookie.empty()) return about_cookie(when, request);
  if (failed == "no_cookie" && !when.no_cookie.empty()) return about_no_cookie(when, request);
  if (failed == "header" && !when.header.empty()) return about_header(when, request);
  if (failed == "query" && !when.query.empty()) return about_query(when, request);
  if (failed == "client" && !when.client.empty()) return about_client(when, request);
  if (failed == "mobile" && when.mobile) return about_flag(failed, *when.mobile);
  if (failed == "bot" && when.bot) return about_flag(failed, *when.bot);
  if (failed == "save_data" && when.save_data) return about_flag(failed, *when.save_data);
  if (failed == "language" && !when.language.empty()) return about_language(when, request);
  if (failed == "network" && !when.network.empty()) return about_network(when, request);
  if (failed == "country" && !when.country.empty()) return about_country(when, request);
  return std::string(failed);
}

std::string why_unfit(const Rule& rule, SelectorPart part, std::string_view host, std::string_view method,
                      std::string_view path) {
  switch (part) {
    case SelectorPart::path:
      return {};
    case SelectorPart::except: {
      const auto fits = [&](const Pattern& pattern) { return pattern.matches(path, nullptr); };
      const auto found = std::find_if(rule.except.begin(), rule.except.end(), fits);
      return found != rule.except.end() ? text_of("except ", in_quotes(found->text())) : std::string();
    }
    case SelectorPart::host:
      return text_of("host ", list_of(rule.hosts), ": the request's is ", host);
    case SelectorPart::method:
      return text_of("method ", rule.methods.empty() ? std::string("\"GET\", \"HEAD\"") : list_of(rule.methods),
                     ": the request's is ", method);
  }
  return {};
}

}  // namespace outrider::push
