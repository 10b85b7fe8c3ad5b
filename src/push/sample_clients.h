// SPDX-License-Identifier: MIT
// Clients by name, each as it opens a page: what `explain --client` and the tests beside the rules ask with. Which
// fields a browser sends and whether it takes pushes follows its version, as far as that changes what it is sent.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "push/made_request.h"

namespace outrider::push {

struct SampleClient {
  std::string_view name;      // "chromium"
  std::string_view sentence;  // for a person
  int version = 0;            // the one that is meant where none is named; 0: it has none
  int last_with_push = 0;     // newer ones refuse PUSH_PROMISE
  bool navigates = false;     // it says what it is doing (Sec-Fetch-*)
  std::string_view protocol;
  std::string_view user_agent;  // with # for the version; empty: no such field
};

/// All of them, the most usual first.
std::span<const SampleClient> sample_clients();

/// Makes `request` come from the client of that name, "chromium" or, in another version, "chromium=102". Fields that
/// the request has already stay; what its scheme and host are counts: browsers speak HTTP/2 over TLS alone. Errors name
/// the clients, or say that this one has no versions.
Result<void> become(MadeRequest& request, std::string_view client);

}  // namespace outrider::push
