// SPDX-License-Identifier: MIT
// The allocator behind a Lua state, which counts. Lua does not collect garbage when an allocation fails, and its error
// for that names no place. So small allocations may go a little over the limit, and ask that the script be interrupted
// at its next instruction, where there is a place to name and time to collect; large ones and those past the reserve
// fail.
#pragma once

#include <cstddef>

namespace outrider::script {

class State;

class Memory {
 public:
  Memory(State& owner, std::size_t limit) : owner_(owner), limit_(limit) {}

  /// The lua_Alloc; `memory` is a Memory.
  static void* allocate(void* memory, void* block, std::size_t old_size, std::size_t new_size);

  State& owner() const { return owner_; }
  std::size_t limit() const { return limit_; }
  std::size_t used() const { return used_; }
  bool over_limit() const { return used_ > limit_; }

 private:
  State& owner_;
  std::size_t limit_;
  std::size_t used_ = 0;
};

}  // namespace outrider::script
