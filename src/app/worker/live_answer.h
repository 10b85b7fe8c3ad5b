// SPDX-License-Identifier: MIT
// What one worker answers when it is asked why. It holds what it refers to, so that it can be told on another thread.
#pragma once

#include <memory>
#include <optional>

#include "app/offline/offline.h"
#include "push/recent.h"

namespace outrider::app {

/// What it would do with a request that nobody sends.
struct LiveAnswer {
  std::shared_ptr<const config::Config> config;
  std::shared_ptr<const push::WorkerRules> rules;
  std::shared_ptr<const Question> question;
  Answer answer;
};

/// What it remembers of a request that came.
struct RecentAnswer {
  std::optional<push::RecentRequest> request;
  push::RecentRequests::Kept kept;
};

}  // namespace outrider::app
