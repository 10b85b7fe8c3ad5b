// SPDX-License-Identifier: MIT
// A manual page as it is written: headings, paragraphs, terms and examples in plain text with names in `backquotes`.
// Everything that roff would take for its own is escaped here and nowhere else. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace outrider::app {

/// The text as roff shows it: in prose, with what stands in `backquotes` in bold; one line of source stays one.
std::string roff_prose(std::string_view text);
/// The same for what is to be copied: every character counts.
std::string roff_code(std::string_view text);

class ManPage {
 public:
  /// `title` is "outrider-rules(7)".
  explicit ManPage(std::string_view title);

  /// The part that apropos and whatis read: "outrider-off, outrider-on", and what they do.
  void name(std::string_view names, std::string_view sentence);
  void heading(std::string_view text);
  void subheading(std::string_view text);
  /// Begins a new paragraph with the next line().
  void paragraph();
  /// Prose; an empty one writes nothing.
  void line(std::string_view text);
  void line_break();
  /// A bold term, and its meaning by what follows. `rest` is what is not bold about it, such as an option's value.
  void term(std::string_view name, std::string_view rest = {});
  /// A term in prose.
  void prose_term(std::string_view text);
  void bullet();
  /// Code, as it is, with the breaks and spaces that it has. Within a term's meaning, it belongs there.
  void example(std::string_view code);

  const std::string& text() const { return text_; }

 private:
  void write(const std::string& line);

  std::string text_;
};

}  // namespace outrider::app
