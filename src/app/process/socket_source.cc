// SPDX-License-Identifier: MIT
#include "app/process/socket_source.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/process/service_manager.h"
#include "base/log.h"

namespace outrider::app {
namespace {

constexpr const char* more = "more";

}  // namespace

OwnSockets::OwnSockets() {
  keeper_.emplace();
  PassedSockets passed = take_passed_sockets();
  for (UniqueFd& fd : passed.fds) keeper_->add_passed(std::move(fd));
  problem_ = fmt::format("{}", fmt::join(passed.problems, "\n"));
}

Result<std::vector<UniqueFd>> OwnSockets::open(const ListenSpec& spec) {
  if (!problem_.empty()) return failure(std::exchange(problem_, {}));
  const auto held = keeper_->open(spec);
  if (!held) return tl::unexpected(held.error());
  std::vector<UniqueFd> fds;
  for (const int fd : *held) {
    fds.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!fds.back()) return failure(fmt::format("cannot keep {}: {}", spec.address.text(), std::strerror(errno)));
  }
  return fds;
}

void OwnSockets::forget(const ListenSpec& spec) {
  keeper_->forget(spec);
}

std::vector<std::string> OwnSockets::unasked() const {
  return keeper_->unasked();
}

Result<Message> SupervisorSockets::answer(Message::Kind expected) {
  while (true) {
    auto received = channel_.wait();
    if (!received) return tl::unexpected(received.error());
    if (received->what != SocketChannel::Received::What::message) return failure("the supervisor is gone");
    Message& message = received->message;
    // It comes again behind the answer.
    if (message.kind == Message::Kind::retire) continue;
    if (message.kind == Message::Kind::refused) return failure(std::move(message.text));
    if (message.kind != expected) return failure("the supervisor answered something else than what it was asked");
    return std::move(message);
  }
}

Result<std::vector<UniqueFd>> SupervisorSockets::open(const ListenSpec& spec) {
  if (auto sent = channel_.send(Message::Kind::listen, spec.encode()); !sent) return tl::unexpected(sent.error());
  std::vector<UniqueFd> fds;
  while (true) {
    auto message = answer(Message::Kind::sockets);
    if (!message) return tl::unexpected(message.error());
    for (UniqueFd& fd : message->fds) fds.push_back(std::move(fd));
    if (message->text != more) return fds;
  }
}

void SupervisorSockets::forget(const ListenSpec& spec) {
  // A supervisor that does not get it closes the sockets when the next server process does not ask for them.
  const auto sent = channel_.send(Message::Kind::forget, spec.encode());
  const auto forgotten = sent ? answer(Message::Kind::forgotten) : tl::unexpected(sent.error());
  if (!forgotten) log::warning("{}", forgotten.error().message);
}

Result<void> answer_listen(ListenerKeeper& keeper, SocketChannel& channel, const std::string& request) {
  const auto spec = ListenSpec::decode(request);
  const auto held = spec ? keeper.open(*spec) : tl::unexpected(spec.error());
  if (!held) return channel.send(Message::Kind::refused, held.error().message);
  for (auto next = held->begin(); next != held->end();) {
    const auto end = next + std::min<std::ptrdiff_t>(held->end() - next, SocketChannel::max_fds);
    const bool last = end == held->end();
    if (auto sent = channel.send(Message::Kind::sockets, last ? "" : more, {next, end}); !sent) return sent;
    next = end;
  }
  return {};
}

}  // namespace outrider::app
