// SPDX-License-Identifier: MIT
#include "app/process/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "app/process/privileges.h"
#include "app/process/service_manager.h"

namespace outrider::app {
namespace {

constexpr int not_executed = 127;  // as shells have it

class Words {
 public:
  Words(const std::string& name, const std::vector<std::string>& arguments) : words_{name} {
    words_.insert(words_.end(), arguments.begin(), arguments.end());
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  char* const* get() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

/// Between fork and exec. The supervisor has one thread, so that ordinary functions are safe here.
[[noreturn]] void become(const std::string& binary, Words& words) {
  ::setpgid(0, 0);
  hide_service_manager();
  if (!give_up_capabilities()) {
    fmt::print(stderr, "outrider: cannot give up capabilities: {}\n", std::strerror(errno));
    ::_exit(not_executed);
  }
  // A process in the background of its terminal goes on logging to it.
  ::signal(SIGTTOU, SIG_IGN);
  for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) ::signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execv(binary.c_str(), words.get());
  fmt::print(stderr, "outrider: cannot execute {}: {}\n", binary, std::strerror(errno));
  ::_exit(not_executed);
}

bool same_file(const char* a, const char* b) {
  struct stat one {
  }, other{};
  return ::stat(a, &one) == 0 && ::stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

}  // namespace

std::string installed_binary() {
  std::error_code problem;
  // As it was typed: a link such as "current" leads to the new program after an upgrade, its target does not.
  const auto* typed = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (typed != nullptr && std::string_view(typed).substr(0, 6) != "/proc/" && same_file(typed, this_binary)) {
    const auto path = std::filesystem::absolute(typed, problem);
    if (!problem) return path.string();
  }
  const std::string path = std::filesystem::read_symlink(this_binary, problem).string();
  constexpr std::string_view deleted = " (deleted)";
  const bool replaced = path.size() > deleted.size() && path.substr(path.size() - deleted.size()) == deleted;
  return replaced ? path.substr(0, path.size() - deleted.size()) : path;
}

Result<pid_t> spawn_server(const std::string& binary, const std::vector<std::string>& arguments, int channel_fd) {
  std::vector<std::string> all{server_fd_option, std::to_string(channel_fd)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Words words("outrider", all);
  const pid_t pid = ::fork();
  if (pid < 0) return failure(fmt::format("cannot start the server process: {}", std::strerror(errno)));
  if (pid == 0) {
    ::fcntl(channel_fd, F_SETFD, 0);
    become(binary, words);
  }
  ::setpgid(pid, pid);  // whichever of the two comes first
  return pid;
}

Result<pid_t> spawn_trial(const std::string& binary, const std::vector<std::string>& arguments, int output_fd) {
  Words words(binary, arguments);
  const pid_t pid = ::fork();
  if (pid < 0) return failure(fmt::format("cannot try {}: {}", binary, std::strerror(errno)));
  if (pid == 0) {
    ::dup2(output_fd, STDOUT_FILENO);
    become(binary, words);
  }
  ::setpgid(pid, pid);
  return pid;
}

Error execute_in_place(const std::string& binary, const std::vector<std::string>& arguments,
                       const std::vector<int>& descriptors) {
  Words words(binary, arguments);
  for (const int fd : descriptors) ::fcntl(fd, F_SETFD, 0);
  ::execv(binary.c_str(), words.get());
  const int error = errno;
  for (const int fd : descriptors) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return {fmt::format("cannot execute {}: {}", binary, std::strerror(error))};
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
