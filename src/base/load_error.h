// SPDX-License-Identifier: MIT
// What is wrong with the operator's files. One exception carries every problem that was found, so that all of them are
// reported at once; it is caught in one place at start and in one at reload.
#pragma once

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
};

struct Problem {
  Place place;
  std::string message;

  /// "rules/shop.lua:12: rule \"cart\": unknown key \"hint\"; did you mean \"hints\"?"
  std::string text() const;
};

class LoadError : public std::exception {
 public:
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
