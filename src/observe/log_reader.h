// SPDX-License-Identifier: MIT
// Lines of access logs, read back: our own JSON lines (log_line.h), and Apache's combined format as we and others write
// it. Whoever replays a log meets lines of any origin: what cannot be read is said, and nothing else happens. Pure
// functions, any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace outrider::observe {

struct LoggedDelivery {
  std::string url, rule, how, reason;  // as the log has them

  bool operator==(const LoggedDelivery&) const = default;
};

/// What a line tells of a request, as far as rules may want to know. What it does not tell is empty.
struct LoggedRequest {
  std::string id, client, peer, method, host, target, protocol, referer, user_agent;
  std::string scheme, mode;  // mode: Sec-Fetch-Mode
  std::chrono::system_clock::time_point time;
  int status = 0;  // 0: it was reset before there was one
  bool pushed = false;
  bool switched_off = false;      // hints that there may have been for it
  bool tells_mode = false;        // the line has that member: where it is empty, the client sent no such field
  bool tells_deliveries = false;  // so that none means none
  std::vector<LoggedDelivery> deliveries;

  bool operator==(const LoggedRequest&) const = default;
};

/// Reads a line (without its end) into `request`, whose memory is used again. Errors say what is wrong with the line;
/// then `request` holds anything.
Result<void> read_line(std::string_view line, LoggedRequest& request);

/// `client ident user [time] "method target protocol" status bytes "referer" "user agent" …`, perhaps with the host in
/// front ("vhost_combined"); the last two may be missing ("common").
Result<void> read_combined(std::string_view line, LoggedRequest& request);

/// One JSON object with at least time, method, target and status.
Result<void> read_json(std::string_view line, LoggedRequest& request);

}  // namespace outrider::observe
