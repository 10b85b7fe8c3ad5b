// SPDX-License-Identifier: MIT
// The options of a hint: style("/app.css", { fetchpriority = "high" }). A table of readers by name, which a unit test
// compares with the API's table.
#include "script/hint_options.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/text.h"
#include "push/names.h"
#include "script/api.h"
#include "script/stack.h"
#include "script/state.h"
#include "script/words.h"

namespace outrider::script {
namespace {

using Outcome = Result<void>;
/// Reads the value on top of the stack into the hint.
using OptionReader = Outcome (*)(lua_State* L, push::Hint& hint);

tl::unexpected<Error> expected(std::string_view what, lua_State* L) {
  return failure(fmt::format("expected {}, found {}", what, State::describe(L, -1)));
}

template <auto Named, auto Names, auto Member>
Outcome read_name(lua_State* L, push::Hint& hint) {
  const auto text = string_at(L, -1);
  const auto value = text ? Named(*text) : std::nullopt;
  if (!value) return expected(one_of(Names()), L);
  hint.*Member = *value;
  return {};
}

template <auto Member>
Outcome read_text(lua_State* L, push::Hint& hint) {
  const auto text = string_at(L, -1);
  if (!text || text->empty()) return expected("a string that is not empty", L);
  if (!is_printable(*text)) return failure("expected printable ASCII, because it goes into a header field");
  (hint.*Member).assign(*text);
  return {};
}

template <auto Member>
Outcome read_flag(lua_State* L, push::Hint& hint) {
  if (!lua_isboolean(L, -1)) return expected("true or false", L);
  hint.*Member = lua_toboolean(L, -1) != 0;
  return {};
}

template <auto Member>
Outcome read_image_text(lua_State* L, push::Hint& hint) {
  if (hint.kind != push::Kind::image) return failure("it is for images alone");
  return read_text<Member>(L, hint);
}

Outcome read_crossorigin(lua_State* L, push::Hint& hint) {
  if (lua_isboolean(L, -1)) {
    const bool wanted = lua_toboolean(L, -1) != 0;
    if (!wanted && hint.kind == push::Kind::font) {
      return failure(
          "browsers fetch every font with crossorigin, so that a hint without it is fetched twice; leave it out");
    }
    hint.crossorigin = wanted ? push::CrossOrigin::anonymous : push::CrossOrigin::none;
    return {};
  }
  const auto text = string_at(L, -1);
  const auto value = text ? push::crossorigin_named(*text) : std::nullopt;
  if (!value) return expected(one_of(push::crossorigin_names()) + " or true", L);
  hint.crossorigin = *value;
  return {};
}

/// Fields that belong to a connection or to a message's framing cannot be repeated in a promise (RFC 9113 8.2.2).
bool may_be_repeated(std::string_view name) {
  constexpr std::array<std::string_view, 8> never{"host",    "connection",       "content-length", "transfer-encoding",
                                                  "upgrade", "proxy-connection", "keep-alive",     "te"};
  return std::find(never.begin(), never.end(), name) == never.end();
}

Outcome add_header_name(lua_State* L, push::Hint& hint) {
  const auto text = string_at(L, -1);
  if (!text || !is_token(*text)) return expected("names of request headers", L);
  std::string name = lower_case(*text);
  if (!may_be_repeated(name)) return failure(fmt::format("\"{}\" cannot be repeated in a promise", name));
  if (std::find(hint.with.begin(), hint.with.end(), name) == hint.with.end()) hint.with.push_back(std::move(name));
  return {};
}

Outcome read_with(lua_State* L, push::Hint& hint) {
  if (lua_type(L, -1) != LUA_TTABLE) return add_header_name(L, hint);
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    const bool is_item = lua_type(L, -2) == LUA_TNUMBER;
    const Outcome added =
        is_item ? add_header_name(L, hint) : Outcome(expected("a list of names of request headers", L));
    lua_pop(L, 1);
    if (!added) {
      lua_pop(L, 1);
      return added;
    }
  }
  return {};
}

struct Option {
  std::string_view name;
  OptionReader read;
};

constexpr Option options[] = {
    {"crossorigin", read_crossorigin},
    {"type", read_text<&push::Hint::type>},
    {"fetchpriority", read_name<push::fetchpriority_named, push::fetchpriority_names, &push::Hint::fetchpriority>},
    {"integrity", read_text<&push::Hint::integrity>},
    {"media", read_text<&push::Hint::media>},
    {"imagesrcset", read_image_text<&push::Hint::imagesrcset>},
    {"imagesizes", read_image_text<&push::Hint::imagesizes>},
    {"priority", read_name<push::push_priority_named, push::push_priority_names, &push::Hint::priority>},
    {"nopush", read_flag<&push::Hint::nopush>},
    {"push_only", read_flag<&push::Hint::push_only>},
    {"with", read_with},
};

Outcome read_option(lua_State* L, std::string_view name, push::Hint& hint) {
  const auto* found =
      std::find_if(std::begin(options), std::end(options), [&](const Option& option) { return option.name == name; });
  if (found == std::end(options)) {
    return failure(fmt::format("unknown option \"{}\"{}", name, instead_of(name, api_names(ApiSection::hint_option))));
  }
  if (hint.kind == push::Kind::preconnect && name != "crossorigin") {
    return failure(fmt::format("option \"{}\": a preconnect takes crossorigin alone", name));
  }
  const Outcome outcome = found->read(L, hint);
  if (!outcome) return failure(fmt::format("option \"{}\": {}", name, outcome.error().message));
  return outcome;
}

}  // namespace

void read_hint_options(lua_State* L, int index, bool first_is_url, HintCall& call) {
  const int table = absolute(L, index);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    see_through(L, -1);
    const auto name = string_at(L, -2);
    if (name) {
      const Outcome outcome = read_option(L, *name, call.hint);
      if (!outcome) call.mistakes.push_back({std::string(*name), outcome.error().message});
    } else if (!first_is_url || lua_type(L, -2) != LUA_TNUMBER || lua_tonumber(L, -2) != 1) {
      call.mistakes.push_back(
          {"", fmt::format("options are written as name = value, found {} without a name", State::describe(L, -1))});
    }
    if (enough_mistakes(call.mistakes)) {
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 1);
  }
  if (call.hint.nopush && call.hint.push_only) {
    call.mistakes.push_back({"push_only", "nopush and push_only exclude each other"});
  }
}

std::vector<std::string_view> hint_option_names() {
  std::vector<std::string_view> names;
  for (const Option& option : options) names.push_back(option.name);
  return names;
}

}  // namespace outrider::script
