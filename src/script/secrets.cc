// SPDX-License-Identifier: MIT
// Secrets as userdata, and the two functions that make them.
#include "script/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

const char secret_metatable[] = "outrider.secret";

/// The userdata is this, with `size` bytes behind it: nothing in it needs a destructor.
struct Secret {
  bool is_number;
  double number;
  std::size_t size;

  const char* text() const { return reinterpret_cast<const char*>(this + 1); }
};

const Secret* secret_or_null(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || lua_getmetatable(lua, index) == 0) return nullptr;
  luaL_getmetatable(lua, secret_metatable);
  const bool ours = lua_rawequal(lua, -1, -2) != 0;
  lua_pop(lua, 2);
  return ours ? static_cast<const Secret*>(lua_touserdata(lua, index)) : nullptr;
}

std::string_view text_of(const Secret& secret) {
  return {secret.text(), secret.size};
}

void push_secret(lua_State* lua, std::string_view text, std::optional<double> number = std::nullopt) {
  void* memory = lua_newuserdata(lua, sizeof(Secret) + text.size());
  auto* secret = new (memory) Secret{number.has_value(), number.value_or(0), text.size()};
  std::memcpy(static_cast<char*>(memory) + sizeof *secret, text.data(), text.size());
  luaL_getmetatable(lua, secret_metatable);
  lua_setmetatable(lua, -2);
}

int to_string(State&, lua_State* lua) {
  lua_pushliteral(lua, "***");
  return 1;
}

int join(State&, lua_State* lua) {
  std::string joined;
  for (const int side : {1, 2}) {
    if (const Secret* secret = secret_or_null(lua, side)) {
      joined += text_of(*secret);
    } else if (lua_isstring(lua, side) != 0) {
      joined += text_at(lua, side);
    } else {
      throw ScriptError("a secret can be joined with strings and numbers only, not with " + State::describe(lua, side));
    }
  }
  push_secret(lua, joined);
  return 1;
}

int is(State&, lua_State* lua) {
  const Secret* secret = secret_or_null(lua, 1);
  if (secret == nullptr) throw ScriptError("write secret:is(\"text\"), with a colon");
  lua_pushboolean(lua, text_of(*secret) == check_text(lua, 2) ? 1 : 0);
  return 1;
}

int unknown_field(State&, lua_State* lua) {
  if (lua_type(lua, 2) == LUA_TSTRING && text_at(lua, 2) == "is") {
    State::push(lua, is);
    return 1;
  }
  throw ScriptError(
      "what env() and credential() return is a secret, not a string: it can be joined with .., compared with "
      ":is(\"text\") "
      "and handed to a key of the configuration");
}

std::string name_argument(lua_State* lua, const char* function) {
  if (lua_type(lua, 1) != LUA_TSTRING || text_at(lua, 1).empty()) {
    throw ScriptError(fmt::format("{}: expected a name (a string), found {}", function, State::describe(lua, 1)));
  }
  return std::string(text_at(lua, 1));
}

/// The variable's text as the type that the default has.
int push_variable(lua_State* lua, const std::string& name, std::string_view text) {
  if (lua_type(lua, 2) == LUA_TNUMBER) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw ScriptError(fmt::format("env(\"{}\"): expected a number in this variable, as the default is one", name));
    }
    push_secret(lua, text, number);
  } else if (lua_type(lua, 2) == LUA_TBOOLEAN) {
    const bool yes = text == "true" || text == "1" || text == "yes" || text == "on";
    const bool no = text == "false" || text == "0" || text == "no" || text == "off" || text.empty();
    if (!yes && !no) {
      throw ScriptError(
          fmt::format("env(\"{}\"): expected true or false in this variable, as the default is one", name));
    }
    lua_pushboolean(lua, yes ? 1 : 0);
  } else {
    push_secret(lua, text);
  }
  return 1;
}

int env(State&, lua_State* lua) {
  lua_settop(lua, 2);
  const std::string name = name_argument(lua, "env");
  const char* text = name.find('\0') == std::string::npos ? std::getenv(name.c_str()) : nullptr;
  if (text != nullptr) return push_variable(lua, name, text);
  if (lua_isnil(lua, 2)) {
    throw ScriptError(
        fmt::format("the environment variable \"{}\" is not set; set it, or give a default: env(\"{}\", "
                    "\"value\")",
                    name, name));
  }
  return 1;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

int credential(State&, lua_State* lua) {
  const fs::path folder(std::string(text_at(lua, lua_upvalueindex(1))));
  const std::string name = name_argument(lua, "credential");
  if (name.find('/') != std::string::npos || name == "." || name == ".." || name.find('\0') != std::string::npos) {
    throw ScriptError(fmt::format("credential(\"{}\"): expected a name without slashes", name));
  }
  const char* systemd = std::getenv("CREDENTIALS_DIRECTORY");
  if (systemd != nullptr && *systemd != '\0' && is_file(fs::path(systemd) / name)) {
    push_secret(lua, (fs::path(systemd) / name).native());
    return 1;
  }
  const fs::path own = folder / "credentials" / name;
  if (lua_toboolean(lua, lua_upvalueindex(2)) == 0) {
    push_secret(lua, own.native());
    return 1;
  }
  if (!is_file(own)) {
    throw ScriptError(
        fmt::format("credential(\"{}\"): there is neither a systemd credential of that name ({}) nor a file {}", name,
                    systemd != nullptr && *systemd != '\0' ? (fs::path(systemd) / name).string()
                                                           : "$CREDENTIALS_DIRECTORY is not set",
                    own.string()));
  }
  struct stat status {};
  if (::stat(own.c_str(), &status) != 0 || (status.st_mode & 077) != 0) {
    throw ScriptError(fmt::format("credential(\"{}\"): {} has mode {:04o}; others must not read it: chmod 600", name,
                                  own.string(), status.st_mode & 07777));
  }
  push_secret(lua, own.native());
  return 1;
}

}  // namespace

void open_secrets(State& state, lua_State* lua, const fs::path& folder, bool must_be_there) {
  luaL_newmetatable(lua, secret_metatable);
  const luaL_Reg functions[] = {
      {"__tostring", binding<to_string>}, {"__concat", binding<join>}, {"__index", binding<unknown_field>}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  lua_pop(lua, 1);
  state.set_global(lua, "env", env);
  push_text(lua, folder.native());
  lua_pushboolean(lua, must_be_there ? 1 : 0);
  lua_pushcclosure(lua, binding<credential>, 2);
  state.set_global(lua, "credential");
}

std::optional<Value> secret_at(lua_State* lua, int index) {
  const Secret* secret = secret_or_null(lua, index);
  if (secret == nullptr) return std::nullopt;
  Value value;
  value.secret = true;
  if (secret->is_number) {
    value.data = secret->number;
  } else {
    value.data = std::string(text_of(*secret));
  }
  return value;
}

}  // namespace outrider::script
