// SPDX-License-Identifier: MIT
// A client that asks at its own pace, whatever the server does: latencies count from the moment at which a request was
// due, so that a server that stands still for 50 ms has slowed a hundred requests down at 2,000 a second, not one.
//
//   steady-client PORT PATH CONNECTIONS RATE SECONDS >LATENCIES
//
// HTTP/2 in plaintext over connections that are held; requests take turns among them. It writes one line for each
// request, in the order of answers: microseconds since the start at which it was due, a space, microseconds until its
// answer had ended. It ends with 1, and says why, if a request fails or a connection gets a notice. One thread; it
// knows of RFC 9113 and RFC 7541 only what these servers say to these requests.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

enum Frame : std::uint8_t { data = 0, headers = 1, reset = 3, settings = 4, ping = 6, goaway = 7, window_update = 8 };
constexpr std::uint8_t end_stream = 0x1, ack = 0x1, end_headers = 0x4;
constexpr std::uint8_t status_200 = 0x88;  // RFC 7541, appendix A: index 8
constexpr std::size_t frame_head = 9;
constexpr long long answer_patience_ns = 5'000'000'000;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "steady-client: %s\n", why.c_str());
  std::exit(1);
}

long long now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::string number(std::uint32_t value) {
  const std::uint32_t ordered = htonl(value);
  return {reinterpret_cast<const char*>(&ordered), 4};
}

std::uint32_t number_at(const char* bytes) {
  std::uint32_t ordered;
  std::memcpy(&ordered, bytes, 4);
  return ntohl(ordered);
}

std::string frame(Frame type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  return number(length).substr(1) + static_cast<char>(type) + static_cast<char>(flags) + number(stream) + payload;
}

/// A field that leaves nothing in the server's table (RFC 7541 6.2.2).
std::string field(std::uint8_t name_index, const std::string& value) {
  return std::string{static_cast<char>(name_index), static_cast<char>(value.size())} + value;
}

/// GET over http, :path and :authority (RFC 7541, appendix A: 2, 6, 4, 1).
std::string request_block(const std::string& path) {
  return "\x82\x86" + field(4, path) + field(1, "localhost");
}

/// A request that was sent.
struct Due {
  long long at_ns = 0;
  bool fine = false;  // its head says 200
};

class Connection {
 public:
  explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
      fail(std::string("cannot connect: ") + std::strerror(errno));
    }
    // No push, and windows that never fill.
    const std::string wanted = std::string("\0\x02", 2) + number(0) + std::string("\0\x04", 2) + number(1u << 30);
    send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(settings, 0, 0, wanted) +
         frame(window_update, 0, 0, number(1u << 30)));
  }

  int fd() const { return fd_; }

  void ask(const std::string& block, long long due_ns) {
    requests_.push_back({due_ns, false});
    send(frame(headers, end_headers | end_stream, stream_of(requests_.size() - 1), block));
  }

  /// Reads what is there; `ended(due_ns)` is called for each answer that has come to its end.
  template <class Ended>
  void read(Ended ended) {
    char buffer[65536];
    const ssize_t count = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) fail("the server has closed a connection");
    received_.append(buffer, static_cast<std::size_t>(count));
    std::size_t at = 0;
    while (received_.size() - at >= frame_head) {
      const std::size_t length = number_at(&received_[at]) >> 8;
      if (received_.size() - at < frame_head + length) break;
      take(&received_[at], length, ended);
      at += frame_head + length;
    }
    received_.erase(0, at);
  }

 private:
  static std::uint32_t stream_of(std::size_t index) { return static_cast<std::uint32_t>(2 * index + 1); }

  void send(const std::string& bytes) {
    // A few hundred bytes, which the socket's buffer always has room for.
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      fail(std::string("cannot send: ") + std::strerror(errno));
  }

  template <class Ended>
  void take(const char* bytes, std::size_t length, Ended ended) {
    const auto type = static_cast<std::uint8_t>(bytes[3]), flags = static_cast<std::uint8_t>(bytes[4]);
    const std::uint32_t stream = number_at(bytes + 5);
    if (type == goaway) fail("a connection got a GOAWAY");
    if (type == reset) fail("a stream was reset");
    if (type == settings && (flags & ack) == 0) send(frame(settings, ack, 0, {}));
    if (type == ping && (flags & ack) == 0) send(frame(ping, ack, 0, {bytes + frame_head, length}));
    if (type != headers && type != data) return;
    if (stream / 2 >= requests_.size()) fail("an answer to what was not asked");
    Due& due = requests_[stream / 2];
    if (type == headers) {
      if (length == 0 || static_cast<std::uint8_t>(bytes[frame_head]) != status_200) fail("an answer is not 200");
      due.fine = true;
    } else {
      consumed_ += static_cast<std::uint32_t>(length);
      if (consumed_ > (1u << 28)) send(frame(window_update, 0, 0, number(std::exchange(consumed_, 0))));
    }
    if ((flags & end_stream) == 0) return;
    if (!due.fine) fail("an answer has no head");
    ended(due.at_ns);
  }

  int fd_;
  std::vector<Due> requests_;  // by stream
  std::string received_;
  std::uint32_t consumed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) fail("usage: steady-client PORT PATH CONNECTIONS RATE SECONDS");
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  const std::string block = request_block(arguments[2]);
  const int held = std::atoi(arguments[3]);
  const long long rate = std::atoll(arguments[4]), wanted = rate * std::atoll(arguments[5]);
  if (port == 0 || held < 1 || rate < 1 || wanted < 1 || block.size() > 120) fail("an argument makes no sense");

  ::prctl(PR_SET_TIMERSLACK, 1);  // ns; the usual 50 µs are as long as an answer takes
  std::vector<Connection> connections;
  std::vector<pollfd> fds;
  for (int i = 0; i < held; ++i) fds.push_back({connections.emplace_back(port).fd(), POLLIN, 0});

  std::vector<std::pair<long long, long long>> latencies;
  latencies.reserve(static_cast<std::size_t>(wanted));
  const long long start = now_ns();
  long long asked = 0, answered = 0, last = start;
  while (answered < wanted) {
    for (; asked < wanted; ++asked) {
      const long long due = start + asked * 1'000'000'000LL / rate;
      if (due > now_ns()) break;
      connections[static_cast<std::size_t>(asked % held)].ask(block, due);
    }
    const long long now = now_ns();
    if (answered < asked && now - last > answer_patience_ns) fail("no answer for five seconds");
    const long long next = asked < wanted ? start + asked * 1'000'000'000LL / rate - now : answer_patience_ns;
    const timespec wait{next > 0 ? next / 1'000'000'000 : 0, next > 0 ? next % 1'000'000'000 : 0};
    if (::ppoll(fds.data(), fds.size(), &wait, nullptr) <= 0) continue;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      connections[i].read([&](long long due) {
        last = now_ns();
        ++answered;
        latencies.emplace_back(due - start, last - due);
      });
    }
  }
  for (const auto& [due, latency] : latencies) std::printf("%lld %lld\n", due / 1000, latency / 1000);
}
