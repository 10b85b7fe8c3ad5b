// SPDX-License-Identifier: MIT
#include "app/replay/candidate.h"

namespace outrider::app {
namespace {

Loaded load_rules_alone(const std::string& config, std::size_t threads, script::SourceLog& sources,
                        const ProcessKeys& keys, script::Watchdog& watchdog) {
  RunCommand command;
  command.config = config;
  LoadOptions options;
  options.workers = threads;
  options.run_tests = false;
  options.serves = false;
  return load(command, sources, options, keys, watchdog);
}

}  // namespace

Candidate::Candidate(const std::string& config, std::size_t threads)
    : loaded_(load_rules_alone(config, threads, sources_, keys_, watchdog_)), sites_(loaded_.config->sites) {}

const push::RuleSet* Candidate::rules_of(const config::Site& site) const {
  const auto index = static_cast<std::size_t>(&site - config().sites.data());
  return loaded_.workers.front()->sets[index].get();
}

bool Candidate::buckets_are_random() const {
  return loaded_.workers.front()->bucket_key == keys_.bucket;
}

}  // namespace outrider::app
