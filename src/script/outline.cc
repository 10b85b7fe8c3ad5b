// SPDX-License-Identifier: MIT
// Finds table constructors and calls by brackets and blocks alone: inside a constructor a comma separates entries
// unless it stands in brackets or in a function's body.
#include "script/outline.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "script/lua_tokens.h"

namespace outrider::script {
namespace {

using Key = std::variant<std::int64_t, std::string>;

constexpr int most_levels_of_source = 200;  // as deep as Lua's compiler goes

std::optional<Key> key_of(const LuaToken& token) {
  if (token.type == LuaToken::Type::string) return token.text;
  if (token.type != LuaToken::Type::number) return std::nullopt;
  std::int64_t number = 0;
  const char* end = token.text.data() + token.text.size();
  const auto result = std::from_chars(token.text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

std::string text_of(const Key& key) {
  const auto* text = std::get_if<std::string>(&key);
  return text != nullptr ? *text : "[" + std::to_string(std::get<std::int64_t>(key)) + "]";
}

template <class Wanted>
const OutlineTable::Entry* find_last(const std::vector<OutlineTable::Entry>& entries, const Wanted& wanted) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const auto* key =
        std::get_if<std::conditional_t<std::is_same_v<Wanted, std::int64_t>, std::int64_t, std::string>>(&entry->key);
    if (key != nullptr && *key == wanted) return &*entry;
  }
  return nullptr;
}

}  // namespace

class OutlineParser {
 public:
  OutlineParser(std::string_view source, Outline& outline) : outline_(outline), tokens_(lua_tokens(source)) {}

  void run() {
    // A bracket or an "end" too many stops a walk; it goes on behind that.
    for (; !at_end(); ++at_) walk(true);
  }

 private:
  const LuaToken& token(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool at_end() const { return token().type == LuaToken::Type::end; }
  bool too_deep() const { return depth_ >= most_levels_of_source; }

  /// Goes over one expression, up to the "," ";" or closing bracket behind it; over statements too (`statements`), up
  /// to what closes more than was opened.
  void walk(bool statements) {
    int blocks = 0;
    for (; !at_end(); ++at_) {
      const LuaToken& now = token();
      if (now.is("{")) {
        call_with_table();
      } else if (now.is("(")) {
        call_with_arguments();
      } else if (now.is("[")) {
        nested("]");
      } else if (now.is("function") || now.is("do") || now.is("if") || now.is("repeat")) {
        ++blocks;
      } else if (now.is("end") || now.is("until")) {
        if (blocks-- == 0) return;
      } else if (now.is("}") || now.is(")") || now.is("]")) {
        return;
      } else if (now.is(",") || now.is(";")) {
        if (!statements && blocks == 0) return;
      } else if (now.is("return") && statements && blocks == 0) {
        top_level_return();
      }
    }
  }

  void top_level_return() {
    outline_.returned_ = nullptr;
    if (!token(1).is("{")) return;
    ++at_;
    const OutlineTable* table = this->table();
    const LuaToken& behind = token(1);
    if (behind.type == LuaToken::Type::end || behind.is(";")) outline_.returned_ = table;
  }

  /// From an opening bracket to the one that closes it (where at_ stays), or to the end.
  void nested(std::string_view closing) {
    if (too_deep()) return;
    ++depth_;
    for (++at_; !at_end() && !token().is(closing); ++at_) {
      walk(false);
      if (token().is(closing)) break;
      if (!token().is(",") && !token().is(";")) break;
    }
    --depth_;
  }

  /// At a "{" that is no entry's value by itself: `name { … }` is a call.
  void call_with_table() {
    if (at_ == 0 || tokens_[at_ - 1].type != LuaToken::Type::name) {
      table();
      return;
    }
    const std::size_t call = begin_call();
    outline_.calls_[call].table = table();
  }

  /// At a "(".
  void call_with_arguments() {
    if (at_ == 0 || tokens_[at_ - 1].type != LuaToken::Type::name) return nested(")");
    const std::size_t call = begin_call();
    if (too_deep()) return;
    ++depth_;
    for (++at_; !at_end() && !token().is(")"); ++at_) {
      const bool constructor = token().is("{");
      const OutlineTable* argument = constructor ? table() : nullptr;
      if (constructor) ++at_;
      walk(false);
      if (argument != nullptr && outline_.calls_[call].table == nullptr) outline_.calls_[call].table = argument;
      if (!token().is(",")) break;
    }
    --depth_;
  }

  std::size_t begin_call() {
    const LuaToken& name = tokens_[at_ - 1];
    outline_.calls_.push_back({name.text, name.line, token().line, nullptr});
    return outline_.calls_.size() - 1;
  }

  /// At a "{"; leaves at_ on its "}".
  const OutlineTable* table() {
    OutlineTable& table = outline_.tables_.emplace_back();
    table.line = token().line;
    if (too_deep()) return &table;
    ++depth_;
    std::int64_t items = 0;
    for (++at_; !at_end() && !token().is("}"); ++at_) {
      entry(table, items);
      if (!token().is(",") && !token().is(";")) break;
    }
    --depth_;
    return &table;
  }

  /// Leaves at_ on what follows the entry.
  void entry(OutlineTable& table, std::int64_t& items) {
    OutlineTable::Entry entry;
    entry.line = token().line;
    bool known = true;
    if (token().type == LuaToken::Type::name && token(1).is("=")) {
      entry.key = token().text;
      at_ += 2;
    } else if (token().is("[")) {
      const std::optional<Key> key = token(2).is("]") ? key_of(token(1)) : std::nullopt;
      nested("]");
      known = key.has_value();
      if (known) entry.key = *key;
      if (token(1).is("=")) at_ += 2;
    } else {
      entry.key = ++items;
    }
    entry.value_line = token().line;
    if (token().is("{")) {
      const OutlineTable* value = this->table();
      if (!at_end()) ++at_;
      if (token().is(",") || token().is(";") || token().is("}")) {
        entry.table = value;
      } else {
        walk(false);
      }
    } else {
      walk(false);
    }
    if (known) add(table, std::move(entry));
  }

  static void add(OutlineTable& table, OutlineTable::Entry entry) {
    for (const OutlineTable::Entry& earlier : table.entries) {
      if (earlier.key != entry.key) continue;
      table.repeats.push_back({text_of(entry.key), earlier.line, entry.line});
      break;
    }
    table.entries.push_back(std::move(entry));
  }

  Outline& outline_;
  std::vector<LuaToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

const OutlineTable::Entry* OutlineTable::find(std::string_view key) const {
  return find_last(entries, key);
}

const OutlineTable::Entry* OutlineTable::find(std::int64_t item) const {
  return find_last(entries, item);
}

Outline Outline::parse(std::string_view source) {
  Outline outline;
  OutlineParser(source, outline).run();
  return outline;
}

const OutlineTable* Outline::call_at(int line, std::string_view name, int nth) const {
  int found = 0;
  for (const Call& call : std::ranges::equal_range(calls_, line, {}, &Call::line)) {
    if (call.name == name && found++ == nth) return call.table;
  }
  for (const Call& call : std::ranges::equal_range(calls_, line, {}, &Call::name_line)) {
    if (call.name == name && call.line != line && found++ == nth) return call.table;
  }
  return nullptr;
}

}  // namespace outrider::script
