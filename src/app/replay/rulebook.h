// SPDX-License-Identifier: MIT
// What one configuration's rules return for logged requests. A thread has its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/replay/candidate.h"
#include "app/replay/watched_functions.h"
#include "push/push_list.h"
#include "push/rule_set.h"

namespace outrider::app {

/// A rule that could match, and what it would return is not known.
struct NotAsked {
  enum class Why {
    needs_head,    // of the response, which no log has
    given_up,      // its functions fail, and take too long to do so
    behind_final,  // a final rule in front of it is not asked: nobody knows whether that one matches
  };

  const push::Rule* rule;
  Why why;
};

class Rulebook {
 public:
  /// Told of a rule that failed, with what is wrong.
  using Failed = std::function<void(const push::Rule& rule, const std::string& error)>;

  /// `candidate` outlives it. A rule is not asked any more once its calls that failed have taken longer than `patience`
  /// together: the server would have switched it off, too. `called` and `failed` may be null.
  Rulebook(const Candidate& candidate, std::size_t thread, std::chrono::nanoseconds patience,
           WatchedFunctions::Called called, Failed failed);
  Rulebook(const Rulebook&) = delete;
  Rulebook& operator=(const Rulebook&) = delete;

  const Candidate& candidate() const { return candidate_; }
  /// Looks for the rules that can match; returns whether there are any.
  bool find(const std::string& host, std::string_view method, std::string_view path);
  const config::Site* site() const { return site_; }
  const std::vector<push::Match>& matches() const { return matches_; }
  /// Those of them that run() does not ask.
  const std::vector<NotAsked>& not_asked() const { return not_asked_; }
  /// What the rules that were found return, those of both phases in one list. Completes `request` with what the
  /// configuration says.
  push::PushList run(push::Request& request, int status);

 private:
  std::optional<NotAsked::Why> why_not(const push::Rule& rule) const;
  void choose();
  void run_phase(push::Phase phase, const push::Request& request, const push::Response* response, push::PushList& list);

  const Candidate& candidate_;
  const push::WorkerRules& rules_;
  const std::chrono::nanoseconds patience_;
  std::unordered_map<const push::Rule*, std::chrono::nanoseconds> lost_;  // with calls that failed
  WatchedFunctions functions_;
  Failed failed_;
  const config::Site* site_ = nullptr;
  std::vector<push::Match> matches_;
  std::vector<NotAsked> not_asked_;
  std::vector<push::Match> asked_;  // where that is not all of them
};

/// The configuration would refuse the request, or answer it itself, before any rule is asked. `path` is decoded and
/// normalised, `target` as the client wrote it.
bool is_refused(const config::Config& config, const config::Site& site, std::string_view path, std::string_view target);

}  // namespace outrider::app
