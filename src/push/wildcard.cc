// SPDX-License-Identifier: MIT
#include "push/wildcard.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace outrider::push {
namespace {

std::size_t segment_end(std::string_view text, std::size_t from) {
  return std::min(text.find('/', from), text.size());
}

}  // namespace

/// One bit for each token (and one row more for the end of the pattern) and each position in the text (and one more for
/// its end): can the pattern from this token match the text from this position? Ordinary ones fit on the stack.
class Wildcard::Table {
 public:
  Table(std::size_t rows, std::size_t columns) : columns_(columns) {
    const std::size_t words = (rows * columns + 63) / 64;
    if (words > small_.size()) {
      large_.resize(words);
      bits_ = large_.data();
    } else {
      std::fill_n(small_.begin(), words, 0);
      bits_ = small_.data();
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool at(std::size_t row, std::size_t column) const {
    const std::size_t bit = row * columns_ + column;
    return (bits_[bit / 64] >> (bit % 64) & 1) != 0;
  }
  void set(std::size_t row, std::size_t column) {
    const std::size_t bit = row * columns_ + column;
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }

 private:
  std::size_t columns_;
  std::array<std::uint64_t, 256> small_;
  std::vector<std::uint64_t> large_;
  std::uint64_t* bits_;
};

Wildcard::Wildcard(std::string_view text) {
  for (;;) {
    const auto slash = text.find('/');
    const bool last = slash == std::string_view::npos;
    append_segment(text.substr(0, slash), last);
    if (last) return;
    text.remove_prefix(slash + 1);
  }
}

void Wildcard::append_segment(std::string_view segment, bool last) {
  if (segment == "**" && !last) {
    tokens_.push_back({Token::Type::segments, {}});
    return;
  }
  if (!segment.empty() && segment.front() == '{') {
    tokens_.push_back({Token::Type::capture, std::string(segment.substr(1, segment.size() - 2))});
    segment = {};
  }
  while (!segment.empty()) {
    const auto star = std::min(segment.find('*'), segment.size());
    append_literal(segment.substr(0, star));
    segment.remove_prefix(star);
    if (segment.empty()) break;
    const bool two = segment.substr(0, 2) == "**";
    tokens_.push_back({two ? Token::Type::any : Token::Type::star, {}});
    segment.remove_prefix(two ? 2 : 1);
  }
  if (!last) append_literal("/");
}

void Wildcard::append_literal(std::string_view text) {
  if (text.empty()) return;
  if (!tokens_.empty() && tokens_.back().type == Token::Type::literal) {
    tokens_.back().text += text;
  } else {
    tokens_.push_back({Token::Type::literal, std::string(text)});
  }
}

std::string_view Wildcard::suffix() const {
  if (tokens_.empty() || tokens_.back().type != Token::Type::literal) return {};
  return tokens_.back().text;
}

void Wildcard::append_capture_names(std::vector<std::string_view>& names) const {
  for (const Token& token : tokens_) {
    if (token.type == Token::Type::capture) names.push_back(token.text);
  }
}

bool Wildcard::matches(std::string_view text, std::vector<Capture>* captures) const {
  const std::string_view end = suffix();
  if (text.size() < end.size() || text.substr(text.size() - end.size()) != end) return false;
  // "**" and "**.php" need no table.
  const std::size_t wild = tokens_.size() - (end.empty() ? 0 : 1);
  if (wild == 1 && tokens_.front().type == Token::Type::any) return true;

  if (!has_literals(text)) return false;
  Table table(tokens_.size() + 1, text.size() + 1);
  table.set(tokens_.size(), text.size());
  for (std::size_t token = tokens_.size(); token-- > 0;) fill_row(token, text, table);
  if (!table.at(0, 0)) return false;
  if (captures != nullptr) capture_along(text, table, *captures);
  return true;
}

bool Wildcard::has_literals(std::string_view text) const {
  for (const Token& token : tokens_) {
    if (token.type != Token::Type::literal) continue;
    const std::size_t found = text.find(token.text);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + token.text.size());
  }
  return true;
}

void Wildcard::fill_row(std::size_t token, std::string_view text, Table& table) const {
  const Token& self = tokens_[token];
  const auto next = [&](std::size_t column) { return table.at(token + 1, column); };
  bool behind_slash = false;  // the rest can match somewhere right behind a slash
  for (std::size_t column = text.size() + 1; column-- > 0;) {
    const bool at_end = column == text.size();
    bool fits = false;
    switch (self.type) {
      case Token::Type::literal:
        fits = text.size() - column >= self.text.size() && next(column + self.text.size()) &&
               text.compare(column, self.text.size(), self.text) == 0;
        break;
      case Token::Type::star:
        fits = next(column) || (!at_end && text[column] != '/' && table.at(token, column + 1));
        break;
      case Token::Type::any:
        fits = next(column) || (!at_end && table.at(token, column + 1));
        break;
      case Token::Type::segments:
        if (!at_end && text[column] == '/' && next(column + 1)) behind_slash = true;
        fits = next(column) || behind_slash;
        break;
      case Token::Type::capture:
        fits = !at_end && text[column] != '/' && (column == 0 || text[column - 1] == '/') &&
               next(segment_end(text, column));
        break;
    }
    if (fits) table.set(token, column);
  }
}

void Wildcard::capture_along(std::string_view text, const Table& table, std::vector<Capture>& captures) const {
  std::size_t column = 0;
  for (std::size_t token = 0; token < tokens_.size(); ++token) {
    const Token& self = tokens_[token];
    if (self.type == Token::Type::literal) {
      column += self.text.size();
    } else if (self.type == Token::Type::capture) {
      const std::size_t end = segment_end(text, column);
      captures.push_back({self.text, text.substr(column, end - column)});
      column = end;
    } else {
      // The table says that the rest fits somewhere; `segments` may only end where a segment begins.
      while (!table.at(token + 1, column) ||
             (self.type == Token::Type::segments && column > 0 && text[column - 1] != '/')) {
        ++column;
      }
    }
  }
}

}  // namespace outrider::push
