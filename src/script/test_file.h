// SPDX-License-Identifier: MIT
// One test file: its state, and the globals `request`, `expect` and `test` that it has besides those that rule files
// have. Control thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "push/rule_set.h"
#include "script/bind_hints.h"
#include "script/function_host.h"
#include "script/modules.h"
#include "script/rule_files.h"
#include "script/rules.h"
#include "script/sources.h"
#include "script/state.h"

namespace outrider::script {

/// Whose rules a file tests.
struct TestedSite {
  const RuleSetSpec& spec;
  const RuleFiles& files;
  const push::RuleSet& rules;
  RuleState& functions;
  bool named;  // in messages, because the file tests other sites, too
  /// Of this site and of all others that the file tests: what a request's host can be.
  const std::vector<std::string>& hosts;
};

class TestFile {
 public:
  /// Throws LoadError where the limits leave no room for a state.
  TestFile(const TestedSite& site, const RuleFile& file, const RulesOptions& options, SourceLog& sources,
           Watchdog& watchdog, std::chrono::steady_clock::time_point deadline);
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;

  /// Runs it to its end, its first error or its `most_problems_of_file`, and returns where it stood at the deadline if
  /// that was first.
  std::optional<Place> run();

  /// What does not hold or is wrong, in the order of the file.
  const std::vector<Problem>& problems() const { return problems_; }

  State& state() { return state_; }

 private:
  /// A call of expect() that no check has followed yet.
  struct Expectation {
    Place place;
    std::vector<std::string> groups;
  };

  static int make_request(State& state, lua_State* L);
  static int expect(State& state, lua_State* L);
  static int check_hints(State& state, lua_State* L);
  static int check_delivers(State& state, lua_State* L);
  static int check_nothing_because(State& state, lua_State* L);
  static int run_group(State& state, lua_State* L);

  void install(lua_State* L);
  void add_global(lua_State* L, const char* name, int (*function)(lua_State*));
  template <class Ask>
  int check(lua_State* L, const Ask& ask);
  Place place_in_file(lua_State* L) const;
  void report(const Place& place, const std::vector<std::string>& groups, const std::string& what);
  void report_broken(const Problem& problem, const std::vector<std::string>& groups);
  void report_error(const Error& error);
  void report_unchecked();
  bool enough() const { return problems_.size() > most_problems_of_file; }
  /// Where one more than will be told was found, ends the file. Inside.
  void end_if_enough(lua_State* L);

  const TestedSite& site_;
  const RuleFile& file_;
  const RulesOptions& options_;
  SourceLog& sources_;
  const std::chrono::steady_clock::time_point deadline_;
  State state_;
  std::optional<HintConstructors> constructors_;
  Modules modules_;
  std::vector<std::string> groups_;                // the names of the tests that are running, the outermost first
  std::map<std::int64_t, Expectation> unchecked_;  // by their numbers
  std::int64_t expectations_ = 0;                  // that were made
  std::vector<Problem> problems_;
};

/// The globals that only test files have, and the checks of what `expect` returns: for the test that compares them with
/// the API's table.
std::vector<std::string_view> test_global_names();
std::vector<std::string_view> check_names();

}  // namespace outrider::script
