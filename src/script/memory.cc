// SPDX-License-Identifier: MIT
// The allocator; runs on the state's own thread, inside Lua.
#include "script/memory.h"

#include <cstdlib>

#include "script/state.h"

namespace outrider::script {
namespace {

constexpr std::size_t reserve_bytes = 1u << 20;
constexpr std::size_t largest_from_reserve = 128u << 10;

}  // namespace

void* Memory::allocate(void* memory, void* block, std::size_t old_size, std::size_t new_size) {
  auto& self = *static_cast<Memory*>(memory);
  if (new_size == 0) {
    self.used_ -= old_size;
    std::free(block);
    return nullptr;
  }
  const std::size_t used = self.used_ - old_size + new_size;
  const bool grows = new_size > old_size;
  const bool beyond = grows && used > self.limit_ && !self.collects_;
  if (beyond && (new_size > largest_from_reserve || used > self.limit_ + reserve_bytes)) return nullptr;
  void* result = std::realloc(block, new_size);
  if (result == nullptr && grows) return nullptr;
  self.used_ = used;
  if (beyond) self.owner_.interrupt();
  return result != nullptr ? result : block;  // Lua does not expect that shrinking fails
}

}  // namespace outrider::script
