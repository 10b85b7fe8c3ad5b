// SPDX-License-Identifier: MIT
#include "app/reference/man_page.h"

#include <fmt/format.h>

#include <cstdint>
#include <sstream>

#include "base/version.h"

namespace outrider::app {
namespace {

/// The character of UTF-8 at `at`, which moves behind it.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  std::uint32_t character = first & (0x3f >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
  }
  return character;
}

/// One character as it is to be seen, and copied.
std::string escaped(std::uint32_t character) {
  switch (character) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    default:
      return character < 0x80 ? std::string(1, static_cast<char>(character)) : fmt::format("\\[u{:04X}]", character);
  }
}

/// A period or an apostrophe at the front of a line would make it a request.
std::string as_line(std::string text) {
  return text.starts_with('.') || text.starts_with('\'') ? "\\&" + text : text;
}

/// Within the quotes of a macro's argument.
std::string as_argument(std::string_view text) {
  std::string result;
  for (const char c : roff_prose(text)) result += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return result;
}

}  // namespace

std::string roff_prose(std::string_view text) {
  std::string result;
  bool is_code = false;
  char before = ' ';
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t character = next_character(text, at);
    if (character == '`') {
      is_code = !is_code;
      result += is_code ? "\\fB" : "\\fR";
    } else if (character == '-' && !is_code && before != ' ' && before != '-') {
      result += '-';  // within a word it may be where a line breaks
    } else {
      result += escaped(character);
    }
    before = text[at - 1];
  }
  return as_line(std::move(result));
}

std::string roff_code(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) result += escaped(next_character(text, at));
  return as_line(std::move(result));
}

ManPage::ManPage(std::string_view title) {
  const auto bracket = title.find('(');
  std::string name(title.substr(0, bracket));
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  write(".\\\" Made by outrider print-reference; the text is in the file of this name with .in behind it.");
  // No word is hyphenated, so that names can be found and copied; lines end where words do; one space behind each
  // sentence. The macros look at the first of these when the page begins.
  write(".nr HY 0");
  write(fmt::format(".TH \"{}\" {} \"\" \"outrider {}\" \"Outrider\"", as_argument(name), title.substr(bracket + 1, 1),
                    version));
  write(".ad l");
  write(".ss 12 0");
}

void ManPage::name(std::string_view names, std::string_view sentence) {
  heading("NAME");
  write(roff_prose(names) + " \\- " + roff_prose(sentence));
}

void ManPage::heading(std::string_view text) {
  write(fmt::format(".SH \"{}\"", as_argument(text)));
}

void ManPage::subheading(std::string_view text) {
  write(fmt::format(".SS \"{}\"", as_argument(text)));
}

void ManPage::paragraph() {
  write(".PP");
}

void ManPage::line(std::string_view text) {
  if (!text.empty()) write(roff_prose(text));
}

void ManPage::line_break() {
  write(".br");
}

void ManPage::term(std::string_view name, std::string_view rest) {
  write(".TP");
  write("\\fB" + roff_code(name) + "\\fR" + (rest.empty() ? "" : " \\fI" + roff_code(rest) + "\\fR"));
}

void ManPage::prose_term(std::string_view text) {
  write(".TP");
  write(roff_prose(text));
}

void ManPage::bullet() {
  write(".IP \\(bu 2");
}

void ManPage::example(std::string_view code) {
  write(".sp");
  write(".EX");
  std::istringstream lines{std::string(code)};
  for (std::string each; std::getline(lines, each);) write(roff_code(each));
  write(".EE");
}

void ManPage::write(const std::string& line) {
  text_ += line + "\n";
}

}  // namespace outrider::app
