// SPDX-License-Identifier: MIT
// Conditions over a request. They are asked from cheap to dear, and the first that fails is named. Each notes what it
// looks at before it does: one that fails has read as much as one that holds.
#include "push/condition.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/text.h"
#include "push/language.h"
#include "push/names.h"
#include "push/pattern.h"

namespace outrider::push {
namespace {

using Compare = ClientCondition::Compare;

struct Operator {
  std::string_view text;
  Compare compare;
};

// The longer first, so that "<" does not take the half of "<=".
constexpr Operator operators[] = {{"<=", Compare::at_most}, {">=", Compare::at_least}, {"==", Compare::equal},
                                  {"<", Compare::less},     {">", Compare::more},      {"=", Compare::equal}};

constexpr std::string_view expected_client =
    "expected chromium, firefox, safari or other, perhaps with <, <=, =, >= or > and a version, as in "
    "\"chromium>=120\"";

/// Names that people use for a member of a family.
std::string_view family_of_alias(std::string_view word) {
  for (std::string_view alias : {"chrome", "edge", "opera", "brave", "webview"}) {
    if (equals_ignoring_case(word, alias)) return "chromium";
  }
  for (std::string_view alias : {"ios", "webkit"}) {
    if (equals_ignoring_case(word, alias)) return "safari";
  }
  return {};
}

std::string guess_family(std::string_view word) {
  if (const std::string_view known = family_of_alias(word); !known.empty()) {
    return "; did you mean \"" + std::string(known) + "\"?";
  }
  const auto names = family_names();
  return did_you_mean(word, {names.begin(), names.end()});
}

bool has_cookie(const Request& request, const Named& wanted) {
  request.reads.personal(Personal::cookies);
  const auto& cookies = request.cookies();
  return std::any_of(cookies.begin(), cookies.end(), [&](const Field& cookie) {
    return glob_matches(wanted.name, cookie.name) && glob_matches(wanted.glob, cookie.value);
  });
}

bool has_header(const Request& request, const Named& wanted) {
  request.reads.field(wanted.name);
  return std::any_of(request.fields.begin(), request.fields.end(), [&](const Field& field) {
    return field.name == wanted.name && glob_matches(wanted.glob, field.value);
  });
}

bool has_parameter(const Request& request, const Named& wanted) {
  const auto& parameters = request.parameters();
  return std::any_of(parameters.begin(), parameters.end(), [&](const auto& parameter) {
    return parameter.first == wanted.name && glob_matches(wanted.glob, parameter.second);
  });
}

bool saves_data(const Request& request) {
  request.reads.field("save-data");
  return request.save_data();
}

/// Its fields differ in nearly every visitor: to vary by them would be to store nothing twice.
const Browser& browser_of(const Request& request) {
  request.reads.personal(Personal::browser);
  return request.browser();
}

bool prefers(const Request& request, const std::vector<std::string>& languages) {
  request.reads.field("accept-language");
  return prefers_language(request.field("accept-language"), languages);
}

bool in_networks(const Request& request, const std::vector<Network>& networks) {
  request.reads.personal(Personal::address);
  const std::string_view address = request.client.address;
  const bool six = address.find(':') != std::string_view::npos;
  const std::string with_port = six ? "[" + std::string(address) + "]:0" : std::string(address) + ":0";
  const auto parsed = Address::parse(with_port);
  return parsed && std::any_of(networks.begin(), networks.end(),
                               [&](const Network& network) { return network.contains(*parsed); });
}

bool in_countries(const Request& request, const std::vector<std::string>& countries) {
  request.reads.personal(Personal::country);
  return std::any_of(countries.begin(), countries.end(),
                     [&](const std::string& country) { return equals_ignoring_case(country, request.client.country); });
}

template <class Holds>
bool every(const std::vector<Named>& wanted, const Holds& holds) {
  return std::all_of(wanted.begin(), wanted.end(), holds);
}

}  // namespace

Result<ClientCondition> ClientCondition::parse(std::string_view text) {
  const auto wrong = [&](const std::string& guess) {
    return failure("\"" + std::string(text) + "\" is no client; " + std::string(expected_client) + guess);
  };
  const auto at = std::min(text.find_first_of("<>="), text.size());
  const std::string_view word = trim(text.substr(0, at));
  const auto family = family_named(word);
  if (!family) return wrong(guess_family(word));

  ClientCondition condition;
  condition.family = *family;
  std::string_view rest = text.substr(at);
  if (rest.empty()) return condition;
  for (const Operator& each : operators) {
    if (rest.substr(0, each.text.size()) != each.text) continue;
    condition.compare = each.compare;
    rest = trim(rest.substr(each.text.size()));
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), condition.version);
    if (error != std::errc() || end != rest.data() + rest.size() || condition.version < 1) return wrong({});
    return condition;
  }
  return wrong({});
}

bool ClientCondition::holds(const Browser& browser) const {
  if (browser.family != family) return false;
  if (compare == Compare::any) return true;
  if (browser.version == 0) return false;
  switch (compare) {
    case Compare::less:
      return browser.version < version;
    case Compare::at_most:
      return browser.version <= version;
    case Compare::equal:
      return browser.version == version;
    case Compare::at_least:
      return browser.version >= version;
    case Compare::more:
      return browser.version > version;
    case Compare::any:
      break;
  }
  return true;
}

bool Conditions::empty() const {
  return cookie.empty() && no_cookie.empty() && header.empty() && query.empty() && client.empty() && !mobile && !bot &&
         !save_data && language.empty() && network.empty() && country.empty();
}

std::string_view Conditions::failing(const Request& request) const {
  if (!every(cookie, [&](const Named& wanted) { return has_cookie(request, wanted); })) return "cookie";
  if (!every(no_cookie, [&](const Named& wanted) { return !has_cookie(request, wanted); })) return "no_cookie";
  if (!every(header, [&](const Named& wanted) { return has_header(request, wanted); })) return "header";
  if (!every(query, [&](const Named& wanted) { return has_parameter(request, wanted); })) return "query";
  if (save_data && *save_data != saves_data(request)) return "save_data";
  if (!country.empty() && !in_countries(request, country)) return "country";
  if (mobile && *mobile != browser_of(request).mobile) return "mobile";
  if (bot && *bot != browser_of(request).bot) return "bot";
  if (!client.empty() && std::none_of(client.begin(), client.end(),
                                      [&](const ClientCondition& each) { return each.holds(browser_of(request)); })) {
    return "client";
  }
  if (!language.empty() && !prefers(request, language)) return "language";
  if (!network.empty() && !in_networks(request, network)) return "network";
  return {};
}

}  // namespace outrider::push
