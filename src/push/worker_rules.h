// SPDX-License-Identifier: MIT
// What one worker decides with: a generation's rule sets, shared by all workers, and this worker's own Lua functions.
// Requests in flight hold the one they began with.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "push/client_cookie.h"
#include "push/clients.h"
#include "push/evaluate.h"
#include "push/generation_watch.h"
#include "push/rule_set.h"

namespace outrider::push {

struct WorkerRules {
  std::uint64_t generation = 0;
  std::string digest;
  /// By the site's index in the configuration; a null pointer means a site without rules.
  std::vector<std::shared_ptr<const RuleSet>> sets;
  std::shared_ptr<FunctionHost> functions;     // null where there is no function
  std::array<std::uint8_t, 16> bucket_key{};   // of bucket() and share
  CookieKeys cookie_keys;                      // of client cookies; never empty while it serves
  std::shared_ptr<const ClientTable> clients;  // what each browser can use; never null while it serves
  std::shared_ptr<GenerationWatch> watch;      // this worker's; null where nobody asks
};

}  // namespace outrider::push
