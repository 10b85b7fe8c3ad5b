// SPDX-License-Identifier: MIT
#include "script/build_states.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "script/function_host.h"
#include "script/rule_loader.h"

namespace outrider::script {
namespace {

/// A bound for memory: each thread holds a whole set of rules until it has been compared.
constexpr std::size_t most_threads = 8;

struct Built {
  std::vector<std::vector<push::Rule>> sets;
  std::shared_ptr<RuleState> state;
};

/// Appends a problem where another worker's state built something else than the first.
void compare(const RuleSets& first, const Built& other, ProblemList& problems) {
  constexpr std::string_view advice =
      "rule files must build the same rules each time they are loaded; do they ask for the time or a random number?";
  for (std::size_t set = 0; set < first.size(); ++set) {
    if (first[set] == nullptr) continue;  // there is no file
    const auto& ours = first[set]->rules();
    const auto& theirs = other.sets[set];
    for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
      if (ours[i] == theirs[i]) continue;
      problems.add({ours[i].place,
                    fmt::format("rule \"{}\": another worker's state built it differently; {}", ours[i].name, advice)});
      return;
    }
    if (ours.size() == theirs.size()) continue;
    const auto& longer = ours.size() > theirs.size() ? ours : theirs;
    const push::Rule& surplus = longer[std::min(ours.size(), theirs.size())];
    problems.add({surplus.place, fmt::format("rule \"{}\": one worker's state built it, another's did not; {}",
                                             surplus.name, advice)});
    return;
  }
}

class Builder {
 public:
  Builder(std::size_t count, const RulesOptions& options, const std::vector<RuleFiles>& found, SourceLog& sources,
          Watchdog& watchdog)
      : options_(options), found_(found), sources_(sources), watchdog_(watchdog), states_(count) {}

  BuiltStates run(ProblemList& problems) {
    {
      // The other half is for those who serve meanwhile: on two cores, loading on both doubles the visitors' p99.
      const std::size_t half = std::max(1U, std::thread::hardware_concurrency() / 2);
      std::vector<std::jthread> beside(std::min({states_.size(), half, most_threads}) - 1);
      for (std::jthread& thread : beside) thread = std::jthread([this] { work(); });
      work();
    }
    if (thrown_) std::rethrow_exception(thrown_);
    problems.add(problems_.list());
    return {std::move(sets_), std::move(states_)};
  }

 private:
  void work() {
    try {
      for (std::size_t number = take_number(); number < states_.size(); number = take_number()) {
        ProblemList problems;
        Built built = build(problems);
        states_[number] = built.state;
        number == 0 ? become_first(std::move(built), problems) : follow_first(built, problems);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
      next_ = states_.size();
      first_is_known_ = true;
      known_.notify_all();
    }
  }

  std::size_t take_number() {
    const std::lock_guard lock(mutex_);
    return problems_.none() ? next_++ : states_.size();
  }

  /// One state with everything in it.
  Built build(ProblemList& problems) {
    throw_if_cancelled(options_.cancel);
    Built built;
    built.state = std::make_shared<RuleState>(options_.limits, &watchdog_, options_.jit);
    built.state->state().set_cancel(options_.cancel);
    RuleLoader loader(*built.state, sources_, options_);
    for (std::size_t i = 0; i < found_.size(); ++i) built.sets.push_back(loader.load(options_.sets[i], found_[i]));
    problems.add(loader.problems().list());
    if (!problems.none()) return built;
    const auto finished = built.state->state().finish_loading();
    throw_if_cancelled(options_.cancel);
    if (!finished) problems.add(problem_from(finished.error(), {}));
    return built;
  }

  void become_first(Built built, const ProblemList& problems) {
    RuleSets indexed;
    for (std::size_t i = 0; problems.none() && i < built.sets.size(); ++i) {
      const bool has_files = !found_[i].files.empty();
      indexed.push_back(has_files ? std::make_shared<const push::RuleSet>(std::move(built.sets[i])) : nullptr);
    }
    const std::lock_guard lock(mutex_);
    sets_ = std::move(indexed);
    problems_.add(problems.list());
    first_is_known_ = true;
    known_.notify_all();
  }

  /// What is wrong with the first is wrong with the others, too, and said once.
  void follow_first(const Built& built, ProblemList& problems) {
    std::unique_lock lock(mutex_);
    known_.wait(lock, [this] { return first_is_known_; });
    if (thrown_ || !problems_.none()) return;
    lock.unlock();
    if (problems.none()) compare(sets_, built, problems);
    lock.lock();
    problems_.add(problems.list());
  }

  const RulesOptions& options_;
  const std::vector<RuleFiles>& found_;
  SourceLog& sources_;
  Watchdog& watchdog_;
  std::vector<std::shared_ptr<RuleState>> states_;  // each written by the thread that took its number

  std::mutex mutex_;
  std::size_t next_ = 0;
  bool first_is_known_ = false;
  std::condition_variable known_;
  RuleSets sets_;  // of the first state; not written once that is known
  ProblemList problems_;
  std::exception_ptr thrown_;
};

}  // namespace

BuiltStates build_states(std::size_t count, const RulesOptions& options, const std::vector<RuleFiles>& found,
                         SourceLog& sources, Watchdog& watchdog, ProblemList& problems) {
  return Builder(count, options, found, sources, watchdog).run(problems);
}

}  // namespace outrider::script
