// SPDX-License-Identifier: MIT
// What `outrider test` prints while tests run: for a person, or as TAP version 13 (https://testanything.org). What
// test files and requests say is printed without its control characters.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "script/rules.h"

namespace outrider::app {

class TestOutput : public script::TestListener {
 public:
  void began(std::string_view site, const std::string& file, bool named) override;
  /// Prints what comes behind the last check. Call it once, or bail_out().
  virtual void finish() = 0;
  /// Tests were not run, or not to their end; `why` is told on standard error, too.
  virtual void bail_out(std::string_view why) = 0;

  std::size_t passed() const { return passed_; }
  std::size_t failed() const { return failed_; }

 protected:
  virtual void print_file(std::string_view file, std::string_view site) = 0;
  /// `rules/shop.test.lua:3 (site shop.example) the front page`.
  std::string title(const Place& place, const std::vector<std::string>& groups) const;

  std::size_t passed_ = 0, failed_ = 0, files_ = 0;

 private:
  std::string site_;  // empty where the file tests no other
};

/// Failures with their lines, then the counts; with `verbose` every check.
std::unique_ptr<TestOutput> human_output(bool verbose, bool colour);
std::unique_ptr<TestOutput> tap_output();

}  // namespace outrider::app
