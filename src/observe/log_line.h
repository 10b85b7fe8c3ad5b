// SPDX-License-Identifier: MIT
// One finished request as one line of the access log. Pure functions, any thread.
//
// combined: Apache's combined format, then the request's id and what was delivered:
//   192.0.2.7 - - [22/Nov/2026:16:34:05 +0000] "GET /page HTTP/2" 200 5120 "-" "curl/8.5" id=0f… "push=2 early_hints=0
//   link=3" A push of ours has "pushed" in place of the counts; a request that was reset before it had a status has
//   000.
// json: one object with the members time id client peer method host target protocol scheme mode status bytes
//   duration_us referer user_agent site upstream error pushed reset early_hints switched_off
//   deliveries[{url rule how reason}]. Members are always there; what is not known is "" (status 0: reset before there
//   was one). `time` is RFC 3339 in UTC with milliseconds; `mode` is the request's Sec-Fetch-Mode; `switched_off`: the
//   site or a rule that could match was off, so that nobody knows what would have been hinted. log_reader.h reads both.
#pragma once

#include <string>

#include "push/record.h"

namespace outrider::observe {

enum class LogFormat { combined, json };

/// Appends the line of `record` with its line end.
void append_line(std::string& out, LogFormat format, const push::RequestRecord& record);

}  // namespace outrider::observe
