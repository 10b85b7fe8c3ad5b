// SPDX-License-Identifier: MIT
// Tries a new program before it takes the supervisor's place, as a child that may fail: it must read the handover's
// format and find no fault with the configuration. Supervisor only; nothing here waits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

class Trial {
 public:
  static constexpr std::chrono::seconds patience{30};

  /// `check_arguments`: with which the program checks what it would be run with. Nothing runs before start().
  Trial(std::string binary, std::vector<std::string> check_arguments, const Clock& clock);
  /// Ends the child.
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  /// Errors: no child can be made.
  Result<void> start();

  enum class Verdict { open, good, bad };
  /// The child has ended. Where there is more to try, that is begun; where the verdict is bad, complaint() says why.
  Verdict on_end(int wait_status);

  pid_t pid() const { return pid_; }
  /// When patience ends.
  SteadyTime deadline() const { return deadline_; }
  const std::string& complaint() const { return complaint_; }

 private:
  Verdict refuse(std::string why);
  Verdict judge_version();

  const std::string binary_;
  const std::vector<std::string> check_arguments_;
  const SteadyTime deadline_;
  enum class Step { version, check } step_ = Step::version;
  pid_t pid_ = -1;
  UniqueFd output_;
  std::string complaint_;
};

}  // namespace outrider::app
