// SPDX-License-Identifier: MIT
#include "script/lua_names.h"

#include <algorithm>

#include "base/check.h"

namespace outrider::script {
namespace {

constexpr const char* base_kept[] = {"assert", "error", "pcall", "select", "tonumber", "tostring", "rawequal"};
constexpr const char* base_ours[] = {"type",   "next",         "pairs",        "ipairs", "unpack",
                                     "rawget", "setmetatable", "getmetatable", "print",  "xpcall"};
constexpr const char* coroutine_kept[] = {"create", "running", "status", "yield"};
constexpr const char* coroutine_ours[] = {"resume", "wrap"};
constexpr const char* string_kept[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper"};
constexpr const char* string_ours[] = {"find", "match", "gmatch", "gsub", "rep", "format"};
constexpr const char* table_ours[] = {"insert", "remove", "concat", "sort"};
constexpr const char* math_kept[] = {"abs",   "acos", "asin",  "atan", "atan2", "ceil", "cos",   "cosh",
                                     "deg",   "exp",  "floor", "fmod", "frexp", "huge", "ldexp", "log",
                                     "log10", "max",  "min",   "modf", "pi",    "pow",  "rad",   "random",
                                     "sin",   "sinh", "sqrt",  "tan",  "tanh"};
constexpr const char* bit_kept[] = {"arshift", "band", "bnot", "bor",    "bswap", "bxor",
                                    "lshift",  "rol",  "ror",  "rshift", "tobit", "tohex"};
constexpr const char* os_kept[] = {"date", "difftime", "time"};

constexpr LuaLibrary libraries[] = {
    {"", base_kept, base_ours},
    {"string", string_kept, string_ours},
    {"table", {}, table_ours},
    {"math", math_kept, {}},
    {"os", os_kept, {}},
    {"bit", bit_kept, {}},
    {"coroutine", coroutine_kept, coroutine_ours},
};

}  // namespace

std::span<const LuaLibrary> lua_libraries() {
  return libraries;
}

const LuaLibrary& lua_library(std::string_view name) {
  const auto* found = std::find_if(std::begin(libraries), std::end(libraries),
                                   [&](const LuaLibrary& library) { return library.name == name; });
  CHECK(found != std::end(libraries));
  return *found;
}

}  // namespace outrider::script
