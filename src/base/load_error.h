// SPDX-License-Identifier: MIT
// What is wrong with the operator's files. One exception carries every problem that was found, so that all of them are
// reported at once; it is caught in one place at start and in one at reload. Files are programs, which can be wrong
// without end: how much is said of them is bounded.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

namespace outrider {

/// Where something is written. An empty file means "nowhere in particular"; line 0 means the file as a whole.
struct Place {
  std::string file;
  int line = 0;

  /// "rules/shop.lua:12", "rules/shop.lua", or "".
  std::string text() const;

  bool operator==(const Place&) const = default;
};

/// How many problems are told of one file, and in all; the next says that there are more.
inline constexpr std::size_t most_problems_of_file = 100;
inline constexpr std::size_t most_problems = 1000;
/// The longest message, in bytes.
inline constexpr std::size_t longest_message = 2000;

/// The message as it is, or its beginning and how long it was, within `longest_message`.
std::string bounded_message(std::string message);

struct Problem {
  Place place;
  std::string message;

  /// "rules/shop.lua:12: rule \"cart\": unknown key \"hint\"; did you mean \"hints\"?"
  std::string text() const;
};

/// "rules/shop.lua: and more in this file; only the first 100 are shown, equal ones once".
Problem more_in_file(const std::string& file);

class LoadError : public std::exception {
 public:
  /// Keeps the first `most_problems` and says where there are more, and keeps of longer messages the beginning.
  explicit LoadError(std::vector<Problem> problems);
  LoadError(Place place, std::string message);

  const std::vector<Problem>& problems() const { return problems_; }
  /// Every problem's text, one a line, in the order in which they were found.
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Problem> problems_;
  std::string text_;
};

}  // namespace outrider
