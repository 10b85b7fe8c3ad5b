// SPDX-License-Identifier: MIT
// Loading rule files: from Lua sources to immutable rule sets that all workers share, and one Lua state per worker that
// runs the rules' functions. The states are built side by side, on the calling thread and others that end before it
// returns, and are then handed to their workers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/evaluate.h"
#include "push/rule_set.h"
#include "script/cancel.h"

namespace outrider::script {

class SourceLog;
class Watchdog;
struct TestRequest;

/// What a rule's function may use, each time it runs.
struct Limits {
  std::chrono::milliseconds cpu_time{5};  // of the worker's thread
  std::size_t memory_bytes = 64u << 20;   // per Lua state
  std::size_t pattern_steps = 1'000'000;  // inside one call of a pattern function
  /// For loading: all files of a state together.
  std::chrono::milliseconds load_cpu_time{5000};
  /// How long a state that rules have filled calls none of their functions.
  std::chrono::milliseconds rest_when_full{10'000};
};

/// How a site delivers, for tests that ask for it.
struct SiteDelivery {
  push::EarlyHintsFor early_hints = push::EarlyHintsFor::navigations;
  bool push = true;
  std::optional<std::uint64_t> budget_bytes;
  std::uint32_t pushes_per_connection = 64;
  /// The answer for a path is at hand, as far as the configuration alone tells; null: for none.
  std::function<bool(std::string_view path)> answers_at_once;
};

/// The rule files of one site.
struct RuleSetSpec {
  std::string site;
  std::vector<std::string> globs;  // absolute; "*.test.lua" and "lib/" never match
  Place place;                     // where the configuration names them, for messages
  SiteDelivery delivery{};
  /// The folder of the module whose example these rules are; empty: of none. `require` finds it by its name, and its
  /// test.lua is the test beside them.
  std::filesystem::path module{};
  /// Other names of the site, as a configuration has them: "example.com", "*.example.com", "*".
  std::vector<std::string> aliases{};
};

/// What does not hold.
struct Unmet {
  std::string text;               // all of it, in one line
  std::vector<std::string> diff;  // of lists: "  both have it", "- only expected", "+ only found"; else none
  std::string rules;              // which had a say, and which not and why; beside a diff
};

/// Hears of tests while they run. Called on the thread that loads.
class TestListener {
 public:
  virtual ~TestListener() = default;
  /// A file is going to run for a site, and for others, too, where the site is to be `named`.
  virtual void began(std::string_view site, const std::string& file, bool named) = 0;
  /// A check was made. `groups` are the names of the tests that it stands in, the outermost first; `wrong` is what does
  /// not hold.
  virtual void checked(const Place& place, const std::vector<std::string>& groups, const std::vector<Unmet>& wrong) = 0;
  /// Something is wrong with the file itself, or with the function of the innermost of these tests.
  virtual void broke(const Problem& problem, const std::vector<std::string>& groups) = 0;
  /// Something does not run because so much is wrong already; `what` says what that is.
  virtual void left_out(const std::string& what) = 0;
  /// A check is going to ask the rules with this request (test_request.h), which lives as long as the call.
  virtual void asked(const TestRequest&) {}
};

struct RulesOptions {
  std::vector<RuleSetSpec> sets;
  /// Where `data`, `files.*` may read besides the rules' own directories.
  std::vector<std::filesystem::path> data_dirs;
  /// Where `require` looks for the modules that ship (installed rules/), after the rules' own directories.
  std::filesystem::path shipped_modules;
  /// What each browser can use, for tests; null: nothing but Link.
  std::shared_ptr<const push::ClientTable> clients;
  Limits limits;
  bool jit = false;  // true gives up the time limit (a compiled loop cannot be interrupted)
  /// Whether the tests beside the rules ("*.test.lua") are run.
  bool run_tests = true;
  /// Outlives the load; null: nobody listens.
  TestListener* test_listener = nullptr;
  /// All test files of all sites together may take so long, by the clock on the wall.
  std::chrono::milliseconds test_timeout{10'000};
  /// Once it is true, whatever is running ends, and load_rules() throws. What has been loaded does not look at it.
  Cancel cancel;
};

struct LoadedRules {
  /// One for each spec, in order; null where its globs match no file.
  std::vector<std::shared_ptr<const push::RuleSet>> sets;
  /// One for each worker.
  std::vector<std::shared_ptr<push::FunctionHost>> functions;
  bool skipped_tests = false;  // there are some, and nobody wanted them to run
};

/// Loads everything `workers` times over, makes sure that every state built the same rules, and runs the tests beside
/// them. Throws LoadError with every problem found: syntax, unknown keys, wrong types, bad patterns, a directory that
/// is missing, a file that eats time or memory while it loads; and, where there is none of these, with every test that
/// fails: at most `most_problems_of_file` of each file and `most_problems` in all, then a line that says that there are
/// more. A load that is cancelled ends within about 100 ms and throws that alone. `watchdog` enforces cpu_time and must
/// outlive the functions. Everything is read by way of `sources`, whose snapshot is afterwards that of these rules,
/// whether they loaded or not.
LoadedRules load_rules(const RulesOptions& options, std::size_t workers, Watchdog& watchdog, SourceLog& sources);

}  // namespace outrider::script
