// SPDX-License-Identifier: MIT
// Runs the rule files of all sites in one state and takes down the rules that they build and everything that is wrong
// with them. Control thread, while loading.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/rule.h"
#include "script/function_host.h"
#include "script/modules.h"
#include "script/outline.h"
#include "script/problem_list.h"
#include "script/rule_files.h"
#include "script/sources.h"

namespace outrider::script {

class RuleLoader {
 public:
  /// Makes the globals `rule`, `require`, `data` … and lets files say `api = 1`. The loader must live until
  /// State::finish_loading(), `rules` and `sources` as long as the loader. Throws LoadError if memory ends.
  RuleLoader(RuleState& rules, SourceLog& sources, const RulesOptions& options);
  ~RuleLoader();
  RuleLoader(const RuleLoader&) = delete;
  RuleLoader& operator=(const RuleLoader&) = delete;

  /// Runs the files of one site, in order, and returns its rules. What is wrong goes to problems(), by file and line;
  /// of a file that has more than `most_problems_of_file` the rest is not looked at. Throws LoadError where the load is
  /// cancelled.
  std::vector<push::Rule> load(const RuleSetSpec& site, const RuleFiles& files);

  const ProblemList& problems() const { return problems_; }

 private:
  static int add_rule(State& state, lua_State* L);

  void load_file(const RuleFile& file);
  /// Returns what ended the file before its end.
  std::optional<Problem> run_file(const RuleFile& file, const std::string& source);
  void take_problems(std::optional<Problem> ended_by);
  /// Whether one more than will be told was found in this file.
  bool enough() const;
  void report(Place place, std::string message);
  void read(lua_State* L);
  void report_repeats(const OutlineTable& outline, const std::string& prefix);
  void name_uniquely(push::Rule& rule, bool named, const std::string& prefix);
  Place rule_place(lua_State* L) const;
  const OutlineTable* rule_outline(const Place& call);
  std::pair<std::uint32_t, std::uint32_t> take_down(lua_State* L, const HintCall& call);

  RuleState& rules_;
  SourceLog& sources_;
  const Cancel cancel_;
  Modules modules_;
  ProblemList problems_;
  std::chrono::nanoseconds time_used_{};
  /// What is wrong with single hints of the file that is being loaded, by the numbers that the hints carry.
  std::vector<Problem> hint_problems_;
  std::size_t first_hint_problem_ = 0;  // the number of the first of these

  // Of the file that is being loaded.
  std::string shown_;
  Outline outline_ = Outline::parse("");
  std::map<int, int> calls_on_line_;  // of `rule`, by line
  std::vector<Problem> file_problems_;
  // Of the site that is being loaded.
  Place named_in_;
  std::vector<push::Rule> built_;
  std::map<std::string, Place> names_;
};

}  // namespace outrider::script
