// SPDX-License-Identifier: MIT
#include "app/admin/admin_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>

#include "app/admin/socket_access.h"
#include "base/fd.h"
#include "base/text.h"

namespace outrider::app {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_answer = 16u << 20;
constexpr std::size_t shown_of_garbage = 40;
constexpr milliseconds busy_pause{20};

/// One request on its way. Every member function that can fail says why, without the address.
class Exchange {
 public:
  Exchange(const Address& where, milliseconds timeout)
      : where_(where), timeout_(timeout), deadline_(Clock::now() + timeout) {}

  Result<void> connect();
  Result<void> send(std::string_view bytes);
  /// Everything until the server closes.
  Result<std::string> receive();

 private:
  tl::unexpected<Error> late() const {
    return failure(fmt::format("it did not answer within {:g} s", std::chrono::duration<double>(timeout_).count()));
  }
  /// Errors: the deadline has passed.
  Result<void> wait_for(short events) const;

  const Address& where_;
  const milliseconds timeout_;
  const Clock::time_point deadline_;
  UniqueFd fd_;
};

Result<void> Exchange::wait_for(short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return late();
    pollfd one{fd_.get(), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<milliseconds::rep>(left.count(), 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failure(std::strerror(errno));
  }
}

Result<void> Exchange::connect() {
  fd_.reset(::socket(where_.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd_) return failure(fmt::format("cannot make a socket: {}", std::strerror(errno)));
  int error = ::connect(fd_.get(), where_.get(), where_.length) == 0 ? 0 : errno;
  while (error == EAGAIN && Clock::now() < deadline_) {  // a unix socket whose queue is full
    std::this_thread::sleep_for(busy_pause);
    error = ::connect(fd_.get(), where_.get(), where_.length) == 0 ? 0 : errno;
  }
  if (error == EAGAIN) return late();
  if (error == EINPROGRESS || error == EINTR) {
    if (auto ready = wait_for(POLLOUT); !ready) return ready;
    socklen_t size = sizeof(error);
    if (::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  }
  if (error == 0) return {};
  if (error == ENOENT) return failure("there is no such socket; is the server running?");
  if (error == ECONNREFUSED) return failure("nobody listens there; is the server running?");
  if (error == EACCES && where_.is_unix()) return failure(no_access_to_socket(where_.text().substr(5)));
  return failure(std::strerror(error));
}

Result<void> Exchange::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = wait_for(POLLOUT); !ready) return ready;
    } else if (errno != EINTR) {
      return {};  // it closed early, and may have said why before
    }
  }
  return {};
}

Result<std::string> Exchange::receive() {
  std::string answer;
  char buffer[65536];
  for (;;) {
    const ssize_t size = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (size == 0) return answer;
    if (size > 0) {
      answer.append(buffer, static_cast<std::size_t>(size));
      if (answer.size() > longest_answer) {
        return failure(fmt::format("its answer is longer than {} MiB", longest_answer >> 20));
      }
    } else if (errno == EAGAIN) {
      if (auto ready = wait_for(POLLIN); !ready) return tl::unexpected(ready.error());
    } else if (errno == ECONNRESET) {
      return answer;
    } else if (errno != EINTR) {
      return failure(std::strerror(errno));
    }
  }
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The content-length of a head's lines behind its first one.
std::optional<std::uint64_t> content_length(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equals_ignoring_case(line.substr(0, colon), "content-length")) {
      return number(trim(line.substr(colon + 1)));
    }
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
  }
  return std::nullopt;
}

Result<AdminAnswer> parse(std::string_view bytes) {
  constexpr std::string_view version = "HTTP/1.";  // one digit, a space and three digits of status behind it
  if (bytes.empty()) return failure("it closed the connection without an answer; its log may say why");
  const auto status = bytes.starts_with(version) && bytes.size() > version.size() + 5
                          ? number(bytes.substr(version.size() + 2, 3))
                          : std::nullopt;
  if (!status || *status < 100) {
    return failure(fmt::format("what listens there is no admin plane of outrider: its answer begins with \"{}\"",
                               printable(bytes.substr(0, shown_of_garbage))));
  }
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return failure("its answer broke off");
  const std::string_view head = bytes.substr(0, end);
  const std::string_view body = bytes.substr(end + 4);
  const auto first_line = std::min(head.find("\r\n"), head.size() - 2) + 2;
  const auto length = content_length(head.substr(first_line));
  if (length && body.size() < *length) {
    return failure(fmt::format("its answer broke off after {} of {} bytes", body.size(), *length));
  }
  return AdminAnswer{static_cast<int>(*status), std::string(body)};
}

bool has_control_bytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string request_text(const std::string& token, const std::string& method, const std::string& target,
                         const std::string& json_body) {
  std::string text = fmt::format("{} {} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n", method, target);
  if (!token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", token);
  if (!json_body.empty()) text += "Content-Type: application/json\r\n";
  if (!json_body.empty() || method != "GET") text += fmt::format("Content-Length: {}\r\n", json_body.size());
  return text + "\r\n" + json_body;
}

Result<AdminAnswer> ask(Exchange& exchange, const std::string& request) {
  if (auto connected = exchange.connect(); !connected) return tl::unexpected(connected.error());
  if (auto sent = exchange.send(request); !sent) return tl::unexpected(sent.error());
  const auto received = exchange.receive();
  if (!received) return tl::unexpected(received.error());
  return parse(*received);
}

}  // namespace

Result<AdminAnswer> ask_admin(const Address& where, const std::string& token, const std::string& method,
                              const std::string& target, const std::string& json_body, milliseconds timeout) {
  if (has_control_bytes(token)) return failure("the admin token holds a control byte or the end of a line");
  Exchange exchange(where, timeout);
  auto answer = ask(exchange, request_text(where.is_unix() ? "" : token, method, target, json_body));
  if (answer) return answer;
  return failure(fmt::format("the server at {} cannot be asked: {}", where.text(), answer.error().message));
}

}  // namespace outrider::app
