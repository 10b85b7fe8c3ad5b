// SPDX-License-Identifier: MIT
// One file, one state, one watchdog, for as long as the file runs.
#include "script/table_file.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

#include "script/lua_api.h"
#include "script/outline.h"
#include "script/state.h"
#include "script/values.h"
#include "script/watchdog.h"

namespace outrider::script {
namespace {

constexpr std::chrono::milliseconds cpu_limit{5000};

/// Where the file's `return` is, as far as the outline tells.
Place result_place(const Outline& outline, const std::string& shown_as) {
  return {shown_as, outline.returned() != nullptr ? outline.returned()->line : 0};
}

/// Who leaves `return` out is told of a global, or of a symbol, that is not what is wrong.
std::string without_return(std::string_view message) {
  return fmt::format("{}; the file must return a table: \"return {{ … }}\"",
                     message.substr(0, message.find("; write ")));
}

}  // namespace

Value run_table_file(std::string_view text, const std::string& shown_as, const OpenGlobals& open) {
  Watchdog watchdog;
  State state(Limits{}, &watchdog);
  const Outline outline = Outline::parse(text);
  Value tree;
  std::vector<Problem> problems;
  const auto result = state.run(cpu_limit, [&](lua_State* lua) {
    if (open) open(state, lua);
    if (const auto loaded = state.load(lua, text, shown_as); !loaded) throw ScriptError(loaded.error().message, 0);
    lua_call(lua, 0, 1);
    tree = value_at(lua, -1, outline.returned(), result_place(outline, shown_as), problems);
  });
  if (!result) {
    Problem problem = problem_from(result.error(), {shown_as, 0});
    if (text.find("return") == text.npos) problem.message = without_return(problem.message);
    throw LoadError({std::move(problem)});
  }
  if (problems.size() > most_problems_of_file) {
    problems.resize(most_problems_of_file);
    problems.push_back(more_in_file(shown_as));
  }
  if (!problems.empty()) throw LoadError(std::move(problems));
  if (tree.table() == nullptr) {
    throw LoadError(
        {shown_as, 0},
        fmt::format("expected a file that returns a table, \"return {{ … }}\"; it returns {}", tree.describe()));
  }
  return tree;
}

}  // namespace outrider::script
