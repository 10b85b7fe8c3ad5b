// SPDX-License-Identifier: MIT
#include "push/evaluate.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "push/resolve.h"
#include "push/substitute.h"

namespace outrider::push {
namespace {

constexpr std::size_t reported_problems = 5;

/// For a line of the log: a stranger's bytes may be in it.
std::string beginning_of(const std::string& url) {
  constexpr std::size_t most = 100;
  return printable(url.substr(0, most)) + (url.size() > most ? "…" : "");
}

/// What is wrong with one rule's entries, as one text: the first few in full, the others by their number.
class Complaints {
 public:
  void add(const std::string& problem) {
    if (++count_ > reported_problems) return;
    if (!text_.empty()) text_ += "; ";
    text_ += problem;
  }
  std::string text() const {
    if (count_ <= reported_problems) return text_;
    return text_ + "; and " + std::to_string(count_ - reported_problems) + " more problems";
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

class Evaluator {
 public:
  Evaluator(const Request& request, const Response* response, FunctionHost* functions, bool trace)
      : request_(request), response_(response), functions_(functions), trace_(trace) {}

  RuleTrace run(const Match& match, PushList& list) {
    request_.reads.clear();
    RuleTrace trace;
    trace.rule = match.rule;
    trace.failed_condition = failing(match, trace.error);
    trace.matched = trace.failed_condition.empty();
    if (trace.matched) trace.error = collect(match, list, trace.returned);
    trace.personal = request_.reads.personal_part();
    // Whether the rules behind it are asked at all is what it read.
    if (match.rule->final && !match.rule->shadow && request_.reads.is_personal()) order_is_personal_ = true;
    return trace;
  }

 private:
  /// The first condition that does not hold; what costs a Lua call comes last.
  std::string_view failing(const Match& match, std::string& error) {
    const Rule& rule = *match.rule;
    if (rule.from && request_.now < *rule.from) return "from";
    if (rule.until && request_.now >= *rule.until) return "to";
    if (const std::string_view failed = rule.when.failing(request_); !failed.empty()) return failed;
    // A share of all asks nobody who he is.
    if (rule.share && *rule.share < 1 && request_.bucket("share:" + rule.name) >= *rule.share) return "share";
    if (rule.when_function < 0) return {};
    CHECK(functions_ != nullptr);
    const Result<bool> holds = functions_->condition_holds(match, request_, response_);
    if (!holds) error = holds.error().message;
    return holds && *holds ? std::string_view() : "when";
  }

  /// Adds the rule's entries to the list; returns what was wrong with them.
  std::string collect(const Match& match, PushList& list, std::vector<Returned>& returned) {
    const Rule& rule = *match.rule;
    Complaints complaints;
    std::size_t beyond = 0;
    const auto take = [&](Hint hint) {
      Returned each = add(hint, rule, list);
      if (each.fate == Returned::Fate::no_room) ++beyond;
      if (each.fate == Returned::Fate::unusable) {
        complaints.add("unusable hint \"" + beginning_of(hint.url) + "\": " + each.problem);
      }
      if (trace_) returned.push_back(std::move(each));
    };
    for (const Hint& hint : rule.hints) {
      Hint filled = hint;
      if (const auto result = substitute_captures(hint.url, match.captures)) {
        filled.url = *result;
        take(std::move(filled));
      } else {
        complaints.add(result.error().message);
      }
    }
    std::size_t count = rule.hints.size();
    if (rule.hints_function >= 0) {
      CHECK(functions_ != nullptr);
      std::vector<Hint> hints;
      const Result<void> result = functions_->hints(match, request_, response_, hints);
      if (!result) complaints.add(result.error().message);
      count += hints.size();
      for (Hint& hint : hints) {
        // What a visitor's path is made of may be in it.
        hint.url = as_browsers_ask(hint.url);
        take(std::move(hint));
      }
    }
    if (beyond > 0) complaints.add(overflow(count, beyond));
    return complaints.text();
  }

  /// Takes the hint if it can be used. It is left in what is returned where somebody wants to see it.
  Returned add(Hint& hint, const Rule& rule, PushList& list) const {
    using Fate = Returned::Fate;
    const bool personal = order_is_personal_ || request_.reads.is_personal();
    Returned result;
    if (trace_) result.hint = hint;
    // A repeat is no fault, not even where the list is full: several rules may ask for the same asset.
    if (const Entry* first = list.first_of(hint)) {
      result.fate = Fate::repeats;
      result.first = first->rule;
      list.add(std::move(hint), &rule, personal);
    } else if (list.full()) {
      result.fate = Fate::no_room;
    } else if (std::string problem = problem_with(hint); !problem.empty()) {
      result.fate = Fate::unusable;
      result.problem = std::move(problem);
    } else {
      list.add(std::move(hint), &rule, personal);
    }
    return result;
  }

  static std::string overflow(std::size_t returned, std::size_t beyond) {
    const std::string limit = std::to_string(PushList::max_entries);
    const std::string left_out = std::to_string(beyond) + (beyond == 1 ? " was" : " were") + " left out";
    if (returned > PushList::max_entries) {
      return "returned more than " + limit + " entries (" + std::to_string(returned) + "); " + left_out;
    }
    return "the push list is full: it holds " + limit + " entries of all rules together; of this rule's " + left_out;
  }

  const Request& request_;
  const Response* response_;
  FunctionHost* functions_;
  bool trace_;
  /// A final rule read something personal: so is everything behind it.
  bool order_is_personal_ = false;
};

}  // namespace

bool Evaluation::failed() const {
  return std::any_of(traces.begin(), traces.end(), [](const RuleTrace& trace) { return !trace.error.empty(); });
}

Evaluation evaluate(const std::vector<Match>& matches, Phase phase, const Request& request, const Response* response,
                    FunctionHost* functions, bool trace, std::vector<RuleMark>* marks) {
  using What = RuleMark::What;
  Evaluation evaluation;
  Evaluator evaluator(request, response, functions, trace);
  for (const Match& match : matches) {
    const Rule& rule = *match.rule;
    if (rule.phase != phase) continue;
    PushList& list = rule.shadow ? evaluation.shadow : evaluation.list;
    const std::size_t before = list.entries().size();
    RuleTrace each = evaluator.run(match, list);
    const bool matched = each.matched;
    if (marks != nullptr) {
      marks->push_back({&rule, matched ? What::matched : What::failed_condition, each.failed_condition,
                        !each.error.empty(), list.entries().size() - before});
    }
    if (!rule.shadow) evaluation.reads.merge(std::move(request.reads));
    if (trace || !each.error.empty()) evaluation.traces.push_back(std::move(each));
    // A shadow rule must not change what others deliver.
    if (matched && rule.final && !rule.shadow) break;
  }
  return evaluation;
}

}  // namespace outrider::push
