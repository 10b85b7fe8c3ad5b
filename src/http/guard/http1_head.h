// SPDX-License-Identifier: MIT
// What is wrong with the head of an HTTP/1 request though it can be parsed. Where servers disagree on where a request
// ends, or whom it is for, one of them can be talked into taking a client's bytes for somebody else's request (request
// smuggling, RFC 9112 11.2). libh2o takes all of this; so it is looked at here, before anybody else sees it. Pure.
#pragma once

#include <span>
#include <string_view>

#include "http/guard/picohttpparser.h"

namespace outrider::http {

struct Http1Head {
  std::string_view text;  // from its first line to the empty one
  int minor_version = 1;
  std::span<const phr_header> fields;  // that point into `text`
};

/// What is wrong, as it completes "the head has …"; nullptr where nothing is.
const char* objection_to(const Http1Head& head);

}  // namespace outrider::http
