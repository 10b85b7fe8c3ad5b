// SPDX-License-Identifier: MIT
// The real supervisor with a server that is played by this very binary: what the supervisor executes is the test
// program again, which plays its part before any test runs (played_server.cc).
#pragma once

#include <sys/types.h>

#include <string>

#include "unit/temporary_folder.h"

/// A supervisor in a process of its own, and what its servers do:
///   serves              … and finishes when finish() is called, once it has retired
///   refuses             the first start exits with 1
///   dies early          the first start aborts
///   crashes once        the first one, once it is ready
///   crashes always      every one, once it is ready
///   falls silent once   the first one sends no heartbeat
///   is stubborn         ignores SIGTERM
///   second refuses      the second start exits with 1
///   second hangs        the second start is never ready
///   first crashes late  the first one, when the second has started; the second is ready a little later
class Scene {
 public:
  /// `binary`: what SIGUSR2 executes; empty: the test program. `check`: the exit code of its check.
  explicit Scene(const std::string& part, const std::string& binary = {}, int check = 0);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Lets servers that have retired end.
  void finish() const;
  /// The exit code, or -1 for a death by signal.
  int wait();

  /// What the servers wrote: "start", "kept MEMO", "port N", "ready", "hup", "usr1", "retire", "alone".
  std::string diary() const { return outrider::read_file(folder_.file("diary")); }
  std::string log() const { return outrider::read_file(folder_.file("log")); }
  /// Waits for `text`, the `nth` time.
  bool diary_gets(const std::string& text, int nth = 1) const;
  bool log_gets(const std::string& text, int nth = 1) const;
  /// The port that the nth start got.
  std::string port(int nth) const;

 private:
  outrider::TemporaryFolder folder_;
  pid_t pid_ = -1;
};
