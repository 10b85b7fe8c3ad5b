// SPDX-License-Identifier: MIT
// A pattern as a row of items, and how many of the unbounded ones can share one text: those that have bytes in common,
// where whatever stands between them is made of such bytes, too, and where something behind them can still fail.
#include "script/pattern_lint.h"

#include <algorithm>
#include <bitset>
#include <cctype>
#include <cmath>
#include <span>
#include <utility>

#include "script/lua_tokens.h"

namespace outrider::script {
namespace {

using Bytes = std::bitset<256>;

struct Item {
  Bytes bytes;
  bool unbounded = false;  // any number of them
  bool may_lack = false;   // nothing matches as well
};

/// "%a" and its kind; a byte that names no class stands for itself.
Bytes class_named(unsigned char name) {
  constexpr std::string_view names = "acdlpsuwx";
  constexpr int (*members[])(int) = {std::isalpha, std::iscntrl, std::isdigit, std::islower, std::ispunct,
                                     std::isspace, std::isupper, std::isalnum, std::isxdigit};
  const auto which = names.find(static_cast<char>(std::tolower(name)));
  Bytes bytes;
  if (which == names.npos) return bytes.set(name);
  for (int byte = 0; byte < 256; ++byte) bytes[static_cast<std::size_t>(byte)] = members[which](byte) != 0;
  return std::isupper(name) != 0 ? ~bytes : bytes;
}

class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : left_(pattern) {}

  std::vector<Item> run() {
    while (!left_.empty()) next();
    return std::move(items_);
  }

 private:
  unsigned char take() {
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  bool take_if(char byte) {
    if (!left_.starts_with(byte)) return false;
    left_.remove_prefix(1);
    return true;
  }

  void next() {
    const unsigned char byte = take();
    if (byte == '(' || byte == ')') return;
    if (byte == '$' && left_.empty()) {
      items_.push_back({});  // no byte: what can still fail
    } else if (byte == '%' && !left_.empty()) {
      escape(take());
    } else if (byte == '[') {
      repeat(set());
    } else if (byte == '.') {
      repeat(~Bytes());
    } else {
      repeat(Bytes().set(byte));
    }
  }

  void escape(unsigned char name) {
    if (name == 'b' && left_.size() >= 2) {  // a balanced text begins and ends with these
      items_.push_back({Bytes().set(take())});
      items_.push_back({Bytes().set(take())});
    } else if (name == 'f' && take_if('[')) {
      set();  // a frontier takes no byte
    } else if (std::isdigit(name) != 0) {
      items_.push_back({~Bytes()});
    } else {
      repeat(class_named(name));
    }
  }

  /// Behind "[".
  Bytes set() {
    Bytes bytes;
    const bool negated = take_if('^');
    for (bool first = true; !left_.empty() && (first || left_.front() != ']'); first = false) {
      const unsigned char byte = take();
      if (byte == '%' && !left_.empty()) {
        bytes |= class_named(take());
      } else if (left_.size() >= 2 && left_[0] == '-' && left_[1] != ']') {
        take();
        const unsigned last = take();
        for (unsigned each = byte; each <= last; ++each) bytes.set(each);
      } else {
        bytes.set(byte);
      }
    }
    take_if(']');
    return negated ? ~bytes : bytes;
  }

  /// An item, with what stands behind it.
  void repeat(const Bytes& bytes) {
    if (take_if('*') || take_if('-')) {
      items_.push_back({bytes, true, true});
    } else if (take_if('+')) {
      items_.push_back({bytes});
      items_.push_back({bytes, true, true});
    } else {
      items_.push_back({bytes, false, take_if('?')});
    }
  }

  std::string_view left_;
  std::vector<Item> items_;
};

/// How many unbounded items from `begin` on, that one among them, can share a text.
unsigned chain_from(std::span<const Item> items, std::size_t begin) {
  Bytes common = items[begin].bytes;
  std::vector<Bytes> between;
  unsigned count = 1;
  for (const Item& item : items.subspan(begin + 1)) {
    if (item.unbounded) {
      const Bytes both = common & item.bytes;
      const bool still = both.any() && std::all_of(between.begin(), between.end(),
                                                   [&](const Bytes& bytes) { return (bytes & both).any(); });
      if (!still) continue;  // it may take nothing at all
      common = both;
      ++count;
    } else if (!item.may_lack) {
      if ((item.bytes & common).none()) break;
      between.push_back(item.bytes);
    }
  }
  return count;
}

unsigned longest_chain(std::span<const Item> items) {
  unsigned longest = 0;
  for (std::size_t i = 0; i != items.size(); ++i) {
    if (items[i].unbounded) longest = std::max(longest, chain_from(items, i));
  }
  return longest;
}

/// Where the last part begins that matches whatever comes: an item that takes every byte, and nothing behind it that
/// must be there but the end. Once it is reached, nobody comes back to what is before it.
std::size_t begin_of_what_never_fails(std::span<const Item> items) {
  for (std::size_t i = items.size(); i-- > 0;) {
    const bool is_end = i + 1 == items.size() && items[i].bytes.none();
    if (!is_end && !items[i].may_lack) break;
    if (items[i].unbounded && items[i].bytes.all()) return i;
  }
  return items.size();
}

/// "(.-)/(.-)/": parts of anything, each up to the same byte. From one that has enough of them behind it the rest fits,
/// so that only those near the text's end are tried in vain: as many as there are parts, however long the text.
bool is_split(std::span<const Item> items) {
  const auto is_part = [](const Item& item) { return item.unbounded && item.bytes.all(); };
  while (!items.empty() && !items.front().unbounded && !items.front().may_lack) items = items.subspan(1);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const Item& separator = items[i + 1];
    const bool is_byte = separator.bytes.count() == 1 && !separator.unbounded && !separator.may_lack;
    if (!is_part(items[i]) || !is_byte || separator.bytes != items[1].bytes) return false;
  }
  return !items.empty() && items.size() % 2 == 0;
}

/// Items at the end that need nothing are satisfied at once, and nobody comes back to them.
std::span<const Item> without_what_always_fits(std::span<const Item> items) {
  while (!items.empty() && items.back().may_lack) items = items.first(items.size() - 1);
  return items;
}

bool is_call(const std::vector<LuaToken>& tokens, std::size_t at, std::string_view name) {
  return tokens[at].type == LuaToken::Type::name && tokens[at].text == name;
}

/// The arguments of a call as first and last token, whose "(" is at `open`.
std::vector<std::pair<std::size_t, std::size_t>> arguments_of(const std::vector<LuaToken>& tokens, std::size_t open) {
  std::vector<std::pair<std::size_t, std::size_t>> arguments;
  std::size_t begin = open + 1;
  int depth = 0;
  for (std::size_t i = begin; i < tokens.size() && tokens[i].type != LuaToken::Type::end; ++i) {
    const LuaToken& token = tokens[i];
    const bool closes = token.is(")") || token.is("}") || token.is("]");
    if ((closes && depth == 0) || (depth == 0 && token.is(","))) {
      if (i > begin) arguments.emplace_back(begin, i - 1);
      if (closes) break;
      begin = i + 1;
    } else {
      depth += token.is("(") || token.is("{") || token.is("[") ? 1 : closes ? -1 : 0;
    }
  }
  return arguments;
}

/// The pattern of the call whose name is at `at`, or nullptr where it is none or not written out.
const LuaToken* pattern_of_call(const std::vector<LuaToken>& tokens, std::size_t at) {
  const bool method = at > 0 && tokens[at - 1].is(":");
  const bool function = at > 1 && tokens[at - 1].is(".") && is_call(tokens, at - 2, "string");
  if ((!method && !function) || at + 1 >= tokens.size()) return nullptr;
  if (method && tokens[at + 1].type == LuaToken::Type::string) return &tokens[at + 1];
  if (!tokens[at + 1].is("(")) return nullptr;
  const auto arguments = arguments_of(tokens, at + 1);
  const std::size_t which = method ? 0 : 1;
  if (arguments.size() <= which || arguments[which].first != arguments[which].second) return nullptr;
  // find(text, pattern, init, plain)
  const bool plain = is_call(tokens, at, "find") && arguments.size() > which + 2 &&
                     !tokens[arguments[which + 2].first].is("false") && !tokens[arguments[which + 2].first].is("nil");
  const LuaToken& pattern = tokens[arguments[which].first];
  return !plain && pattern.type == LuaToken::Type::string ? &pattern : nullptr;
}

}  // namespace

unsigned back_tracking_degree(std::string_view pattern, bool anchors) {
  const bool anchored = anchors && pattern.starts_with('^');
  std::vector<Item> items = PatternReader(pattern.substr(anchored ? 1 : 0)).run();
  std::size_t cut = begin_of_what_never_fails(items);
  // Trying each beginning is one more item that takes anything.
  if (!anchored && cut > 0) {
    items.insert(items.begin(), {~Bytes(), true, true});
    ++cut;
  }
  const std::span<const Item> all = items;
  const std::span<const Item> before = all.first(cut);
  // A frontier takes no byte, and so is no item, but it can fail.
  const bool splits = anchored && is_split(before) && pattern.find("%f") == std::string_view::npos;
  return std::max(splits ? 1 : longest_chain(without_what_always_fits(before)),
                  longest_chain(without_what_always_fits(all.subspan(cut))));
}

std::size_t longest_subject(unsigned degree, std::size_t steps) {
  const double ways = static_cast<double>(steps) * std::tgamma(degree + 1.0);
  return static_cast<std::size_t>(std::pow(ways, 1.0 / degree));
}

std::vector<SlowPattern> slow_patterns(std::string_view source, unsigned least) {
  std::vector<SlowPattern> slow;
  const std::vector<LuaToken> tokens = lua_tokens(source);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool iterates = is_call(tokens, i, "gmatch");
    if (!iterates && !is_call(tokens, i, "find") && !is_call(tokens, i, "match") && !is_call(tokens, i, "gsub")) {
      continue;
    }
    const LuaToken* pattern = pattern_of_call(tokens, i);
    if (pattern == nullptr) continue;
    const unsigned degree = back_tracking_degree(pattern->text, !iterates);
    if (degree >= least) slow.push_back({pattern->text, pattern->line, degree});
  }
  return slow;
}

}  // namespace outrider::script
