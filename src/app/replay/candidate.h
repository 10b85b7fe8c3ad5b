// SPDX-License-Identifier: MIT
// A configuration with its rules, loaded so that several threads can ask it at a time.
#pragma once

#include <cstddef>
#include <string>

#include "app/load/load.h"
#include "http/site_map.h"
#include "script/watchdog.h"

namespace outrider::app {

class Candidate {
 public:
  /// Loads as a server would, but for certificates and keys; tests are not run. Throws LoadError.
  Candidate(const std::string& config, std::size_t threads);

  const config::Config& config() const { return *loaded_.config; }
  /// By the thread's index.
  const push::WorkerRules& rules(std::size_t thread) const { return *loaded_.workers[thread]; }
  std::size_t rule_count() const { return loaded_.rules; }

  const http::SiteMap& sites() const { return sites_; }
  /// Nullptr for a site without rules.
  const push::RuleSet* rules_of(const config::Site& site) const;
  /// Visitors are put where no server puts them, because its key is not known here.
  bool buckets_are_random() const;

 private:
  script::SourceLog sources_;
  script::Watchdog watchdog_;
  ProcessKeys keys_;
  Loaded loaded_;
  http::SiteMap sites_;
};

}  // namespace outrider::app
