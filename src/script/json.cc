// SPDX-License-Identifier: MIT
// JSON goes from the parser's events straight onto the Lua stack: no tree in between, no recursion.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "script/data_formats.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

constexpr std::size_t most_levels_of_json = 100;
constexpr int events_between_checks = 1024;

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(State& state, lua_State* lua) : state_(state), lua_(lua) {}

  bool null() override {
    // In an object a key without a value; in a list something that keeps the place.
    in_array() ? lua_pushboolean(lua_, 0) : lua_pushnil(lua_);
    return store();
  }
  bool boolean(bool value) override {
    lua_pushboolean(lua_, value ? 1 : 0);
    return store();
  }
  bool number_integer(number_integer_t value) override { return number(static_cast<lua_Number>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<lua_Number>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool string(string_t& value) override {
    push_text(lua_, value);
    return store();
  }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool key(string_t& value) override {
    push_text(lua_, value);
    return true;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    position_ = position;
    problem_ = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error …"
    if (const auto end = problem_.find(": "); problem_.starts_with('[') && end != std::string::npos)
      problem_.erase(0, end + 2);
    return false;
  }

  const std::string& problem() const { return problem_; }
  std::size_t position() const { return position_; }

 private:
  bool in_array() const { return !items_.empty() && items_.back() >= 0; }

  bool number(lua_Number value) {
    lua_pushnumber(lua_, value);
    return store();
  }

  bool open(bool array) {
    if (items_.size() == most_levels_of_json) {
      problem_ = fmt::format("more than {} levels of lists and objects", most_levels_of_json);
      return false;
    }
    luaL_checkstack(lua_, 10, "JSON");
    lua_newtable(lua_);
    items_.push_back(array ? 0 : -1);
    return true;
  }

  bool close() {
    items_.pop_back();
    Frozen::wrap_plain_data(lua_);
    return store();
  }

  /// Takes the value on top of the stack into the table that is being built.
  bool store() {
    if (++events_ % events_between_checks == 0) state_.check_time(lua_);
    if (items_.empty()) return true;
    if (in_array()) {
      lua_rawseti(lua_, -2, ++items_.back());
    } else {
      lua_rawset(lua_, -3);
    }
    return true;
  }

  State& state_;
  lua_State* lua_;
  std::vector<int> items_;  // for each open table how many items it has; -1 for an object
  int events_ = 0;
  std::string problem_;
  std::size_t position_ = 0;
};

}  // namespace

void push_json(State& state, lua_State* lua, std::string_view text, const std::string& name) {
  Builder builder(state, lua);
  const int top = lua_gettop(lua);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    lua_settop(lua, top + 1);
    return;
  }
  lua_settop(lua, top);
  const auto before = text.substr(0, std::min(builder.position(), text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  throw ScriptError(builder.position() == 0 ? fmt::format("{}: {}", name, builder.problem())
                                            : fmt::format("{}:{}: no valid JSON: {}", name, line, builder.problem()));
}

}  // namespace outrider::script
