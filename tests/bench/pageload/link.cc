// SPDX-License-Identifier: MIT
// A slow link between two network namespaces: the caller's, where the browsers are, and a new one for the server, which
// others enter by this process's id. Each has a TUN interface (MTU 1500); every packet that enters one leaves the other
// later: first it waits for its turn at the bottleneck, then it travels. Handshakes, slow start, acknowledgements and
// losses are thus the kernel's own, and TCP_INFO tells the truth.
//
//   link CLIENT-ADDRESS SERVER-ADDRESS CONGESTION-CONTROL
//
// Standard input: lines "DELAY-US BITS-PER-SECOND QUEUE-BYTES", for both directions from the next packet on. It answers
// each, on standard output, with what went through since the line before: "PACKETS BYTES DROPPED" towards the client,
// then the same towards the server. The first answer also says that both namespaces are ready. The end of the input
// ends it. Needs CAP_NET_ADMIN and CAP_SYS_ADMIN. One thread.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

constexpr int mtu = 1500;
constexpr std::int64_t second_ns = 1'000'000'000;

struct Setting {
  std::int64_t delay_ns = 0;
  std::int64_t bits_per_second = second_ns;
  std::int64_t queue_bytes = 0;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "link: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second_ns + now.tv_nsec;
}

/// One direction: a bottleneck of a fixed rate with a queue that drops what comes when it is full, then a fixed delay.
class Direction {
 public:
  Direction(int from, int to) : from_(from), to_(to) {}

  /// Takes all packets that wait at the near interface.
  void take(const Setting& setting) {
    std::array<std::uint8_t, mtu> packet;
    for (;;) {
      const ssize_t length = read(from_, packet.data(), packet.size());
      if (length < 0) {
        if (errno != EAGAIN && errno != EINTR) fail("reading a packet");
        return;
      }
      const std::int64_t now = now_ns();
      bottleneck_free_ns_ = std::max(bottleneck_free_ns_, now);
      const std::int64_t waiting = (bottleneck_free_ns_ - now) * setting.bits_per_second / (8 * second_ns);
      if (waiting + length > setting.queue_bytes) {
        ++dropped_;
        continue;
      }
      bottleneck_free_ns_ += length * 8 * second_ns / setting.bits_per_second;
      travelling_.push_back(
          {bottleneck_free_ns_ + setting.delay_ns, std::vector<std::uint8_t>(packet.begin(), packet.begin() + length)});
    }
  }

  /// Lets out what has arrived by now; returns when the next packet does, or -1.
  std::int64_t let_out() {
    while (!travelling_.empty()) {
      const Packet& packet = travelling_.front();
      if (packet.due_ns > now_ns()) return packet.due_ns;
      if (write(to_, packet.bytes.data(), packet.bytes.size()) < 0) fail("writing a packet");
      ++packets_;
      bytes_ += static_cast<long long>(packet.bytes.size());
      travelling_.pop_front();
    }
    return -1;
  }

  /// What was let out and dropped since the last call.
  std::string count() {
    const std::string text = std::to_string(packets_) + ' ' + std::to_string(bytes_) + ' ' + std::to_string(dropped_);
    packets_ = bytes_ = dropped_ = 0;
    return text;
  }

 private:
  struct Packet {
    std::int64_t due_ns;
    std::vector<std::uint8_t> bytes;
  };

  int from_, to_;
  std::int64_t bottleneck_free_ns_ = 0;  // when the last bit that was accepted is through it
  std::deque<Packet> travelling_;
  long long packets_ = 0, bytes_ = 0, dropped_ = 0;
};

void write_setting(const std::string& name, const std::string& value) {
  const std::string path = "/proc/sys/net/ipv4/" + name;
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, value.data(), value.size()) < 0) fail("writing \"" + value + "\" to " + path);
  close(fd);
}

void set_address(int fd, ifreq& request, unsigned long what, const char* text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
    errno = EINVAL;
    fail(std::string("the address ") + text);
  }
  std::memcpy(&request.ifr_addr, &address, sizeof address);
  if (ioctl(fd, what, &request) < 0) fail(std::string("the address ") + text + " on " + request.ifr_name);
}

void bring_up(int fd, ifreq& request) {
  if (ioctl(fd, SIOCGIFFLAGS, &request) < 0) fail(std::string("reading the state of ") + request.ifr_name);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(fd, SIOCSIFFLAGS, &request) < 0) fail(std::string("bringing up ") + request.ifr_name);
}

/// Makes the TUN interface of the namespace that this process is in, and its settings of TCP; returns its descriptor.
int make_end(const char* name, const char* own, const char* other, const char* congestion_control) {
  const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) fail("opening /dev/net/tun");
  ifreq request{};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(tun, TUNSETIFF, &request) < 0) fail(std::string("making the interface ") + name);

  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  request.ifr_mtu = mtu;
  if (ioctl(fd, SIOCSIFMTU, &request) < 0) fail(std::string("the MTU of ") + name);
  set_address(fd, request, SIOCSIFADDR, own);
  set_address(fd, request, SIOCSIFDSTADDR, other);
  bring_up(fd, request);
  ifreq loopback{};
  std::strncpy(loopback.ifr_name, "lo", IFNAMSIZ - 1);
  bring_up(fd, loopback);
  close(fd);

  write_setting("tcp_congestion_control", congestion_control);
  // Else a connection starts with what an earlier one found, and no two loads are alike.
  write_setting("tcp_no_metrics_save", "1");
  return tun;
}

/// Reads what standard input has; false at its end. Whole lines become settings and are answered.
bool follow_orders(std::string& text, Setting& setting, Direction& down, Direction& up) {
  std::array<char, 256> part;
  const ssize_t length = read(STDIN_FILENO, part.data(), part.size());
  if (length <= 0) return length < 0 && errno == EINTR;
  text.append(part.data(), static_cast<std::size_t>(length));
  for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
    long long delay_us, bits, queue;
    if (std::sscanf(text.c_str(), "%lld %lld %lld", &delay_us, &bits, &queue) != 3 || delay_us < 0 || bits <= 0 ||
        queue < mtu) {
      errno = EINVAL;
      fail("\"" + text.substr(0, end) + "\", expected DELAY-US BITS-PER-SECOND QUEUE-BYTES");
    }
    setting = {delay_us * 1000, bits, queue};
    std::printf("%s %s\n", down.count().c_str(), up.count().c_str());
    std::fflush(stdout);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: link CLIENT-ADDRESS SERVER-ADDRESS CONGESTION-CONTROL\n", stderr);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_TIMERSLACK, 1);
  // Packets must not wait while browsers compute; where this is not allowed, the measurement of the link shows it.
  sched_param priority{};
  priority.sched_priority = 1;
  sched_setscheduler(0, SCHED_FIFO, &priority);

  const int client = make_end("client", argv[1], argv[2], argv[3]);
  if (unshare(CLONE_NEWNET) < 0) fail("a new network namespace");
  const int server = make_end("server", argv[2], argv[1], argv[3]);

  Setting setting;
  Direction down(server, client), up(client, server);
  std::string orders;
  for (;;) {
    const std::int64_t next_down = down.let_out(), next_up = up.let_out();
    const std::int64_t next = next_down < 0 ? next_up : next_up < 0 ? next_down : std::min(next_down, next_up);
    timespec wait{}, *limit = nullptr;
    if (next >= 0) {
      const std::int64_t left = std::max<std::int64_t>(next - now_ns(), 0);
      wait.tv_sec = left / second_ns;
      wait.tv_nsec = left % second_ns;
      limit = &wait;
    }
    std::array<pollfd, 3> watched{{{server, POLLIN, 0}, {client, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    if (ppoll(watched.data(), watched.size(), limit, nullptr) < 0 && errno != EINTR) fail("waiting");
    if (watched[0].revents) down.take(setting);
    if (watched[1].revents) up.take(setting);
    if (watched[2].revents && !follow_orders(orders, setting, down, up)) return 0;
  }
}
