// SPDX-License-Identifier: MIT
// A Cache-Digest is decoded while a request's head is: each of its bits may become a number of eight bytes, and one
// byte of HPACK repeats a field of 4 KB. So only a request's first digest is decoded, and only where it is short; the
// rest are as if they were not there.
#include <dlfcn.h>

#include "base/check.h"
#include "http/h2o_api.h"

namespace {

constexpr std::size_t longest_digest = 512;  // bytes of base64: some 320 assets at one false positive in 128

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void h2o_cache_digests_load_header(h2o_cache_digests_t** digests,
                                                                          const char* value, size_t len) {
  static const auto real_load =
      reinterpret_cast<decltype(&h2o_cache_digests_load_header)>(dlsym(RTLD_NEXT, "h2o_cache_digests_load_header"));
  CHECK(real_load != nullptr);
  if (*digests != nullptr || len > longest_digest) return;
  real_load(digests, value, len);
}
}
