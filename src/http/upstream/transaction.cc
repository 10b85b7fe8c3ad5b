// SPDX-License-Identifier: MIT
#include "http/upstream/transaction.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace outrider::http::upstream {
namespace {

constexpr std::size_t body_read_size = 64 * 1024;
/// Written in one go: small enough that a slow upstream shows progress within its timeout.
constexpr std::size_t write_size = 256 * 1024;
constexpr std::size_t write_pieces = 64;

}  // namespace

Transaction::Transaction(Backend& backend, OutgoingRequest request, Listener& listener)
    : backend_(backend),
      request_(std::move(request)),
      listener_(listener),
      start_timer_(backend.timeouts(), [this] { next_server(); }),
      response_timer_(backend.timeouts(),
                      [this] {
                        fail_attempt(Cause::timed_out,
                                     responded_ ? fmt::format("no byte of the body for {} ms (read_timeout_ms)",
                                                              backend_.limits().read_timeout_ms)
                                                : fmt::format("no response head within {} ms (first_byte_timeout_ms)",
                                                              backend_.limits().first_byte_timeout_ms));
                      }),
      send_timer_(backend.timeouts(),
                  [this] {
                    // What is there of an answer is still worth reading: see on_written.
                    if (responded_) {
                      send_failed_ = true;
                      return;
                    }
                    fail_attempt(Cause::timed_out,
                                 fmt::format("it took no byte of the request for {} ms (read_timeout_ms)",
                                             backend_.limits().read_timeout_ms));
                  }),
      tried_(backend.limits().servers.size()) {}

Transaction::~Transaction() = default;

void Transaction::next_server() {
  const auto server = backend_.pick(tried_);
  if (!server) {
    listener_.on_failed(any_timed_out_ ? 504 : 502, std::move(causes_));
    return;
  }
  server_ = *server;
  tried_[server_] = true;
  listener_.on_server(backend_.name(server_));
  if (auto idle = backend_.idle(server_).take()) {
    use(std::move(idle), true);
    return;
  }
  connect();
}

void Transaction::connect() {
  Connector::Listener& self = *this;
  connector_ = std::make_unique<Connector>(backend_.connector_context(), backend_.server(server_), self);
  connector_->start();
}

void Transaction::on_connected(std::unique_ptr<Connection> connection) {
  connector_.reset();
  use(std::move(connection), false);
}

void Transaction::on_connect_failed(std::string cause, bool timed_out) {
  connector_.reset();
  backend_.failed(server_, cause);
  if (!causes_.empty()) causes_ += "; ";
  causes_ += fmt::format("{}: {}", backend_.name(server_), cause);
  any_timed_out_ = timed_out;
  next_server();
}

void Transaction::use(std::unique_ptr<Connection> connection, bool reused) {
  connection_ = std::move(connection);
  connection_->set_listener(this);
  parser_ = request_.parser();
  piece_ = piece_offset_ = 0;
  reused_ = reused;
  heard_ = send_failed_ = false;
  // Watched from the start: an upstream may refuse a large body while it is still being sent.
  connection_->watch();
  send_more();
}

void Transaction::send_more() {
  std::vector<std::string_view> slice;
  std::size_t size = 0;
  while (piece_ != request_.pieces.size() && size != write_size && slice.size() != write_pieces) {
    const std::string_view left = request_.pieces[piece_].substr(piece_offset_);
    const std::string_view part = left.substr(0, write_size - size);
    if (!part.empty()) slice.push_back(part);
    size += part.size();
    piece_offset_ += part.size();
    if (part.size() == left.size()) {
      ++piece_;
      piece_offset_ = 0;
    }
  }
  if (size == 0) {
    if (!responded_) response_timer_.start(backend_.limits().first_byte_timeout_ms);
    return;
  }
  send_timer_.start(backend_.limits().read_timeout_ms);
  connection_->write(slice);
}

void Transaction::on_written(bool ok) {
  send_timer_.stop();
  if (ok && !send_failed_) {
    send_more();
    return;
  }
  // Who stops reading may have answered before ("413", and closed): what can be read tells. The deadline makes sure
  // that something does.
  send_failed_ = true;
  if (!responded_) response_timer_.start(backend_.limits().first_byte_timeout_ms);
}

void Transaction::receive() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(body_read_size);
  const ssize_t size = connection_->read({buffer_.get(), body_read_size});
  if (size > 0) {
    heard_ = true;
    take(parser_->feed({buffer_.get(), static_cast<std::size_t>(size)}));
    return;
  }
  if (size == 0) {
    take(parser_->closed());
    return;
  }
  const int error = errno;
  if (error != EAGAIN && error != EWOULDBLOCK) {
    fail_attempt(Cause::closed, error_text(error));
    return;
  }
  // Nothing there for now: a stream that is silent for hours needs no buffer.
  buffer_.reset();
  connection_->watch();
  if (responded_ && !response_timer_.running()) response_timer_.start(backend_.limits().read_timeout_ms);
}

void Transaction::take(Result<Progress> progress) {
  if (!progress) {
    // An error after the upstream's end is about its end, else about its bytes.
    fail_attempt(heard_ ? Cause::protocol : Cause::closed, std::move(progress.error().message));
    return;
  }
  if (!progress->complaints.empty()) backend_.complain(server_, progress->complaints);
  for (const ResponseHead& head : progress->informational) listener_.on_informational(head);
  if (progress->head) {
    backend_.succeeded(server_);
    responded_ = true;
    if (progress->head->status == 101) {
      response_timer_.stop();
      connection_->unwatch();
      connection_->set_listener(nullptr);
      listener_.on_switched(*progress->head, std::move(connection_), progress->body);
      return;
    }
  } else if (progress->body.empty() && !progress->complete) {
    // Part of a head, or a chunk's size: the deadline stays as it is, so that nobody can stretch it byte by byte.
    connection_->watch();
    if (responded_ && !response_timer_.running()) response_timer_.start(backend_.limits().read_timeout_ms);
    return;
  }
  response_timer_.stop();
  connection_->unwatch();
  if (progress->complete) finish();
  if (progress->head) {
    listener_.on_response(*progress->head, progress->body, progress->complete);
  } else {
    listener_.on_body(progress->body, progress->complete);
  }
}

/// Lets go of the connection, before the listener learns that all is there.
void Transaction::finish() {
  send_timer_.stop();
  connection_->set_listener(nullptr);
  if (parser_->reusable() && !send_failed_ && sent()) {
    backend_.idle(server_).keep(std::move(connection_));
  } else {
    connection_.reset();
  }
}

void Transaction::fail_attempt(Cause kind, std::string cause) {
  response_timer_.stop();
  send_timer_.stop();
  connection_.reset();
  if (responded_) {
    listener_.on_broken(fmt::format("{}: {}", backend_.name(server_), cause));
    return;
  }
  if (reused_ && !heard_ && kind == Cause::closed) {
    if (request_.idempotent && !repeated_) {
      // The server closed an idle connection while the request was on its way: that is nobody's failure.
      repeated_ = true;
      connect();
      return;
    }
    cause += ", on a connection that was kept open; a request that may have been acted upon is not repeated";
  }
  backend_.failed(server_, cause);
  listener_.on_failed(kind == Cause::timed_out ? 504 : 502, fmt::format("{}: {}", backend_.name(server_), cause));
}

}  // namespace outrider::http::upstream
