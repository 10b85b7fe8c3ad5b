// SPDX-License-Identifier: MIT
#include "app/process/parent.h"

#include <unistd.h>

#include <deque>
#include <utility>

#include "app/process/service_manager.h"
#include "app/process/socket_source.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::milliseconds;

class SupervisorParent final : public Parent {
 public:
  explicit SupervisorParent(SocketChannel& channel) : channel_(channel) {}

  std::string kept() override {
    auto received = channel_.wait();
    if (!received || received->message.kind != Message::Kind::kept) return {};
    return std::move(received->message.text);
  }

  void keep(const std::string& memo) override {
    if (memo.size() > SocketChannel::max_text) {
      log::error("{} bytes are too much for the supervisor to keep; at most {} are", memo.size(),
                 SocketChannel::max_text);
      return;
    }
    // The last word counts.
    std::erase_if(unsent_, [](const auto& message) { return message.first == Message::Kind::keep; });
    post(Message::Kind::keep, memo);
  }

  void goes_on_as(const std::string& user) override { post(Message::Kind::user, user); }
  void ready(milliseconds shutdown_timeout, const std::string& status) override {
    post(Message::Kind::ready, ServingReport{shutdown_timeout, status}.encode());
  }
  void reloading() override { post(Message::Kind::reloading); }
  void reloaded(milliseconds shutdown_timeout, const std::string& status) override {
    post(Message::Kind::reloaded, ServingReport{shutdown_timeout, status}.encode());
  }
  void status(const std::string& line) override { post(Message::Kind::status, line); }
  void stopping() override { post(Message::Kind::stopping); }

  void heartbeat() override {
    flush();
    if (!unsent_.empty()) return;
    if (auto sent = channel_.send(Message::Kind::heartbeat); !sent) log::debug("{}", sent.error().message);
  }

  void notes(int fd) override {
    if (auto sent = channel_.send(Message::Kind::notes, {}, {fd}); !sent) log::warning("{}", sent.error().message);
  }

  pid_t pid() const override { return supervisor_; }
  int fd() const override { return channel_.fd(); }

  Event next_event() override {
    while (true) {
      const auto received = channel_.receive();
      if (!received) {
        log::error("{}", received.error().message);
        return Event::gone;
      }
      if (received->what == SocketChannel::Received::What::closed) return Event::gone;
      if (received->what == SocketChannel::Received::What::nothing) return Event::none;
      if (received->message.kind == Message::Kind::retire) return Event::retire;
    }
  }

 private:
  /// A supervisor that is stopped for a while does not read; nothing but heartbeats may get lost by that.
  void post(Message::Kind kind, std::string text = {}) {
    constexpr std::size_t most = 200;
    if (unsent_.size() < most) unsent_.emplace_back(kind, std::move(text));
    flush();
  }

  void flush() {
    while (!unsent_.empty()) {
      if (auto sent = channel_.send(unsent_.front().first, unsent_.front().second); !sent) {
        log::debug("{}", sent.error().message);
        return;
      }
      unsent_.pop_front();
    }
  }

  SocketChannel& channel_;
  const pid_t supervisor_ = ::getppid();
  std::deque<std::pair<Message::Kind, std::string>> unsent_;
};

class NoParent final : public Parent {
 public:
  explicit NoParent(const OwnSockets* sockets) : sockets_(sockets) {}

  std::string kept() override { return {}; }
  void keep(const std::string&) override {}
  void goes_on_as(const std::string&) override {}
  void ready(milliseconds, const std::string& status) override {
    manager_.ready(status);
    const std::string warning = sockets_ != nullptr ? unasked_warning(sockets_->unasked()) : "";
    if (!warning.empty()) log::warning("{}", warning);
  }
  void reloading() override { manager_.reloading(); }
  void reloaded(milliseconds, const std::string& status) override { manager_.ready(status); }
  void status(const std::string& line) override { manager_.status(line); }
  void stopping() override { manager_.stopping(); }
  void heartbeat() override { manager_.alive(); }
  void notes(int) override {}
  pid_t pid() const override { return ::getpid(); }
  int fd() const override { return -1; }
  Event next_event() override { return Event::none; }

 private:
  const OwnSockets* sockets_;
  ServiceManager manager_;
};

}  // namespace

std::unique_ptr<Parent> parent_of(SocketChannel& channel) {
  return std::make_unique<SupervisorParent>(channel);
}

std::unique_ptr<Parent> no_parent(const OwnSockets* sockets) {
  return std::make_unique<NoParent>(sockets);
}

}  // namespace outrider::app
