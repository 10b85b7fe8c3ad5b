// SPDX-License-Identifier: MIT
// A hint as Lua sees it: an immutable userdata that holds everything in its own bytes, so that it needs no finalizer
// and costs one allocation. Functions make them per request. Worker's thread; the control thread while loading.
#pragma once

#include <cstdint>
#include <string_view>

#include "push/hint.h"

struct lua_State;

namespace outrider::script {

/// The bytes of such a userdata; its texts follow it in memory.
struct HintBox {
  static constexpr int text_count = 7;

  push::Kind kind;
  push::CrossOrigin crossorigin;
  push::FetchPriority fetchpriority;
  push::PushPriority priority;
  bool nopush, push_only;
  /// While files load: which of the loader's problems are about this hint, [first, last).
  std::uint32_t first_problem, last_problem;
  /// url, type, integrity, media, imagesrcset, imagesizes, with (names joined by commas).
  std::uint32_t sizes[text_count];

  std::string_view text(int index) const;
  std::string_view url() const { return text(0); }
  push::Hint hint() const;
};

/// Makes and recognises them in one state.
class HintBoxes {
 public:
  /// Raises a Lua error if memory ends; call it protected.
  explicit HintBoxes(lua_State* L);

  /// Push a new one. Raise a Lua error if memory ends.
  HintBox& push(lua_State* L, push::Kind kind, std::string_view url) const;
  HintBox& push(lua_State* L, const push::Hint& hint) const;

  /// The hint at `index`, or nullptr if the value is none. Raises nothing.
  const HintBox* at(lua_State* L, int index) const;

 private:
  HintBox& push(lua_State* L, const std::string_view (&texts)[HintBox::text_count]) const;

  int metatable_ref_;
  const void* metatable_;
};

}  // namespace outrider::script
