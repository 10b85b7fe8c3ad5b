// SPDX-License-Identifier: MIT
// For the portable program alone: std::random_device, which comes along with the static libstdc++ though nothing calls it,
// wants arc4random(), which C libraries before glibc 2.36 do not have.
#include <unistd.h>

#include <cstdint>

extern "C" __attribute__((visibility("hidden"))) std::uint32_t arc4random() {
  std::uint32_t number = 0;
  if (::getentropy(&number, sizeof(number)) != 0) __builtin_trap();
  return number;
}
