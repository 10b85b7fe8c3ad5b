// SPDX-License-Identifier: MIT
#include "http/upstream/connector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

#include <fmt/format.h>

namespace outrider::http::upstream {

Connector::Connector(const ConnectorContext& context, const config::UpstreamServer& server, Listener& listener)
    : context_(context),
      server_(server),
      listener_(listener),
      deadline_(context.timeouts, [this] { give_up(true); }),
      soon_(context.timeouts, [this] { try_next(); }) {}

void Connector::start() {
  deadline_.start(context_.connect_timeout_ms);
  const bool is_unix = !server_.unix_path.empty();
  const bool is_ipv6 = server_.host.find(':') != std::string::npos;
  const auto address = Address::parse(is_unix   ? "unix:" + server_.unix_path
                                      : is_ipv6 ? fmt::format("[{}]:{}", server_.host, server_.port)
                                                : fmt::format("{}:{}", server_.host, server_.port));
  if (address) {
    addresses_.push_back(*address);
    soon_.start(0);
  } else if (is_unix) {
    causes_ = address.error().message;
    soon_.start(0);
  } else {
    question_ = context_.resolver.ask(server_.host, server_.port, [this](const Addresses& found) { use(found); });
  }
}

void Connector::use(const Addresses& addresses) {
  question_.reset();
  if (addresses) {
    addresses_ = *addresses;
  } else {
    causes_ = addresses.error().message;
  }
  try_next();
}

void Connector::try_next() {
  connection_.reset();
  while (next_ != addresses_.size()) {
    if (begin(addresses_[next_++])) return;
  }
  give_up(false);
}

bool Connector::begin(const Address& address) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) {
    note(address, error_text(errno));
    return false;
  }
  if (!address.is_unix()) {
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  if (::connect(fd.get(), address.get(), address.length) != 0 && errno != EINPROGRESS) {
    // A unix socket whose queue is full says EAGAIN at once.
    note(address, errno == EAGAIN ? "its queue of connections is full" : error_text(errno));
    return false;
  }
  connection_ = std::make_unique<Connection>(context_.timeouts.loop(), std::move(fd), context_.counters);
  connection_->set_listener(this);
  connection_->notify_when_connected();
  return true;
}

void Connector::on_written(bool) {
  if (const int error = connection_->connect_error(); error != 0) {
    note(addresses_[next_ - 1], error_text(error));
    try_next();
    return;
  }
  deadline_.stop();
  connection_->set_listener(nullptr);
  listener_.on_connected(std::move(connection_));
}

/// The address is worth telling only where the name stands for more than one.
void Connector::note(const Address& address, std::string_view what) {
  if (!causes_.empty()) causes_ += ", ";
  if (addresses_.size() > 1) causes_ += address.text() + " ";
  causes_ += what;
}

void Connector::give_up(bool timed_out) {
  deadline_.stop();
  soon_.stop();
  question_.reset();
  connection_.reset();
  if (timed_out) {
    if (!causes_.empty()) causes_ += ", ";
    causes_ += fmt::format("no connection within {} ms (connect_timeout_ms)", context_.connect_timeout_ms);
  }
  listener_.on_connect_failed(std::move(causes_), timed_out);
}

}  // namespace outrider::http::upstream
