// SPDX-License-Identifier: MIT
#include "script/rule_reader.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "push/names.h"
#include "push/push_list.h"
#include "script/api.h"
#include "script/hint_reader.h"
#include "script/moment.h"
#include "script/rule_checks.h"
#include "script/stack.h"
#include "script/when_reader.h"
#include "script/words.h"

namespace outrider::script {
namespace {

/// What the readers of single keys share.
struct Context {
  State& state;
  lua_State* L;
  const HintBoxes& boxes;
  std::vector<KeptFunction>& functions;
  RuleReading& reading;
};

using Outcome = Result<void>;
/// Reads the value on top of the stack into the rule.
using KeyReader = Outcome (*)(Context& context);

int keep_function(Context& context) {
  lua_State* L = context.L;
  lua_Debug about{};
  lua_pushvalue(L, -1);
  lua_getinfo(L, ">S", &about);
  const std::string_view source = about.source != nullptr && about.source[0] == '@' ? about.source + 1 : "";
  lua_pushvalue(L, -1);
  context.functions.push_back(KeptFunction{context.state.ref(L), {std::string(source), about.linedefined}});
  return static_cast<int>(context.functions.size()) - 1;
}

Outcome read_name(Context& context) {
  auto name = read_string(context.L, -1, "a name");
  if (!name) return tl::unexpected(name.error());
  if (!is_printable(*name)) return failure("expected printable ASCII, because it stands in logs and counters");
  context.reading.rule.name = *std::move(name);
  context.reading.named = true;
  return {};
}

Outcome read_host(Context& context) {
  const auto hosts = read_strings(context.L, -1, "a host or a list of hosts");
  if (!hosts) return tl::unexpected(hosts.error());
  for (const std::string& host : *hosts) {
    if (has_space_or_controls(host) || host.find_first_of(":/") != host.npos) {
      return failure(fmt::format("\"{}\" is no host name; write it without scheme, port and path", host));
    }
    context.reading.rule.hosts.push_back(lower_case(host));
  }
  return {};
}

Outcome read_method(Context& context) {
  const auto methods = read_strings(context.L, -1, "a method or a list of methods");
  if (!methods) return tl::unexpected(methods.error());
  for (std::string method : *methods) {
    if (!is_token(method) || method.find('*') != method.npos) {
      return failure(fmt::format("\"{}\" is no request method; write each in full", method));
    }
    // Methods are case-sensitive (RFC 9110 9.1), and every registered one is in upper case.
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    context.reading.rule.methods.push_back(std::move(method));
  }
  return {};
}

template <auto Member>
Outcome read_patterns(Context& context) {
  const auto texts = read_strings(context.L, -1, "a path pattern or a list of path patterns");
  if (!texts) return tl::unexpected(texts.error());
  Outcome outcome;
  for (const std::string& text : *texts) {
    auto pattern = push::Pattern::parse(text);
    if (pattern) {
      (context.reading.rule.*Member).push_back(*std::move(pattern));
    } else if (outcome) {
      outcome = tl::unexpected(pattern.error());
    }
  }
  return outcome;
}

Outcome read_conditions(Context& context) {
  if (lua_isfunction(context.L, -1)) {
    context.reading.rule.when_function = keep_function(context);
    return {};
  }
  if (!lua_istable(context.L, -1)) return expected("a table of conditions or a function", context.L, -1);
  std::vector<Mistake> mistakes;
  context.reading.rule.when = read_when(context.L, -1, mistakes);
  for (Mistake& mistake : mistakes) {
    context.reading.mistakes.push_back({"when", std::move(mistake.message), std::move(mistake.key)});
  }
  return {};
}

void read_declared_hint(Context& context, int item) {
  RuleReading& reading = context.reading;
  if (const HintBox* box = context.boxes.at(context.L, -1); box && box->first_problem != box->last_problem) {
    reading.hint_problems.emplace_back(box->first_problem, box->last_problem);
    return;
  }
  // `flag and style "/a.css"` leaves a false behind where the flag is off.
  if (lua_isboolean(context.L, -1) && lua_toboolean(context.L, -1) == 0) return;
  auto hint = read_hint(context.L, -1, context.boxes);
  if (hint) {
    reading.rule.hints.push_back(*std::move(hint));
  } else {
    reading.mistakes.push_back({"hints", fmt::format("bad hint {}: {}", item, hint.error().message), "", item});
  }
}

Outcome read_hints_key(Context& context) {
  lua_State* L = context.L;
  push::Rule& rule = context.reading.rule;
  if (lua_isfunction(L, -1)) {
    rule.hints_function = keep_function(context);
    return {};
  }
  if (!lua_istable(L, -1)) {
    const bool is_one = context.boxes.at(L, -1) != nullptr || lua_type(L, -1) == LUA_TSTRING;
    if (!is_one) return expected("a list of hints or a function that returns one", L, -1);
    read_declared_hint(context, 1);
    return {};
  }
  const int list = absolute(L, -1);
  const auto positions = list_positions(L, list, static_cast<std::size_t>(-1));
  if (!positions) return failure("hints are written as a list; " + positions.error().message);
  for (const int position : *positions) {
    lua_rawgeti(L, list, position);
    read_declared_hint(context, position);
    lua_pop(L, 1);
    if (enough_mistakes(context.reading.mistakes)) break;
  }
  if (rule.hints.size() > push::PushList::max_entries) {
    return failure(fmt::format("expected at most {} hints, found {}", push::PushList::max_entries, rule.hints.size()));
  }
  return {};
}

template <auto Named, auto Names, auto Member>
Outcome read_word(Context& context) {
  const auto text = string_at(context.L, -1);
  const auto value = text ? Named(*text) : std::nullopt;
  if (value) {
    context.reading.rule.*Member = *value;
    return {};
  }
  const auto names = Names();
  auto problem = expected(one_of(names), context.L, -1);
  if (text) problem.value().message += did_you_mean(*text, {names.begin(), names.end()});
  return problem;
}

template <auto Member>
Outcome read_flag(Context& context) {
  const auto flag = read_boolean(context.L, -1);
  if (!flag) return tl::unexpected(flag.error());
  context.reading.rule.*Member = *flag;
  return {};
}

/// Up to where numbers of Lua are exact.
Outcome read_budget(Context& context) {
  constexpr double most = 9007199254740992.0;  // 2^53
  const double bytes = lua_type(context.L, -1) == LUA_TNUMBER ? lua_tonumber(context.L, -1) : -1;
  if (!(bytes >= 0 && bytes <= most && std::trunc(bytes) == bytes)) {
    return expected("a whole number of bytes, 0 or more", context.L, -1);
  }
  context.reading.rule.budget_bytes = static_cast<std::uint64_t>(bytes);
  return {};
}

Outcome read_share(Context& context) {
  const double share = lua_type(context.L, -1) == LUA_TNUMBER ? lua_tonumber(context.L, -1) : 0;
  if (!(share > 0 && share <= 1)) return expected("a number above 0 and at most 1", context.L, -1);
  context.reading.rule.share = share;
  return {};
}

template <auto Member>
Outcome read_moment(Context& context) {
  const auto text = string_at(context.L, -1);
  if (!text) return expected("a moment in UTC as in \"2026-11-27 08:00\"", context.L, -1);
  const auto moment = parse_moment(*text);
  if (!moment) return tl::unexpected(moment.error());
  context.reading.rule.*Member = *moment;
  return {};
}

/// `to` by its other name.
Outcome read_until(Context& context) {
  if (context.reading.rule.until) return failure("it means the same as `to`; write one of them");
  return read_moment<&push::Rule::until>(context);
}

struct Key {
  std::string_view name;
  KeyReader read;
};

using push::Rule;

// In the API's order; `name` first, because every message about the others wants it.
constexpr Key keys[] = {
    {"name", read_name},
    {"host", read_host},
    {"method", read_method},
    {"path", read_patterns<&Rule::paths>},
    {"except", read_patterns<&Rule::except>},
    {"when", read_conditions},
    {"hints", read_hints_key},
    {"phase", read_word<push::phase_named, push::phase_names, &Rule::phase>},
    {"deliver", read_word<push::deliver_named, push::deliver_names, &Rule::deliver>},
    {"final", read_flag<&Rule::final>},
    {"budget_bytes", read_budget},
    {"share", read_share},
    {"shadow", read_flag<&Rule::shadow>},
    {"from", read_moment<&Rule::from>},
    {"to", read_moment<&Rule::until>},
    {"until", read_until},
};

void read_known_keys(Context& context, int table) {
  for (const Key& key : keys) {
    lua_pushlstring(context.L, key.name.data(), key.name.size());
    lua_rawget(context.L, table);
    see_through(context.L, -1);
    if (!lua_isnil(context.L, -1)) {
      const Outcome outcome = key.read(context);
      if (!outcome) {
        context.reading.mistakes.push_back(
            {std::string(key.name), fmt::format("{}: {}", key.name, outcome.error().message)});
      }
    }
    lua_pop(context.L, 1);
  }
}

void find_unknown_keys(Context& context, int table) {
  lua_State* L = context.L;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    const auto name = string_at(L, -2);
    if (!name) {
      context.reading.mistakes.push_back(
          {"", fmt::format("keys are written as name = value, found {} without a name", State::describe(L, -1))});
    } else if (api_entry(ApiSection::rule, *name) == nullptr) {
      context.reading.mistakes.push_back(
          {std::string(*name),
           fmt::format("unknown key \"{}\"{}", *name, instead_of(*name, api_names(ApiSection::rule)))});
    }
    if (enough_mistakes(context.reading.mistakes)) {
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 1);
  }
}

bool has_key(lua_State* L, int table, const char* name) {
  lua_pushstring(L, name);
  lua_rawget(L, table);
  const bool has = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return has;
}

bool is_mistaken(const std::vector<Mistake>& mistakes, std::string_view key) {
  return std::any_of(mistakes.begin(), mistakes.end(), [&](const Mistake& mistake) { return mistake.key == key; });
}

}  // namespace

RuleReading read_rule(State& state, lua_State* L, int index, const HintBoxes& boxes, const Place& place,
                      std::vector<KeptFunction>& functions) {
  const int table = absolute(L, index);
  RuleReading reading;
  reading.rule.place = place;
  reading.rule.name = fmt::format("{}:{}", std::filesystem::path(place.file).filename().string(), place.line);
  Context context{state, L, boxes, functions, reading};
  read_known_keys(context, table);
  const std::size_t of_known_keys = reading.mistakes.size();
  find_unknown_keys(context, table);
  // An unknown key may be what "hints" was meant to be: to say both would be to say it twice.
  const bool all_known = reading.mistakes.size() == of_known_keys;
  if (!has_key(L, table, "hints") && !reading.rule.final && all_known && !is_mistaken(reading.mistakes, "final")) {
    reading.mistakes.push_back({"", "it has neither hints nor final = true, so it does nothing; add hints = { … }"});
  }
  check_rule(reading.rule, reading.mistakes);
  return reading;
}

std::vector<std::string_view> rule_key_names() {
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

}  // namespace outrider::script
