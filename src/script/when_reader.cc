// SPDX-License-Identifier: MIT
#include "script/when_reader.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "script/api.h"
#include "script/stack.h"
#include "script/state.h"
#include "script/words.h"

namespace outrider::script {
namespace {

using Outcome = Result<void>;
/// Reads the value on top of the stack into the conditions.
using ConditionReader = Outcome (*)(lua_State* L, push::Conditions& conditions);

bool is_name_list(lua_State* L) {
  return lua_type(L, -2) == LUA_TNUMBER;
}

/// One entry of a table of names: `"session*"` or `ab = "b*"`; key and value are on top of the stack.
Result<push::Named> read_named(lua_State* L) {
  const bool is_item = is_name_list(L);
  const auto name = string_at(L, is_item ? -1 : -2);
  const auto glob = is_item ? std::string_view("*") : string_at(L, -1);
  if (!name || name->empty() || !glob) {
    if (is_item || !name) return expected("a name", L, is_item ? -1 : -2);
    return failure(fmt::format("expected {} = a glob of its value, found {}", *name, State::describe(L, -1)));
  }
  return push::Named{std::string(*name), std::string(*glob)};
}

Outcome read_all_named(lua_State* L, std::vector<push::Named>& target) {
  if (const auto name = string_at(L, -1); name && !name->empty()) {
    target.push_back({std::string(*name), "*"});
    return {};
  }
  if (!lua_istable(L, -1)) return expected("a name, a list of names or name = glob", L, -1);
  Outcome outcome;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    auto named = read_named(L);
    lua_pop(L, 1);
    if (named) {
      target.push_back(*std::move(named));
    } else {
      outcome = tl::unexpected(named.error());
    }
  }
  if (outcome && target.empty()) return failure("expected at least one name, found an empty table; leave the key out");
  // Lua walks names in no order; messages and comparisons want one.
  std::sort(target.begin(), target.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return outcome;
}

/// RFC 6265 4.1.1, as far as browsers keep to it: these never stand in a cookie's name.
bool can_name_cookie(std::string_view name) {
  return !has_space_or_controls(name) && name.find_first_of("=;") == name.npos;
}

template <auto Member>
Outcome read_cookies(lua_State* L, push::Conditions& conditions) {
  if (const Outcome outcome = read_all_named(L, conditions.*Member); !outcome) return outcome;
  for (const push::Named& named : conditions.*Member) {
    if (!can_name_cookie(named.name)) return failure(fmt::format("\"{}\" cannot be the name of a cookie", named.name));
  }
  return {};
}

Outcome read_query(lua_State* L, push::Conditions& conditions) {
  return read_all_named(L, conditions.query);
}

Outcome read_header(lua_State* L, push::Conditions& conditions) {
  const Outcome outcome = read_all_named(L, conditions.header);
  for (push::Named& named : conditions.header) {
    if (named.name.find('*') != named.name.npos) {
      return failure(
          fmt::format("\"{}\": the name of a header field is written in full; * is for values, as in "
                      "{{ [\"x-app\"] = \"2*\" }}",
                      named.name));
    }
    if (!is_token(named.name)) return failure(fmt::format("\"{}\" cannot be the name of a header field", named.name));
    named.name = lower_case(named.name);
  }
  return outcome;
}

template <auto Member>
Outcome read_flag(lua_State* L, push::Conditions& conditions) {
  const auto flag = read_boolean(L, -1);
  if (!flag) return tl::unexpected(flag.error());
  conditions.*Member = *flag;
  return {};
}

Outcome read_client(lua_State* L, push::Conditions& conditions) {
  const auto texts = read_strings(L, -1, "a browser as in \"chromium>=120\" or a list of them");
  if (!texts) return tl::unexpected(texts.error());
  for (const std::string& text : *texts) {
    auto parsed = push::ClientCondition::parse(text);
    if (!parsed) return tl::unexpected(parsed.error());
    conditions.client.push_back(*std::move(parsed));
  }
  return {};
}

Outcome read_network(lua_State* L, push::Conditions& conditions) {
  const auto texts = read_strings(L, -1, "a network as in \"10.0.0.0/8\" or a list of them");
  if (!texts) return tl::unexpected(texts.error());
  for (const std::string& text : *texts) {
    auto parsed = Network::parse(text);
    if (!parsed) return tl::unexpected(parsed.error());
    conditions.network.push_back(*std::move(parsed));
  }
  return {};
}

/// RFC 5646 2.1 as far as its characters go: "en", "pt-BR", "zh-Hant-TW".
bool is_language_tag(std::string_view text) {
  const bool characters =
      std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '-' || is_digit(c); });
  return characters && is_letter(text.front()) && text.back() != '-' && text.find("--") == text.npos;
}

Outcome read_language(lua_State* L, push::Conditions& conditions) {
  auto texts = read_strings(L, -1, "a language tag as in \"pt-BR\" or a list of them");
  if (!texts) return tl::unexpected(texts.error());
  for (const std::string& text : *texts) {
    if (!is_language_tag(text))
      return failure(fmt::format("expected a language tag as in \"pt-BR\", found \"{}\"", text));
  }
  conditions.language = *std::move(texts);
  return {};
}

Outcome read_country(lua_State* L, push::Conditions& conditions) {
  const auto texts = read_strings(L, -1, "a country code as in \"NL\" or a list of them");
  if (!texts) return tl::unexpected(texts.error());
  for (std::string text : *texts) {
    if (text.size() != 2 || !is_letter(text[0]) || !is_letter(text[1])) {
      return failure(fmt::format("expected a country code of two letters as in \"NL\", found \"{}\"", text));
    }
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return static_cast<char>(c & ~0x20); });
    conditions.country.push_back(std::move(text));
  }
  return {};
}

struct Condition {
  std::string_view name;
  ConditionReader read;
};

constexpr Condition readers[] = {
    {"cookie", read_cookies<&push::Conditions::cookie>},
    {"no_cookie", read_cookies<&push::Conditions::no_cookie>},
    {"header", read_header},
    {"query", read_query},
    {"client", read_client},
    {"mobile", read_flag<&push::Conditions::mobile>},
    {"bot", read_flag<&push::Conditions::bot>},
    {"save_data", read_flag<&push::Conditions::save_data>},
    {"language", read_language},
    {"network", read_network},
    {"country", read_country},
};

void read_condition(lua_State* L, std::string_view name, push::Conditions& conditions, std::vector<Mistake>& mistakes) {
  const auto* found =
      std::find_if(std::begin(readers), std::end(readers), [&](const Condition& c) { return c.name == name; });
  if (found == std::end(readers)) {
    mistakes.push_back({std::string(name), fmt::format("unknown condition \"{}\"{}", name,
                                                       instead_of(name, api_names(ApiSection::condition)))});
    return;
  }
  const Outcome outcome = found->read(L, conditions);
  if (!outcome)
    mistakes.push_back({std::string(name), fmt::format("condition \"{}\": {}", name, outcome.error().message)});
}

}  // namespace

push::Conditions read_when(lua_State* L, int index, std::vector<Mistake>& mistakes) {
  const int table = absolute(L, index);
  push::Conditions conditions;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    see_through(L, -1);
    if (const auto name = string_at(L, -2)) {
      read_condition(L, *name, conditions, mistakes);
    } else {
      mistakes.push_back(
          {"", fmt::format("conditions are written as name = value, found {} without a name", State::describe(L, -1))});
    }
    if (enough_mistakes(mistakes)) {
      lua_pop(L, 2);
      break;
    }
    lua_pop(L, 1);
  }
  return conditions;
}

std::vector<std::string_view> condition_names() {
  std::vector<std::string_view> names;
  for (const Condition& condition : readers) names.push_back(condition.name);
  return names;
}

}  // namespace outrider::script
