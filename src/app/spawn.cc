// SPDX-License-Identifier: MIT
#include "app/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "app/exit_code.h"

namespace outrider::app {
namespace {

/// Between fork and exec. The supervisor has one thread, so that ordinary functions are safe here.
[[noreturn]] void become_server(std::vector<char*>& argv, int channel_fd) {
  ::setpgid(0, 0);
  ::fcntl(channel_fd, F_SETFD, 0);
  // A process in the background of its terminal goes on logging to it.
  ::signal(SIGTTOU, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv("/proc/self/exe", argv.data());
  fmt::print(stderr, "outrider: cannot execute /proc/self/exe: {}\n", std::strerror(errno));
  ::_exit(exit_our_fault);
}

}  // namespace

Result<pid_t> spawn_server(const std::vector<std::string>& arguments, int channel_fd) {
  std::vector<std::string> words{"outrider", server_fd_option, std::to_string(channel_fd)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t pid = ::fork();
  if (pid < 0) return failure(fmt::format("cannot start the server process: {}", std::strerror(errno)));
  if (pid == 0) become_server(argv, channel_fd);
  ::setpgid(pid, pid);  // whichever of the two comes first
  return pid;
}

std::string describe_end(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int number = WTERMSIG(wait_status);
    const char* name = ::sigabbrev_np(number);
    return fmt::format("died by signal {} (SIG{})", number, name != nullptr ? name : "?");
  }
  return fmt::format("exited with {}", WEXITSTATUS(wait_status));
}

}  // namespace outrider::app
