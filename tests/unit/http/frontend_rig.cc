// SPDX-License-Identifier: MIT
#include "unit/http/frontend_rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>

namespace outrider::http::test {
namespace {

constexpr std::chrono::seconds patience{5};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool readable(int fd, std::chrono::milliseconds time) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(time.count())) == 1;
}

}  // namespace

ServerSocket::ServerSocket() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(fd.get(), 128) == 0);
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
}

UniqueFd ServerSocket::accept() const {
  REQUIRE(readable(fd.get(), patience));
  UniqueFd accepted(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(accepted);
  return accepted;
}

WebClient::WebClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address = loopback(port);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

WebClient::WebClient(UniqueFd fd) : fd_(std::move(fd)) {}

void WebClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string WebClient::read_until(std::string_view end) {
  std::string text;
  char buffer[4096];
  while (text.find(end) == std::string::npos && readable(fd_.get(), patience)) {
    const ssize_t size = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (size <= 0) break;
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

std::string WebClient::read_for(std::chrono::milliseconds time) {
  std::string text;
  char buffer[4096];
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !readable(fd_.get(), left)) return text;
    const ssize_t size = ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (size <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

bool WebClient::closes() {
  char buffer[4096];
  while (readable(fd_.get(), patience)) {
    if (::recv(fd_.get(), buffer, sizeof(buffer), 0) <= 0) return true;
  }
  return false;
}

std::string WebClient::get(const std::string& path, const std::string& fields) {
  send("GET " + path + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n");
  std::string response = read_until("\r\n\r\n");
  const auto length = response.find("content-length: ");
  if (length == std::string::npos) return response;
  const std::size_t size = std::stoul(response.substr(length + 16));
  while (response.size() < response.find("\r\n\r\n") + 4 + size) {
    const std::string more = read_for(patience);
    if (more.empty()) break;
    response += more;
  }
  return response;
}

void Notes::request_ended(const push::RequestRecord& record) {
  std::string line =
      std::string(record.method) + " " + std::string(record.target) + " " + std::to_string(record.status);
  const char* separator = ": ";
  for (const push::DeliveryRecord& delivery : record.deliveries) {
    line += separator + std::string(push::name_of(delivery.how)) + " " + std::string(delivery.url) + " " +
            std::string(push::name_of(delivery.reason));
    separator = ", ";
  }
  const std::lock_guard lock(mutex_);
  lines_.push_back(line);
}

void Notes::rule_failed(const push::Rule& rule, std::string_view error) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(rule.name + " failed: " + std::string(error));
}

void Notes::rule_mistaken(const push::Rule& rule, std::string_view mistake) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(rule.name + " " + std::string(mistake));
}

std::vector<std::string> Notes::lines(std::size_t count) {
  for (int tries = 0; tries != 500; ++tries) {
    {
      const std::lock_guard lock(mutex_);
      if (lines_.size() >= count) return lines_;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::string frame(unsigned type, unsigned flags, unsigned stream, std::string_view payload) {
  std::string bytes;
  for (const int shift : {16, 8, 0}) bytes += static_cast<char>(payload.size() >> shift);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift);
  return bytes.append(payload);
}

Rig::Rig() {
  std::signal(SIGPIPE, SIG_IGN);  // as the server does: the library writes to sockets whose peer has gone
  std::promise<void> started;
  thread_ = std::thread([&] {
    upstreams = std::make_unique<UpstreamPools>(loop_, counters);
    started.set_value();
    loop_.run();
    upstreams.reset();
  });
  started.get_future().get();
}

Rig::~Rig() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Rig::on_loop(const std::function<void()>& task) {
  std::promise<void> done;
  loop_.post([&] {
    try {
      task();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

std::unique_ptr<Frontend> Rig::frontend(config::Config config,
                                        std::vector<std::shared_ptr<const tls::ServerContext>> tls) {
  std::unique_ptr<Frontend> made;
  on_loop([&] {
    FrontendOptions options;
    tls.resize(config.listen.size());
    options.config = std::make_shared<const config::Config>(std::move(config));
    options.tls = std::move(tls);
    options.observer = &notes;
    options.counters = &counters;
    options.upstreams = upstreams.get();
    options.knowledge = &knowledge;
    options.healthy = &healthy;
    made = std::make_unique<Frontend>(loop_, std::move(options));
  });
  return made;
}

void Rig::listen(Frontend& frontend, const ServerSocket& socket, std::size_t listen) {
  on_loop([&] {
    std::vector<ListeningSocket> sockets(1);
    sockets[0].fd = UniqueFd(::dup(socket.fd.get()));
    sockets[0].listen = listen;
    frontend.listen(std::move(sockets));
  });
}

void Rig::replace(Frontend& old, Frontend& by, Leave leave) {
  on_loop([&] {
    by.take_over(old, {std::optional<std::size_t>(0)});
    old.drain(leave);
  });
}

void Rig::destroy(std::unique_ptr<Frontend>& frontend) {
  on_loop([&] { frontend.reset(); });
}

bool Rig::wait_for(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    bool holds = false;
    on_loop([&] { holds = condition(); });
    if (holds) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::size_t Rig::connections(const Frontend& frontend) {
  std::size_t open = 0;
  on_loop([&] { open = frontend.connections(); });
  return open;
}

config::Config Rig::config(const std::string& text) {
  const std::filesystem::path root = folder_.write(std::to_string(folders_++) + "/page", text).parent_path();
  config::Config config;
  config.health = "/health";
  config::Listen listen;
  listen.address = *Address::parse("127.0.0.1:0");
  config.listen.push_back(listen);
  config::Site site;
  site.name = "*";
  config::Route route;
  route.prefix = "/";
  config::Files files;
  files.root = root;
  route.action = files;
  route.gzip = false;
  site.routes.push_back(route);
  config.sites.push_back(site);
  return config;
}

}  // namespace outrider::http::test
