// SPDX-License-Identifier: MIT
// Errors as a person reads them: the place first, the file's name in full, then who called whom.
#include <fmt/format.h>

#include <cctype>
#include <charconv>

#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

constexpr int frames_shown = 8;
constexpr std::size_t text_shown = 60;

/// Of a chunk that load() compiled, not in C and not the sandbox's own. Its name is "@rules/shop.lua".
bool is_scripts(const lua_Debug& frame) {
  return frame.currentline > 0 && frame.source[0] == '@';
}

std::string file_of(const lua_Debug& frame) {
  return frame.source + 1;
}

std::string function_of(const lua_Debug& frame) {
  if (*frame.what == 'm') return "in the file itself";
  if (frame.name != nullptr) return fmt::format("in function '{}'", frame.name);
  return fmt::format("in the function of line {}", frame.linedefined);
}

}  // namespace

Place State::place(lua_State* lua, int level) const {
  lua_Debug frame{};
  if (lua_getstack(lua, level, &frame) == 0 || lua_getinfo(lua, "Sl", &frame) == 0 || !is_scripts(frame)) return {};
  return {file_of(frame), frame.currentline};
}

Place State::nearest_place(lua_State* lua, int level) const {
  Place found;
  lua_Debug frame{};
  for (; found.line == 0 && lua_getstack(lua, level, &frame) == 1; ++level) found = place(lua, level);
  return found;
}

std::string State::traceback(lua_State* lua, int level) const {
  std::string text;
  int shown = 0;
  lua_Debug frame{};
  for (; lua_getstack(lua, level, &frame) == 1; ++level) {
    lua_getinfo(lua, "Snl", &frame);
    if (!is_scripts(frame)) continue;
    if (++shown > frames_shown) {
      text += "\n  …";
      break;
    }
    text += fmt::format("\n  {}:{}: {}", file_of(frame), frame.currentline, function_of(frame));
  }
  return shown > 1 ? text : std::string();
}

int State::add_traceback(State& state, lua_State* lua) {
  std::string message;
  if (lua_type(lua, 1) == LUA_TSTRING) {
    message = state.with_whole_names(std::string(text_at(lua, 1)));
  } else if (!state.stack_is_used_up() && luaL_callmeta(lua, 1, "__tostring") != 0 &&
             lua_type(lua, -1) == LUA_TSTRING) {
    message = text_at(lua, -1);
  } else {
    message = "error raised with " + describe(lua, 1);
  }
  if (!state.begins_with_place(message)) {
    const Place where = state.nearest_place(lua, 1);
    if (where.line > 0) message = where.text() + ": " + message;
  }
  push_text(lua, message + state.traceback(lua, 1));
  return 1;
}

bool State::begins_with_place(std::string_view message) const {
  for (const std::string& name : names_) {
    if (message.starts_with(name) && message.size() > name.size() + 1 && message[name.size()] == ':' &&
        std::isdigit(static_cast<unsigned char>(message[name.size() + 1]))) {
      return true;
    }
  }
  return false;
}

std::string State::with_whole_names(std::string message) const {
  constexpr std::string_view cut_mark = "...";
  if (!message.starts_with(cut_mark)) return message;
  const std::size_t end = message.find(':');
  const std::string_view tail = std::string_view(message).substr(cut_mark.size(), end - cut_mark.size());
  if (end == std::string::npos || tail.empty()) return message;
  for (const std::string& name : names_) {
    if (name.size() + cut_mark.size() >= LUA_IDSIZE && name.ends_with(tail)) return name + message.substr(end);
  }
  return message;
}

std::string State::describe(lua_State* lua, int index) {
  switch (lua_type(lua, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
      return "nothing";
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, index) != 0 ? "true" : "false";
    case LUA_TNUMBER:
      return fmt::format("a number ({})", lua_tonumber(lua, index));
    case LUA_TSTRING: {
      const std::string_view text = text_at(lua, index);
      return text.size() > text_shown ? fmt::format("a string (\"{}…\")", text.substr(0, text_shown))
                                      : fmt::format("a string (\"{}\")", text);
    }
    case LUA_TFUNCTION:
      return "a function";
    case LUA_TTHREAD:
      return "a coroutine";
    default:
      return Frozen::is_table(lua, index) ? "a table" : "an object";
  }
}

Problem problem_from(const Error& error, const Place& fallback) {
  const std::string& message = error.message;
  // "FILE:LINE: what", on the first line.
  const std::size_t line_end = std::min(message.find('\n'), message.size());
  for (std::size_t colon = message.find(':'); colon < line_end; colon = message.find(':', colon + 1)) {
    int line = 0;
    const char* begin = message.data() + colon + 1;
    const auto [end, failed] = std::from_chars(begin, message.data() + line_end, line);
    if (failed != std::errc() || line < 1 || end + 1 >= message.data() + line_end || *end != ':' || end[1] != ' ')
      continue;
    return {{message.substr(0, colon), line}, message.substr(static_cast<std::size_t>(end + 2 - message.data()))};
  }
  if (!fallback.file.empty() && message.starts_with(fallback.file + ": ")) {
    return {{fallback.file, 0}, message.substr(fallback.file.size() + 2)};
  }
  return {fallback, message};
}

}  // namespace outrider::script
