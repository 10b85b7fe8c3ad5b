// SPDX-License-Identifier: MIT
// The allocator behind a Lua state, which counts. Lua does not collect garbage when an allocation fails, and its error
// for that names no place. So small allocations may go a little over the limit, and ask that the script be interrupted
// at its next instruction, where there is a place to name and time to collect; large ones and those past the reserve
// fail.
#pragma once

#include <cstddef>
#include <utility>

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
  /// Close under the limit is no rest: garbage would be collected again and again.
  bool nearly_full() const { return used_ > limit_ / 8 * 7; }

  /// While one lives no allocation fails for the limit's sake. For collecting garbage: the collector itself allocates
  /// where it makes its table of strings smaller, and would fail each time where memory has run out.
  class Collection {
   public:
    explicit Collection(Memory& memory) : memory_(memory), outer_(std::exchange(memory.collects_, true)) {}
    ~Collection() { memory_.collects_ = outer_; }
    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;

   private:
    Memory& memory_;
    const bool outer_;
  };

 private:
  State& owner_;
  std::size_t limit_;
  std::size_t used_ = 0;
  bool collects_ = false;
};

}  // namespace outrider::script
