// SPDX-License-Identifier: MIT
// Tables with known keys in test files, and the values that they hold. Raises nothing but Lua errors for memory.
// Control thread, while tests run.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "script/read_values.h"

struct lua_State;

namespace outrider::script {

struct TestRequest;

/// A key of a table, and who reads the value on top of the stack into the request.
struct TestKey {
  std::string_view name;
  Result<void> (*read)(lua_State* L, TestRequest& request);
};

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// Reads the keys in their order, as what one says may matter to the next. Unknown ones are mistakes.
void read_keys(lua_State* L, int table, std::span<const TestKey> keys, TestRequest& request,
               std::vector<Mistake>& mistakes);
/// The same for the table on top of the stack, with all mistakes in one error; `what` says what else it should be.
Result<void> read_table(lua_State* L, const std::string& what, std::span<const TestKey> keys, TestRequest& request);
/// `{ name = value, … }` on top of the stack, sorted by name, because Lua's tables have no order. A value may be a
/// list.
Result<void> read_named_values(lua_State* L, TextPairs& pairs);
/// The number on top of the stack; nothing where that is no number above 0, or above `most`.
std::optional<double> positive_number(lua_State* L, double most);

std::vector<std::string_view> names_of(std::span<const TestKey> keys);

}  // namespace outrider::script
