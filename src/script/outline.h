// SPDX-License-Identifier: MIT
// Where the keys of tables are written. Lua keeps no line of a table's keys and silently merges repeats, so a pass over
// the source's tokens finds both, for every table constructor that is written out. Best effort: it never fails, and
// what it does not understand it leaves out; Lua's own compiler reports what is wrong with the syntax.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::script {

/// One `{ … }` in a source.
struct OutlineTable {
  struct Entry {
    std::variant<std::int64_t, std::string> key;  // 1, 2, 3 … for items without a key
    int line = 0;                                 // of the key, or of the item's first token
    int value_line = 0;
    const OutlineTable* table = nullptr;  // where the value is a table constructor and nothing else
  };
  /// A key that stands twice.
  struct Repeat {
    std::string key;
    int first = 0;
    int again = 0;
  };

  int line = 0;                // of the "{"
  std::vector<Entry> entries;  // as written; of repeats, all
  std::vector<Repeat> repeats;

  /// The last entry with this key (the one that Lua keeps), or nullptr.
  const Entry* find(std::string_view key) const;
  const Entry* find(std::int64_t item) const;
};

class Outline {
 public:
  static Outline parse(std::string_view source);
  Outline(Outline&&) = default;
  Outline& operator=(Outline&&) = default;
  Outline(const Outline&) = delete;
  Outline& operator=(const Outline&) = delete;

  /// The first table constructor among the arguments of a call `name { … }`, `name({ … })`, `name("x", { … })` whose
  /// arguments begin on `line` (the line that Lua reports for the call), or whose name does; the `nth` (from 0) such
  /// call of the line. nullptr if there is none, or that call has no table constructor.
  const OutlineTable* call_at(int line, std::string_view name, int nth = 0) const;
  /// The constructor in `return { … }` at the file's top level; nullptr if that returns something else.
  const OutlineTable* returned() const { return returned_; }

 private:
  friend class OutlineParser;
  struct Call {
    std::string name;
    int name_line = 0;
    int line = 0;  // where the arguments begin
    const OutlineTable* table = nullptr;
  };
  Outline() = default;

  std::deque<OutlineTable> tables_;  // does not move its elements
  std::vector<Call> calls_;          // by the place of their names, which is that of their arguments, too
  const OutlineTable* returned_ = nullptr;
};

}  // namespace outrider::script
