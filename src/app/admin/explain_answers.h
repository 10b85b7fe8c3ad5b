// SPDX-License-Identifier: MIT
// The admin plane's answers to why: what would become of a request, and what became of one.
//
//   POST /v1/explain  { "url": "/page", "method": "GET", "headers": [ "Name: value" ], "cookies": [ "a=1" ],
//                       "client": "chromium", "address": "192.0.2.7", "rtt_ms": 100, "think_ms": 40,
//                       "response": "HTTP/2 200\r\n…" }                  all but the URL may be left out
//   POST /v1/request  { "id": "0123456789abcdef" }                       as the access log has it
#pragma once

#include "app/admin/admin_answers.h"
#include "app/offline/asked.h"

namespace outrider::app {

void explain_one(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations);
void recent_one(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations);

/// The body of POST /v1/explain.
std::string body_of(const Asked& asked);

}  // namespace outrider::app
