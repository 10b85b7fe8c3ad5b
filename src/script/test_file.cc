// SPDX-License-Identifier: MIT
// The bindings of test files. `this` is the first upvalue of each: a binding can only run while run() does.
#include "script/test_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "script/api.h"
#include "script/api_line.h"
#include "script/hint_reader.h"
#include "script/lua_api.h"
#include "script/test_checks.h"
#include "script/test_request.h"

namespace outrider::script {
namespace {

using std::chrono::steady_clock;

const char request_metatable = 0;  // its address is the key of the requests' metatable in the registry

/// How far up the call stack the test file may be from a helper that calls `expect` for it.
constexpr int most_levels_of_tests = 32;
/// More than any list holds: what is expected beyond it is missing in any case.
constexpr std::size_t most_expected = 256;

constexpr const char* test_globals[] = {"request", "expect", "test"};
constexpr const char* known_checks[] = {"hints", "delivers", "nothing_because"};

TestFile& running(lua_State* L) {
  return *static_cast<TestFile*>(lua_touserdata(L, lua_upvalueindex(1)));
}

void push_request_metatable(lua_State* L) {
  lua_pushlightuserdata(L, const_cast<char*>(&request_metatable));
  lua_rawget(L, LUA_REGISTRYINDEX);
}

/// Replaces what request() returned by the table that it was made of; false, and nothing done, for anything else.
bool open_request(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) return false;
  push_request_metatable(L);
  const bool ours = lua_rawequal(L, -1, -2) != 0;
  lua_pop(L, 2);
  if (!ours) return false;
  lua_getfenv(L, index);
  lua_replace(L, index);
  return true;
}

void require_no_mistakes(const std::vector<Mistake>& mistakes) {
  if (mistakes.empty()) return;
  std::string text;
  for (const Mistake& mistake : mistakes) text += (text.empty() ? "" : "; ") + mistake.message;
  throw ScriptError("request: " + text);
}

/// What the table at `index` says of a request to this site.
TestRequest request_at(lua_State* L, int index, const TestedSite& site) {
  TestRequest request(host_of_site(site.spec.site));
  std::vector<Mistake> mistakes = read_test_request(L, index, request);
  std::string foreign = foreign_host(request.made.host, site.hosts);
  if (!foreign.empty()) mistakes.push_back({"host", std::move(foreign)});
  require_no_mistakes(mistakes);
  return request;
}

std::string ended_early(const RuleFile& file, const TestedSite& site) {
  return fmt::format("{}{}: the rest of the file was not run: more than {} problems were found", file.shown,
                     site.named ? fmt::format(" (site {})", site.spec.site) : "", most_problems_of_file);
}

/// `expect(page):hints{}` is as good as `expect(page).hints{}`.
void take_colon(lua_State* L) {
  constexpr int expectation = lua_upvalueindex(5);
  if (lua_gettop(L) > 0 && lua_rawequal(L, 1, expectation) != 0) lua_remove(L, 1);
}

int refuse_rule(State&, lua_State*) {
  throw ScriptError("rule: a test file cannot define rules; write it in a file whose name does not end in .test.lua");
}

int unknown_check(State&, lua_State* L) {
  const std::string name = lua_type(L, 2) == LUA_TSTRING ? std::string(text_at(L, 2)) : State::describe(L, 2);
  throw ScriptError(fmt::format("expect: unknown check \"{}\"{}", name, did_you_mean(name, check_names())));
}

}  // namespace

TestFile::TestFile(const TestedSite& site, const RuleFile& file, const RulesOptions& options, SourceLog& sources,
                   Watchdog& watchdog, steady_clock::time_point deadline)
    : site_(site),
      file_(file),
      options_(options),
      sources_(sources),
      deadline_(deadline),
      state_(options.limits, &watchdog),
      modules_(state_, sources,
               {options.data_dirs, options.shipped_modules,
                [&site](const std::filesystem::path& path) { return shown_as(path, site.spec.place); }}) {
  state_.set_deadline(deadline);
  state_.set_cancel(options.cancel);
  const auto installed = state_.run(std::chrono::milliseconds::zero(), [this](lua_State* L) { install(L); });
  if (!installed) throw LoadError({file.shown, 0}, installed.error().message);
  modules_.look_in(site.files.directories);
}

void TestFile::install(lua_State* L) {
  constructors_.emplace(HintConstructors{HintBoxes(L), {}});
  install_hint_constructors(state_, L, *constructors_);
  allow_api_line(state_, L);
  lua_pushlightuserdata(L, const_cast<char*>(&request_metatable));
  lua_newtable(L);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawset(L, LUA_REGISTRYINDEX);
  add_global(L, test_globals[0], binding<make_request>);
  add_global(L, test_globals[1], binding<expect>);
  add_global(L, test_globals[2], binding<run_group>);
  state_.set_global(L, "rule", refuse_rule);
}

void TestFile::add_global(lua_State* L, const char* name, int (*function)(lua_State*)) {
  lua_pushlightuserdata(L, this);
  lua_pushcclosure(L, function, 1);
  state_.set_global(L, name);
}

std::optional<Place> TestFile::run() {
  const Place whole_file{file_.shown, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_clock::now());
  if (left.count() <= 0) return whole_file;
  const auto source = sources_.read(file_.path, SourceLog::largest_lua_file);
  if (!source) {
    report_broken({whole_file, source.error().message}, {});
    return std::nullopt;
  }
  Result<void> compiled;
  const auto ran = state_.run(left, [&](lua_State* L) {
    compiled = state_.load(L, **source, file_.shown);
    if (compiled) lua_call(L, 0, 0);
  });
  groups_.clear();
  std::optional<Place> stopped_at;
  if (!compiled) report_error(compiled.error());
  if (ran) report_unchecked();
  if (!ran && !enough()) {
    if (steady_clock::now() >= deadline_) {
      stopped_at = problem_from(ran.error(), whole_file).place;
    } else {
      report_error(ran.error());
    }
  }
  if (enough()) {
    problems_.resize(most_problems_of_file);
    problems_.push_back(more_in_file(file_.shown));
    if (!ran && options_.test_listener != nullptr) options_.test_listener->left_out(ended_early(file_, site_));
  }
  return stopped_at;
}

int TestFile::make_request(State&, lua_State* L) {
  see_through(L, 1);
  if (!lua_istable(L, 1) || lua_gettop(L) != 1) {
    throw ScriptError("request: expected one table as in request{ path = \"/\" }, found " + State::describe(L, 1));
  }
  request_at(L, 1, running(L).site_);
  lua_newuserdata(L, 1);
  lua_pushvalue(L, 1);
  lua_setfenv(L, -2);
  push_request_metatable(L);
  lua_setmetatable(L, -2);
  return 1;
}

int TestFile::expect(State&, lua_State* L) {
  if (lua_gettop(L) != 1 || !open_request(L, 1)) {
    throw ScriptError("expect: expected a request as in expect(request{ path = \"/\" }), found " +
                      State::describe(L, 1));
  }
  TestFile& self = running(L);
  const Place place = self.place_in_file(L);
  const std::int64_t number = ++self.expectations_;
  // More are not told, and a file may make them without end.
  if (self.unchecked_.size() <= most_problems_of_file)
    self.unchecked_.emplace(number, Expectation{place, self.groups_});
  constexpr lua_CFunction checks[] = {binding<check_hints>, binding<check_delivers>, binding<check_nothing_because>};
  lua_newtable(L);
  const int table = lua_gettop(L);
  for (std::size_t i = 0; i != std::size(checks); ++i) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    push_text(L, place.file);
    lua_pushinteger(L, place.line);
    lua_pushvalue(L, table);
    lua_pushinteger(L, number);
    lua_pushcclosure(L, checks[i], 6);
    lua_setfield(L, table, known_checks[i]);
  }
  lua_newtable(L);
  lua_pushcfunction(L, binding<unknown_check>);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, table);
  return 1;
}

int TestFile::check_hints(State&, lua_State* L) {
  take_colon(L);
  if (lua_gettop(L) != 1) {
    throw ScriptError(
        "hints: expected a list of hints as in .hints{ style \"/app.css\" }; where there are to be none, "
        "write .hints{}");
  }
  TestFile& self = running(L);
  std::vector<push::Hint> expected;
  const auto read = read_hints(L, 1, self.constructors_->boxes, most_expected, expected);
  if (!read) throw ScriptError("hints: " + read.error().message);
  return self.check(L, [&](const Examination& asked) { return asked.hints(expected); });
}

int TestFile::check_delivers(State&, lua_State* L) {
  take_colon(L);
  if (lua_gettop(L) != 2 || lua_type(L, 1) != LUA_TSTRING || lua_type(L, 2) != LUA_TSTRING) {
    throw ScriptError("delivers: expected a way and an URL as in .delivers(\"push\", \"/app.css\")");
  }
  const std::string way(text_at(L, 1)), url(text_at(L, 2));
  return running(L).check(L, [&](const Examination& asked) {
    auto wrong = asked.delivers(way, url);
    if (!wrong) throw ScriptError("delivers: " + wrong.error().message);
    return *std::move(wrong);
  });
}

int TestFile::check_nothing_because(State&, lua_State* L) {
  take_colon(L);
  if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TSTRING) {
    throw ScriptError("nothing_because: expected a reason as in .nothing_because(\"in_cookie\")");
  }
  const std::string reason(text_at(L, 1));
  return running(L).check(L, [&](const Examination& asked) {
    auto wrong = asked.nothing_because(reason);
    if (!wrong) throw ScriptError("nothing_because: " + wrong.error().message);
    return *std::move(wrong);
  });
}

/// Asks what the check wants to know of the request that expect() was given, and returns expect()'s table, so that
/// another check can follow.
template <class Ask>
int TestFile::check(lua_State* L, const Ask& ask) {
  const Place place{std::string(text_at(L, lua_upvalueindex(3))),
                    static_cast<int>(lua_tointeger(L, lua_upvalueindex(4)))};
  unchecked_.erase(lua_tointeger(L, lua_upvalueindex(6)));
  const TestRequest asked = request_at(L, lua_upvalueindex(2), site_);
  if (options_.test_listener != nullptr) options_.test_listener->asked(asked);
  const AskedRules rules{site_.spec, options_, site_.rules, site_.functions};
  const std::vector<Unmet> wrong = ask(Examination(rules, asked));
  for (const Unmet& each : wrong) report(place, groups_, each.text);
  if (options_.test_listener != nullptr) options_.test_listener->checked(place, groups_, wrong);
  end_if_enough(L);
  lua_pushvalue(L, lua_upvalueindex(5));
  return 1;
}

int TestFile::run_group(State& state, lua_State* L) {
  TestFile& self = running(L);
  if (lua_gettop(L) != 2 || lua_type(L, 1) != LUA_TSTRING || !lua_isfunction(L, 2)) {
    throw ScriptError("test: expected a name and a function, test(\"home\", function() … end)");
  }
  self.groups_.emplace_back(text_at(L, 1));
  const std::int64_t before = self.expectations_;
  const auto ran = state.try_call(L, 0);
  if (!ran) {
    // What it would have checked nobody knows.
    self.unchecked_.erase(self.unchecked_.upper_bound(before), self.unchecked_.end());
    self.report_error(ran.error());
  }
  self.groups_.pop_back();
  self.end_if_enough(L);
  return 0;
}

Place TestFile::place_in_file(lua_State* L) const {
  for (int level = 1; level < most_levels_of_tests; ++level) {
    const Place place = state_.place(L, level);
    if (place.file == file_.shown) return place;
  }
  return state_.nearest_place(L, 1);
}

void TestFile::report(const Place& place, const std::vector<std::string>& groups, const std::string& what) {
  std::string prefix;
  if (site_.named) prefix = fmt::format("site {}: ", site_.spec.site);
  for (const std::string& group : groups) prefix += fmt::format("test \"{}\": ", group);
  if (!enough()) problems_.push_back({place, bounded_message(prefix + what)});
}

void TestFile::end_if_enough(lua_State* L) {
  if (enough()) state_.end_call(L, "more problems than are told");
}

void TestFile::report_broken(const Problem& problem, const std::vector<std::string>& groups) {
  report(problem.place, groups, problem.message);
  if (options_.test_listener != nullptr) options_.test_listener->broke(problem, groups);
}

void TestFile::report_error(const Error& error) {
  report_broken(problem_from(error, {file_.shown, 0}), groups_);
}

void TestFile::report_unchecked() {
  for (const auto& [number, made] : unchecked_) {
    if (enough()) return;
    report_broken({made.place,
                   "expect without a check behind it: nothing is asked of that request; write what is expected, as in "
                   "expect(…).hints{ \"/app.css\" }"},
                  made.groups);
  }
}

std::vector<std::string_view> test_global_names() {
  return {std::begin(test_globals), std::end(test_globals)};
}

std::vector<std::string_view> check_names() {
  return {std::begin(known_checks), std::end(known_checks)};
}

}  // namespace outrider::script
