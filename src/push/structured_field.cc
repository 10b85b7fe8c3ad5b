// SPDX-License-Identifier: MIT
#include "push/structured_field.h"

#include "base/text.h"

namespace outrider::push {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

/// Each function takes what it names off the front, or returns false and leaves the rest undefined.
class ItemReader {
 public:
  explicit ItemReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (take(' ')) continue;
  }
  void skip_blanks() {
    while (take(' ') || take('\t')) continue;
  }

  /// RFC 8941 4.2.3.3.
  bool key(std::string_view& key) {
    const std::string_view from = rest_;
    if (at_end() || !(is_lower(rest_.front()) || rest_.front() == '*')) return false;
    while (!at_end() && (is_lower(rest_.front()) || is_digit(rest_.front()) || is_one_of("_-.*"))) advance();
    key = from.substr(0, from.size() - rest_.size());
    return true;
  }

  /// What follows a key: "=" and an item or an inner list, or nothing, which is true; then parameters.
  bool member_value(FieldItem& item) {
    if (!take('=')) {
      item = {FieldItem::Type::boolean, 0, true};
    } else if (take('(')) {
      item = {};
      if (!inner_list()) return false;
    } else if (!bare_item(item)) {
      return false;
    }
    return parameters();
  }

 private:
  bool is_one_of(std::string_view characters) const { return characters.find(rest_.front()) != std::string_view::npos; }
  void advance() { rest_.remove_prefix(1); }

  /// RFC 8941 4.2.1.2, behind its parenthesis.
  bool inner_list() {
    for (;;) {
      skip_spaces();
      if (take(')')) return true;
      FieldItem item;
      if (!bare_item(item) || !parameters()) return false;
      if (at_end() || !is_one_of(" )")) return false;
    }
  }

  /// RFC 8941 4.2.3.2.
  bool parameters() {
    while (take(';')) {
      skip_spaces();
      std::string_view name;
      FieldItem item;
      if (!key(name) || (take('=') && !bare_item(item))) return false;
    }
    return true;
  }

  /// RFC 8941 4.2.3.1.
  bool bare_item(FieldItem& item) {
    item = {};
    if (at_end()) return false;
    const char first = rest_.front();
    if (first == '-' || is_digit(first)) return number(item);
    if (take('"')) return string();
    if (take(':')) return byte_sequence();
    if (take('?')) {
      item.type = FieldItem::Type::boolean;
      item.boolean = take('1');
      return item.boolean || take('0');
    }
    return token();
  }

  /// RFC 8941 4.2.4: 15 digits, or 12 before a point and up to 3 behind it.
  bool number(FieldItem& item) {
    const bool negative = take('-');
    std::size_t digits = 0;
    for (; !at_end() && is_digit(rest_.front()); advance(), ++digits) {
      if (digits == 15) return false;
      item.integer = item.integer * 10 + (rest_.front() - '0');
    }
    if (digits == 0) return false;
    if (negative) item.integer = -item.integer;
    if (!take('.')) {
      item.type = FieldItem::Type::integer;
      return true;
    }
    std::size_t decimals = 0;
    for (; !at_end() && is_digit(rest_.front()); advance()) ++decimals;
    return digits <= 12 && decimals >= 1 && decimals <= 3;
  }

  /// RFC 8941 4.2.5, behind its first quote.
  bool string() {
    while (!at_end()) {
      const char c = rest_.front();
      advance();
      if (c == '"') return true;
      if (c < 0x20 || c > 0x7e) return false;
      if (c == '\\' && !take('"') && !take('\\')) return false;
    }
    return false;
  }

  /// RFC 8941 4.2.6.
  bool token() {
    if (!is_letter(rest_.front()) && rest_.front() != '*') return false;
    while (!at_end() && (is_letter(rest_.front()) || is_digit(rest_.front()) || is_one_of("!#$%&'*+-.^_`|~:/"))) {
      advance();
    }
    return true;
  }

  /// RFC 8941 4.2.7, behind its first colon.
  bool byte_sequence() {
    while (!at_end()) {
      if (take(':')) return true;
      if (!is_letter(rest_.front()) && !is_digit(rest_.front()) && !is_one_of("+/=")) return false;
      advance();
    }
    return false;
  }

  std::string_view rest_;
};

}  // namespace

bool read_dictionary(std::string_view text,
                     const std::function<void(std::string_view key, const FieldItem& item)>& member) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  ItemReader reader(text);
  reader.skip_spaces();
  while (!reader.at_end()) {
    std::string_view key;
    FieldItem item;
    if (!reader.key(key) || !reader.member_value(item)) return false;
    member(key, item);
    reader.skip_blanks();
    if (reader.at_end()) return true;
    if (!reader.take(',')) return false;
    reader.skip_blanks();
    if (reader.at_end()) return false;
  }
  return true;
}

}  // namespace outrider::push
