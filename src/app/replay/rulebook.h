// SPDX-License-Identifier: MIT
// What one configuration's rules return for logged requests. A thread has its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/replay/candidate.h"
#include "app/replay/watched_functions.h"
#include "push/push_list.h"
#include "push/rule_set.h"

namespace outrider::app {

class Rulebook {
 public:
  /// Told of a rule that failed, with what is wrong.
  using Failed = std::function<void(const push::Rule& rule, const std::string& error)>;

  /// `candidate` outlives it. `called` and `failed` may be null.
  Rulebook(const Candidate& candidate, std::size_t thread, WatchedFunctions::Called called, Failed failed);

  const Candidate& candidate() const { return candidate_; }
  /// Looks for the rules that can match; returns whether there are any.
  bool find(const std::string& host, std::string_view method, std::string_view path);
  const config::Site* site() const { return site_; }
  const std::vector<push::Match>& matches() const { return matches_; }
  /// What the rules that were found return, those of both phases in one list. Rules that need the head of the response
  /// are not asked. Completes `request` with what the configuration says.
  push::PushList run(push::Request& request, int status);

 private:
  void run_phase(push::Phase phase, const push::Request& request, const push::Response* response, push::PushList& list);

  const Candidate& candidate_;
  const push::WorkerRules& rules_;
  WatchedFunctions functions_;
  Failed failed_;
  const config::Site* site_ = nullptr;
  std::vector<push::Match> matches_, askable_;
};

/// The configuration would refuse the request, or answer it itself, before any rule is asked. `path` is decoded and
/// normalised, `target` as the client wrote it.
bool is_refused(const config::Config& config, const config::Site& site, std::string_view path, std::string_view target);

}  // namespace outrider::app
