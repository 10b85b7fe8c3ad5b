// SPDX-License-Identifier: MIT
#include "app/process/trial.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/process/handover.h"
#include "app/process/spawn.h"
#include "base/text.h"

namespace outrider::app {

Trial::Trial(std::string binary, std::vector<std::string> check_arguments, const Clock& clock)
    : binary_(std::move(binary)), check_arguments_(std::move(check_arguments)), deadline_(clock.steady() + patience) {}

Trial::~Trial() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // where it has no group yet
  ::waitpid(pid_, nullptr, 0);
}

Result<void> Trial::start() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return failure(fmt::format("cannot try {}: {}", binary_, std::strerror(errno)));
  }
  UniqueFd reading(ends[0]), writing(ends[1]);
  if (step_ == Step::check) {
    // What it says when all is well is for nobody.
    reading.reset();
    writing.reset(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  }
  const std::vector<std::string> version_arguments{Handover::version_option};
  auto pid = spawn_trial(binary_, step_ == Step::version ? version_arguments : check_arguments_, writing.get());
  if (!pid) return tl::unexpected(pid.error());
  pid_ = *pid;
  output_ = std::move(reading);
  return {};
}

Trial::Verdict Trial::on_end(int wait_status) {
  pid_ = -1;
  if (WIFSIGNALED(wait_status)) return refuse(describe_end(wait_status));
  if (const int code = WEXITSTATUS(wait_status); code != 0) {
    const bool no_upgrade = step_ == Step::version;
    return refuse(fmt::format(
        "refuses: exit code {}{}", code,
        no_upgrade ? fmt::format(" of {}, so it cannot take over from a running one", Handover::version_option) : ""));
  }
  if (step_ == Step::check) return Verdict::good;
  if (judge_version() == Verdict::bad) return Verdict::bad;
  step_ = Step::check;
  if (auto started = start(); !started) return refuse(started.error().message);
  return Verdict::open;
}

Trial::Verdict Trial::judge_version() {
  char buffer[64];
  const ssize_t size = ::read(output_.get(), buffer, sizeof(buffer));
  const auto said = trim(std::string_view(buffer, size > 0 ? static_cast<std::size_t>(size) : 0));
  const auto number = said.substr(0, said.find('\n'));
  if (number == std::to_string(Handover::version)) return Verdict::good;
  return refuse(
      fmt::format("takes over in format \"{}\", and this program hands over in format {}; stop it and start it anew",
                  printable(number), Handover::version));
}

Trial::Verdict Trial::refuse(std::string why) {
  complaint_ = fmt::format("the new binary {} {}; nothing was changed", binary_, why);
  return Verdict::bad;
}

}  // namespace outrider::app
