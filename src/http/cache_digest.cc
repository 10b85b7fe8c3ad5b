// SPDX-License-Identifier: MIT
#include "http/cache_digest.h"

#include <string>

#include "http/http2.h"

namespace outrider::http {

bool digest_says_fresh(const h2o_req_t& page, std::string_view path) {
  if (page.version < 0x200) return false;
  h2o_cache_digests_t* digests = http2_stream(page).cache_digests;
  if (digests == nullptr) return false;
  std::string url(view(page.input.scheme->name));
  url.append("://").append(view(page.input.authority)).append(path);
  return h2o_cache_digests_lookup_by_url(digests, url.data(), url.size()) == H2O_CACHE_DIGESTS_STATE_FRESH;
}

}  // namespace outrider::http
