// SPDX-License-Identifier: MIT
#include "script/rule_loader.h"

#include <time.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "script/api_line.h"
#include "script/bind_object.h"
#include "script/lua_api.h"
#include "script/rule_places.h"
#include "script/rule_reader.h"

namespace outrider::script {
namespace {

/// How far up the call stack the rule file may be from a module that calls `rule` for it.
constexpr int most_levels = 32;

std::chrono::nanoseconds thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Lua's message for `until = …` in a table helps nobody.
Problem with_advice(Problem problem) {
  if (problem.message.find("near 'until'") != problem.message.npos) {
    problem.message += "; Lua keeps the word until for itself: the key for the end of a rule's time is `to`";
  }
  return problem;
}

RuleLoader& running_loader(lua_State* L) {
  return *static_cast<RuleLoader*>(lua_touserdata(L, lua_upvalueindex(1)));
}

}  // namespace

RuleLoader::RuleLoader(RuleState& rules, SourceLog& sources, const RulesOptions& options)
    : rules_(rules),
      sources_(sources),
      cancel_(options.cancel),
      modules_(rules.state(), sources,
               {options.data_dirs, options.shipped_modules,
                [this](const std::filesystem::path& file) { return shown_as(file, named_in_); }}) {
  State& state = rules.state();
  const auto installed = state.run(std::chrono::milliseconds::zero(), [&](lua_State* L) {
    lua_pushlightuserdata(L, this);
    lua_pushcclosure(L, binding<add_rule>, 1);
    state.set_global(L, "rule");
    allow_api_line(state, L);
  });
  if (!installed) {
    throw_if_cancelled(cancel_);
    throw LoadError({}, "rules: " + installed.error().message);
  }
  rules.constructors().take_down = [this](lua_State* L, const HintCall& call) { return take_down(L, call); };
}

RuleLoader::~RuleLoader() {
  rules_.constructors().take_down = {};
}

int RuleLoader::add_rule(State& state, lua_State* L) {
  // Behind this check the loader is alive.
  state.require_loading("rule");
  running_loader(L).read(L);
  return 0;
}

std::vector<push::Rule> RuleLoader::load(const RuleSetSpec& site, const RuleFiles& files) {
  named_in_ = site.place;
  modules_.look_in(files.directories);
  built_.clear();
  names_.clear();
  for (const RuleFile& file : files.files) {
    throw_if_cancelled(cancel_);
    if (problems_.full()) break;
    load_file(file);
  }
  throw_if_cancelled(cancel_);
  return std::move(built_);
}

void RuleLoader::load_file(const RuleFile& file) {
  shown_ = file.shown;
  calls_on_line_.clear();
  file_problems_.clear();
  const auto source = sources_.read(file.path, SourceLog::largest_lua_file);
  std::optional<Problem> ended_by;
  if (source) {
    outline_ = Outline::parse(**source);
    ended_by = run_file(file, **source);
  } else {
    report({shown_, 0}, source.error().message);
  }
  take_problems(std::move(ended_by));
}

void RuleLoader::take_problems(std::optional<Problem> ended_by) {
  first_hint_problem_ += hint_problems_.size();
  std::move(hint_problems_.begin(), hint_problems_.end(), std::back_inserter(file_problems_));
  hint_problems_.clear();
  const auto by_line = [](const Problem& a, const Problem& b) { return a.place.line < b.place.line; };
  const bool more = file_problems_.size() > most_problems_of_file;
  if (more) {
    std::stable_sort(file_problems_.begin(), file_problems_.end(), by_line);
    file_problems_.resize(most_problems_of_file - (ended_by ? 1 : 0));
  }
  if (ended_by) file_problems_.push_back(std::move(*ended_by));
  std::stable_sort(file_problems_.begin(), file_problems_.end(), by_line);
  if (more) file_problems_.push_back(more_in_file(shown_));
  problems_.add(std::move(file_problems_));
  file_problems_.clear();
}

bool RuleLoader::enough() const {
  return file_problems_.size() + hint_problems_.size() > most_problems_of_file;
}

void RuleLoader::report(Place place, std::string message) {
  if (!enough()) file_problems_.push_back({std::move(place), bounded_message(std::move(message))});
}

std::optional<Problem> RuleLoader::run_file(const RuleFile& file, const std::string& source) {
  State& state = rules_.state();
  const auto limit = state.limits().load_cpu_time;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - time_used_);
  const Place place{file.shown, 0};
  if (left.count() <= 0) {
    return Problem{place,
                   fmt::format("not loaded: the files before it took all of the {} ms of CPU time that rules may "
                               "take to load",
                               limit.count())};
  }
  const auto begun = thread_time();
  Result<void> compiled;
  const auto ran = state.run(left, [&](lua_State* L) {
    compiled = state.load(L, source, file.shown);
    if (compiled) lua_call(L, 0, 0);
  });
  time_used_ += thread_time() - begun;
  if (!compiled) return with_advice(problem_from(compiled.error(), place));
  if (!ran) return problem_from(ran.error(), place);
  return std::nullopt;
}

Place RuleLoader::rule_place(lua_State* L) const {
  const State& state = rules_.state();
  for (int level = 1; level < most_levels; ++level) {
    const Place place = state.place(L, level);
    if (place.file == shown_) return place;
  }
  // A module that is called from no rule file: it builds rules while it is loaded itself.
  return state.place(L, 1);
}

const OutlineTable* RuleLoader::rule_outline(const Place& call) {
  if (call.file != shown_) return nullptr;
  const int nth = calls_on_line_[call.line]++;
  const OutlineTable* table = outline_.call_at(call.line, "rule", nth);
  // A loop calls the same line again.
  return table != nullptr ? table : outline_.call_at(call.line, "rule", 0);
}

void RuleLoader::read(lua_State* L) {
  // A file that is wrong without end would fill the memory.
  if (enough()) return;
  see_through(L, 1);
  const Place place = rule_place(L);
  if (!lua_istable(L, 1) || lua_gettop(L) != 1) {
    report(place, fmt::format("rule: expected one table as in rule {{ … }}, found {}", State::describe(L, 1)));
    return;
  }
  const OutlineTable* outline = rule_outline(rules_.state().place(L, 1));
  RuleReading reading = read_rule(rules_.state(), L, 1, rules_.constructors().boxes, place, rules_.functions());
  const std::string prefix = fmt::format("rule \"{}\": ", reading.rule.name);
  for (const Mistake& mistake : reading.mistakes) {
    report(place_of(mistake, outline, place), prefix + mistake.message);
  }
  for (const auto& [first, last] : reading.hint_problems) {
    for (auto i = std::max<std::size_t>(first, first_hint_problem_); i < last; ++i) {
      // A hint in a local variable may stand in several rules; the first one names it.
      std::string& message = hint_problems_[i - first_hint_problem_].message;
      if (!message.starts_with("rule \"")) message = bounded_message(prefix + message);
    }
  }
  if (outline != nullptr) {
    report_repeats(*outline, prefix);
    reading.rule.lines = key_lines(*outline, reading.rule.place);
  }
  name_uniquely(reading.rule, reading.named, prefix);
  built_.push_back(std::move(reading.rule));
}

void RuleLoader::report_repeats(const OutlineTable& outline, const std::string& prefix) {
  for (const auto& repeat : outline.repeats) {
    report({shown_, repeat.again},
           fmt::format("{}repeated key \"{}\"; it is written in line {} already, and Lua keeps one of them alone",
                       prefix, repeat.key, repeat.first));
  }
  for (const auto& entry : outline.entries) {
    const auto* key = std::get_if<std::string>(&entry.key);
    if (entry.table != nullptr && key != nullptr && *key == "when") report_repeats(*entry.table, prefix);
  }
}

void RuleLoader::name_uniquely(push::Rule& rule, bool named, const std::string& prefix) {
  const auto [existing, is_new] = names_.emplace(rule.name, rule.place);
  if (is_new) return;
  if (named) {
    report(rule.place, fmt::format("{}there is a rule of that name at {} already; names are unique within a site",
                                   prefix, existing->second.text()));
    return;
  }
  // Rules that a loop builds stand in one line.
  const std::string base = rule.name;
  for (int number = 2; !names_.emplace(rule.name, rule.place).second; ++number)
    rule.name = fmt::format("{}#{}", base, number);
}

std::pair<std::uint32_t, std::uint32_t> RuleLoader::take_down(lua_State* L, const HintCall& call) {
  const auto next = [this] { return static_cast<std::uint32_t>(first_hint_problem_ + hint_problems_.size()); };
  const std::uint32_t first = next();
  const Place place = rules_.state().place(L, 1);
  const OutlineTable* outline =
      place.file == shown_ ? outline_.call_at(place.line, name_of(call.hint.kind), 0) : nullptr;
  for (const Mistake& mistake : call.mistakes) {
    if (enough()) break;
    hint_problems_.push_back(
        {place_of(mistake, outline, place),
         bounded_message(fmt::format("{} \"{}\": {}", name_of(call.hint.kind), call.hint.url, mistake.message))});
  }
  return {first, next()};
}

}  // namespace outrider::script
