// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <unistd.h>

#include "base/check.h"

namespace outrider {

RandomKey random_key() {
  RandomKey key{};
  // Fails only on kernels that have no such call at all.
  CHECK(::getentropy(key.data(), key.size()) == 0);
  return key;
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  CHECK(::getentropy(&number, sizeof(number)) == 0);
  return number;
}

}  // namespace outrider
