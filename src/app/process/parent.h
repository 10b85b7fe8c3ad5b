// SPDX-License-Identifier: MIT
// Whom the server process reports to: its supervisor, which passes on what a service manager wants to know; without
// one, the service manager itself. The server's main thread. Nothing here fails: a parent that does not listen has
// missed worse.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/process/socket_channel.h"

namespace outrider::app {

class OwnSockets;

class Parent {
 public:
  virtual ~Parent() = default;

  /// What the server process before this one wanted to be kept (see keep), or empty. Asked once, before anything else;
  /// waits for the supervisor's first message.
  virtual std::string kept() = 0;
  /// Keeps `memo` (up to SocketChannel::max_text bytes) for a server process that is started after this one, whether
  /// this one ends well or badly.
  virtual void keep(const std::string& memo) = 0;

  /// This process was root's, and is this user's from now on: the supervisor follows once the server serves.
  virtual void goes_on_as(const std::string& user) = 0;
  /// The server serves. `shutdown_timeout`: how long it may take to stop. `status`: one line for people.
  virtual void ready(std::chrono::milliseconds shutdown_timeout, const std::string& status) = 0;
  /// A reload begins / has ended, well or not.
  virtual void reloading() = 0;
  virtual void reloaded(std::chrono::milliseconds shutdown_timeout, const std::string& status) = 0;
  /// Another line for people.
  virtual void status(const std::string& line) = 0;
  /// The server has begun to stop.
  virtual void stopping() = 0;
  /// Every worker answers. To be called each second.
  virtual void heartbeat() = 0;
  /// The memory of the death notes.
  virtual void notes(int fd) = 0;

  /// The process that takes the signals of people: the supervisor's, or this one.
  virtual pid_t pid() const = 0;
  /// What to poll for on_readable(), or -1.
  virtual int fd() const = 0;

  enum class Event {
    none,
    gone,    // the supervisor has died: stop
    retire,  // another server process has taken over: serve what is open to its end, then exit
  };
  /// Reads what has come, without waiting; called until it returns `none` or `gone`. `retire` may come more than once.
  virtual Event next_event() = 0;
};

/// Speaks over `channel`, which outlives it.
std::unique_ptr<Parent> parent_of(SocketChannel& channel);
/// `--no-supervisor`: tells the service manager itself. `sockets` outlive it; those that were passed in and not asked
/// for by ready() are warned about.
std::unique_ptr<Parent> no_parent(const OwnSockets* sockets = nullptr);

}  // namespace outrider::app
