// SPDX-License-Identifier: MIT
// What `outrider test` prints while tests run: for a person, or as TAP version 13 (https://testanything.org).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "script/rules.h"

namespace outrider::app {

class TestOutput : public script::TestListener {
 public:
  /// Prints what comes behind the last check. Call it once.
  virtual void finish() = 0;

  std::size_t passed() const { return passed_; }
  std::size_t failed() const { return failed_; }

 protected:
  std::size_t passed_ = 0, failed_ = 0;
};

/// Failures with their lines, then the counts; with `verbose` every check.
std::unique_ptr<TestOutput> human_output(bool verbose, bool colour);
std::unique_ptr<TestOutput> tap_output();

}  // namespace outrider::app
