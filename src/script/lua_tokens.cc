// SPDX-License-Identifier: MIT
// The lexer: names, strings with their escapes, numbers, long brackets, comments.
#include "script/lua_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace outrider::script {
namespace {

constexpr std::array<std::string_view, 22> lua_keywords = {
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

bool is_name_start(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '_' || byte >= 0x80;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {
    tokens_.reserve(source.size() / 4);
    if (source_.starts_with("\xef\xbb\xbf")) at_ = 3;
    if (peek() == '#') skip_line();
  }

  std::vector<LuaToken> run() {
    while (skip_blank(), at_ < source_.size()) next();
    tokens_.push_back({LuaToken::Type::end, {}, line_});
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void skip_line() {
    while (at_ < source_.size() && source_[at_] != '\n') ++at_;
  }

  void skip_blank() {
    for (; at_ < source_.size(); ++at_) {
      if (source_[at_] == '\n') {
        ++line_;
      } else if (peek() == '-' && peek(1) == '-') {
        at_ += 2;
        std::string text;
        if (!long_bracket(text)) skip_line();
        --at_;
      } else if (std::isspace(static_cast<unsigned char>(source_[at_])) == 0) {
        return;
      }
    }
  }

  void next() {
    const int line = line_;
    const char c = peek();
    std::string text;
    if (is_name_start(c)) {
      while (is_name_start(peek()) || is_digit(peek())) text += source_[at_++];
      const bool keyword = std::find(lua_keywords.begin(), lua_keywords.end(), text) != lua_keywords.end();
      add(keyword ? LuaToken::Type::keyword : LuaToken::Type::name, std::move(text), line);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      add(LuaToken::Type::number, number(), line);
    } else if (c == '"' || c == '\'') {
      add(LuaToken::Type::string, quoted(c), line);
    } else if (c == '[' && long_bracket(text)) {
      add(LuaToken::Type::string, std::move(text), line);
    } else {
      add(LuaToken::Type::symbol, symbol(), line);
    }
  }

  void add(LuaToken::Type type, std::string text, int line) { tokens_.push_back({type, std::move(text), line}); }

  std::string number() {
    std::string text;
    const bool hexadecimal = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '.') {
      const char c = source_[at_++];
      text += c;
      const bool exponent = hexadecimal ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
      if (exponent && (peek() == '+' || peek() == '-')) text += source_[at_++];
    }
    return text;
  }

  std::string quoted(char quote) {
    std::string text;
    for (++at_; at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n'; ++at_) {
      source_[at_] == '\\' ? escape(text) : text.push_back(source_[at_]);
    }
    if (peek() == quote) ++at_;
    return text;
  }

  /// At a backslash; leaves at_ on the last character of the escape.
  void escape(std::string& text) {
    constexpr std::string_view escape_names = "abfnrtv", escape_values = "\a\b\f\n\r\t\v";
    ++at_;
    const char c = peek();
    if (const auto name = escape_names.find(c); at_ < source_.size() && name != std::string_view::npos) {
      text += escape_values[name];
    } else if (c == 'x') {
      text += static_cast<char>(std::strtol(std::string(source_.substr(at_ + 1, 2)).c_str(), nullptr, 16));
      at_ += 2;
    } else if (c == 'z') {
      for (; std::isspace(static_cast<unsigned char>(peek(1))) != 0; ++at_) line_ += peek(1) == '\n' ? 1 : 0;
    } else if (is_digit(c)) {
      int value = 0;
      std::size_t digits = 0;
      for (; digits < 3 && is_digit(peek(digits)); ++digits) value = value * 10 + (peek(digits) - '0');
      text += static_cast<char>(value);
      at_ += digits - 1;
    } else {
      if (c == '\n') ++line_;
      if (at_ < source_.size()) text += c;
    }
  }

  /// "[[…]]", "[==[…]==]"; false, and nothing consumed, if there is none here.
  bool long_bracket(std::string& text) {
    std::size_t level = 0;
    if (peek() != '[') return false;
    while (peek(level + 1) == '=') ++level;
    if (peek(level + 1) != '[') return false;
    const std::string close = "]" + std::string(level, '=') + "]";
    const std::size_t begin = at_ + level + 2;
    const std::size_t end = std::min(source_.find(close, begin), source_.size());
    text = source_.substr(begin, end - begin);
    line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    // The line break right behind the bracket is no part of the string.
    if (text.starts_with('\r')) text.erase(0, 1);
    if (text.starts_with('\n')) text.erase(0, 1);
    at_ = std::min(end + close.size(), source_.size());
    return true;
  }

  std::string symbol() {
    for (const std::string_view longer : {"...", "..", "==", "~=", "<=", ">=", "::"}) {
      if (source_.substr(at_).starts_with(longer)) {
        at_ += longer.size();
        return std::string(longer);
      }
    }
    return std::string(1, source_[at_++]);
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<LuaToken> tokens_;
};

}  // namespace

std::vector<LuaToken> lua_tokens(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace outrider::script
