// SPDX-License-Identifier: MIT
// The tokens of a Lua source with their lines, for outline.cc. Never fails: an unfinished string or comment ends with
// the source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outrider::script {

struct LuaToken {
  enum class Type { name, keyword, string, number, symbol, end };

  Type type = Type::end;
  std::string text;  // of a string: what it stands for
  int line = 0;

  bool is(std::string_view symbol_or_keyword) const {
    return (type == Type::symbol || type == Type::keyword) && text == symbol_or_keyword;
  }
};

/// The last token is always an `end`.
std::vector<LuaToken> lua_tokens(std::string_view source);

}  // namespace outrider::script
