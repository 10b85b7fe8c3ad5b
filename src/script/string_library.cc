// SPDX-License-Identifier: MIT
// `string`: find, match, gmatch, gsub and rep. Ours, because debug hooks do not run inside C functions: Lua's own could
// not be stopped.
#include <fmt/format.h>

#include <cstring>
#include <string>

#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/lua_patterns.h"
#include "script/sandbox.h"
#include "script/state.h"

namespace outrider::script {
namespace {

/// Files that load have a thousand times the CPU time of a request, and work on whole documents.
constexpr std::size_t steps_at_load = 100;

std::size_t steps_for(const State& state) {
  return state.limits().pattern_steps * (state.loading() ? steps_at_load : 1);
}

LuaPattern::Pause time_check(State& state, lua_State* lua) {
  return [&state, lua] { state.check_time(lua); };
}

void push_capture(lua_State* lua, std::string_view subject, const LuaPattern::Capture& capture) {
  if (capture.position) {
    lua_pushinteger(lua, static_cast<lua_Integer>(capture.begin) + 1);
  } else {
    push_text(lua, subject.substr(capture.begin, capture.length));
  }
}

/// The captures, or the whole match where the pattern has none and `whole` is set. Returns how many it pushed.
int push_captures(lua_State* lua, std::string_view subject, const LuaPattern::Match& match, bool whole) {
  if (match.capture_count == 0 && whole) {
    push_text(lua, subject.substr(match.begin, match.end - match.begin));
    return 1;
  }
  luaL_checkstack(lua, match.capture_count, "too many captures");
  for (int i = 0; i < match.capture_count; ++i) push_capture(lua, subject, match.captures[static_cast<std::size_t>(i)]);
  return match.capture_count;
}

/// Argument 3 of find and match as an index from 0, at most the subject's length.
std::size_t start_of(lua_State* lua, std::size_t length) {
  const lua_Integer start = luaL_optinteger(lua, 3, 1);
  const auto size = static_cast<lua_Integer>(length);
  const lua_Integer index = start < 0 ? start + size : start - 1;
  return index < 0 ? 0 : static_cast<std::size_t>(std::min(index, size));
}

int find_or_match(State& state, lua_State* lua, bool find) {
  const std::string_view subject = check_text(lua, 1);
  const std::string_view pattern = check_text(lua, 2);
  const std::size_t start = start_of(lua, subject.size());
  if (find && (lua_toboolean(lua, 4) != 0 || LuaPattern::is_plain(pattern))) {
    // memmem takes linear time; string_view::find does not.
    const char* begin = subject.data() + start;
    const auto* found = static_cast<const char*>(memmem(begin, subject.size() - start, pattern.data(), pattern.size()));
    if (found == nullptr) {
      lua_pushnil(lua);
      return 1;
    }
    lua_pushinteger(lua, found - subject.data() + 1);
    lua_pushinteger(lua, found - subject.data() + static_cast<std::ptrdiff_t>(pattern.size()));
    return 2;
  }
  LuaPattern search(subject, pattern, steps_for(state), time_check(state, lua));
  LuaPattern::Match match;
  if (!search.find(start, match)) {
    lua_pushnil(lua);
    return 1;
  }
  if (!find) return push_captures(lua, subject, match, true);
  lua_pushinteger(lua, static_cast<lua_Integer>(match.begin) + 1);
  lua_pushinteger(lua, static_cast<lua_Integer>(match.end));
  return 2 + push_captures(lua, subject, match, false);
}

int find(State& state, lua_State* lua) {
  return find_or_match(state, lua, true);
}

int match(State& state, lua_State* lua) {
  return find_or_match(state, lua, false);
}

int gmatch_step(State& state, lua_State* lua) {
  const std::string_view subject = text_at(lua, lua_upvalueindex(1));
  const std::string_view pattern = text_at(lua, lua_upvalueindex(2));
  const auto from = static_cast<std::size_t>(lua_tonumber(lua, lua_upvalueindex(3)));
  LuaPattern search(subject, pattern, steps_for(state), time_check(state, lua), false);
  LuaPattern::Match match;
  if (from > subject.size() || !search.find(from, match)) return 0;
  // Behind an empty match the next one begins a character later.
  lua_pushnumber(lua, static_cast<lua_Number>(match.end + (match.end == match.begin ? 1 : 0)));
  lua_replace(lua, lua_upvalueindex(3));
  return push_captures(lua, subject, match, true);
}

int gmatch(State&, lua_State* lua) {
  check_text(lua, 1);
  check_text(lua, 2);
  lua_settop(lua, 2);
  lua_pushnumber(lua, 0);
  lua_pushcclosure(lua, binding<gmatch_step>, 3);
  return 1;
}

class Substitution {
 public:
  Substitution(State& state, lua_State* lua) : state_(state), lua_(lua), subject_(check_text(lua, 1)) {
    const int type = lua_type(lua, 3);
    const bool table = Frozen::is_table(lua, 3);
    if (!table && type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TFUNCTION) {
      luaL_typerror(lua, 3, "string/function/table");
    }
    kind_ = table ? LUA_TTABLE : type;
    if (kind_ == LUA_TSTRING || kind_ == LUA_TNUMBER) replacement_ = check_text(lua, 3);
  }

  void keep(std::string_view text) {
    if (result_.size() + text.size() > state_.limits().memory_bytes) {
      throw ScriptError("not enough memory for the result of gsub");
    }
    result_ += text;
    if (result_.size() < next_check_) return;
    next_check_ = result_.size() + (1u << 16);
    state_.check_time(lua_);
  }

  void replace(const LuaPattern::Match& match) {
    const std::string_view whole = subject_.substr(match.begin, match.end - match.begin);
    if (kind_ == LUA_TSTRING || kind_ == LUA_TNUMBER) return expand(match, whole);
    const int top = lua_gettop(lua_);
    if (kind_ == LUA_TFUNCTION) {
      lua_pushvalue(lua_, 3);
      lua_call(lua_, push_captures(lua_, subject_, match, true), 1);
    } else {
      match.capture_count > 0 ? push_capture(lua_, subject_, match.captures[0]) : push_text(lua_, whole);
      lua_gettable(lua_, 3);
    }
    if (lua_toboolean(lua_, -1) == 0) {
      keep(whole);
    } else if (lua_isstring(lua_, -1) != 0) {
      keep(text_at(lua_, -1));
    } else {
      throw ScriptError("gsub replaces by strings and numbers; found " + State::describe(lua_, -1));
    }
    lua_settop(lua_, top);
  }

  const std::string& result() const { return result_; }
  std::string_view subject() const { return subject_; }

 private:
  /// "%0" to "%9" in a replacement string.
  void expand(const LuaPattern::Match& match, std::string_view whole) {
    std::string_view rest = replacement_;
    for (auto at = rest.find('%'); at != rest.npos && at + 1 < rest.size(); at = rest.find('%')) {
      keep(rest.substr(0, at));
      const char c = rest[at + 1];
      c >= '0' && c <= '9' ? keep_capture(match, whole, c - '1') : keep({&c, 1});
      rest.remove_prefix(at + 2);
    }
    keep(rest);
  }

  void keep_capture(const LuaPattern::Match& match, std::string_view whole, int index) {
    if (index < 0 || (index == 0 && match.capture_count == 0)) return keep(whole);
    if (index >= match.capture_count) throw ScriptError(fmt::format("invalid capture index %{}", index + 1));
    const LuaPattern::Capture& capture = match.captures[static_cast<std::size_t>(index)];
    if (capture.position) return keep(std::to_string(capture.begin + 1));
    keep(subject_.substr(capture.begin, capture.length));
  }

  State& state_;
  lua_State* lua_;
  std::string_view subject_;
  std::string_view replacement_;
  int kind_ = LUA_TNIL;
  std::string result_;
  std::size_t next_check_ = 0;  // of the time, when the result is so long
};

int gsub(State& state, lua_State* lua) {
  const std::string_view pattern = check_text(lua, 2);
  lua_settop(lua, 4);
  Substitution substitution(state, lua);
  const std::string_view subject = substitution.subject();
  const lua_Integer most = luaL_optinteger(lua, 4, static_cast<lua_Integer>(subject.size()) + 1);
  LuaPattern search(subject, pattern, steps_for(state), time_check(state, lua));
  LuaPattern::Match match;
  lua_Integer count = 0;
  std::size_t at = 0;
  while (count < most) {
    if (search.match_at(at, match)) {
      ++count;
      substitution.replace(match);
      if (match.end > at) {
        at = match.end;
        if (search.anchored()) break;
        continue;
      }
    }
    if (at >= subject.size()) break;
    substitution.keep(subject.substr(at++, 1));
    if (search.anchored()) break;
    if (at % 1024 == 0) state.check_time(lua);
  }
  if (at < subject.size()) substitution.keep(subject.substr(at));
  push_text(lua, substitution.result());
  lua_pushinteger(lua, count);
  return 2;
}

/// `text` so many times, in pieces of which none takes long.
std::string repeated(State& state, lua_State* lua, std::string_view text, std::string_view separator,
                     std::size_t times) {
  constexpr std::size_t most = 1u << 18;
  const std::string unit = fmt::format("{}{}", text, separator);
  std::string piece = unit;
  while (piece.size() < most && piece.size() < unit.size() * times) piece.append(std::string(piece));
  const std::size_t in_piece = piece.size() / unit.size();
  std::string result;
  result.reserve(unit.size() * times);
  for (; times > in_piece; times -= in_piece) {
    result += piece;
    state.check_time(lua);
  }
  // Behind the last one is no separator.
  return result.append(piece, 0, times * unit.size() - separator.size());
}

int rep(State& state, lua_State* lua) {
  const std::string_view text = check_text(lua, 1);
  const lua_Number times = luaL_checknumber(lua, 2);
  const std::string_view separator = lua_isnoneornil(lua, 3) ? std::string_view() : check_text(lua, 3);
  if (!(times >= 1) || (text.empty() && separator.empty())) {
    lua_pushliteral(lua, "");
    return 1;
  }
  const double size = static_cast<double>(text.size() + separator.size()) * times;
  if (size > static_cast<double>(state.limits().memory_bytes)) {
    throw ScriptError(fmt::format("not enough memory: rep would make a string of {:.0f} bytes", size));
  }
  push_text(lua, repeated(state, lua, text, separator, static_cast<std::size_t>(times)));
  return 1;
}

/// Lua's own, but its call passes State::enter(), which ends those that nest too deeply: "%s" may call a script's
/// __tostring, which may format. The tail call keeps the caller's name and line in its messages.
constexpr std::string_view format_source = R"lua(
local format, check = ...
return function(...)
  check()
  return format(...)
end
)lua";

int check_nesting(State&, lua_State*) {
  return 0;
}

}  // namespace

void open_string_library(lua_State* lua) {
  const luaL_Reg functions[] = {{"find", binding<find>},
                                {"match", binding<match>},
                                {"gmatch", binding<gmatch>},
                                {"gsub", binding<gsub>},
                                {"rep", binding<rep>}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  lua_getglobal(lua, "string");
  lua_getfield(lua, -1, "format");
  lua_replace(lua, -2);
  lua_pushcfunction(lua, binding<check_nesting>);
  push_made_by(lua, format_source, "=format", 2);
  lua_setfield(lua, -2, "format");
}

}  // namespace outrider::script
