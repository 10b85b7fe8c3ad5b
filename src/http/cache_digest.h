// SPDX-License-Identifier: MIT
// Cache-Digest (draft-ietf-httpbis-cache-digest-02 3): a set of what the client has fresh in its cache, which the
// library decodes with the request that carries it, and for that request alone.
#pragma once

#include <string_view>

#include "http/h2o_api.h"

namespace outrider::http {

/// True if a digest in the request of `page` says that the client has `path` (with its query, as it would be promised)
/// fresh on the page's origin. It is what the library asks itself, silently, before it makes a promise. False positives
/// are in the nature of a digest.
bool digest_says_fresh(const h2o_req_t& page, std::string_view path);

}  // namespace outrider::http
