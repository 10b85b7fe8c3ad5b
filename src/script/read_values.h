// SPDX-License-Identifier: MIT
// Plain values that rule keys and conditions take: strings, lists of strings, flags. Control thread, while
// loading; the lists also on the worker's thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

struct lua_State;

namespace outrider::script {

/// Something wrong with a table that a rule file wrote, and with which part of it.
struct Mistake {
  std::string key;  // empty: the table as a whole
  std::string message;
  std::string inner_key{};  // a key of the table below `key`
  int item = 0;             // an item of the list below `key`
};

/// Whether one more was found than will be told: whoever looks for further ones may stop.
bool enough_mistakes(const std::vector<Mistake>& mistakes);

/// Puts the table that a read-only view stands for in the view's place, for reading; anything else stays. Raises
/// nothing.
void see_through(lua_State* L, int index);

/// A string, or a list of at least one. The error says what was expected (`what`, as in "a host or a list of hosts")
/// and found. Empty strings are errors. Raises nothing.
Result<std::vector<std::string>> read_strings(lua_State* L, int index, const std::string& what);

/// The positions of a list's items, ascending, holes left out; at most `limit` of them. Errors: a key that is no
/// position, in words. Raises nothing.
Result<std::vector<int>> list_positions(lua_State* L, int index, std::size_t limit);

/// true or false. Raises nothing.
Result<bool> read_boolean(lua_State* L, int index);

/// A string that is not empty. Raises nothing.
Result<std::string> read_string(lua_State* L, int index, const std::string& what);

/// `expected WHAT, found a number (5)`.
tl::unexpected<Error> expected(const std::string& what, lua_State* L, int index);

}  // namespace outrider::script
