// SPDX-License-Identifier: MIT
// A worker for the tests of frontends: a loop on a thread of its own, real sockets on loopback, and clients that block.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "http/frontend.h"
#include "unit/temporary_folder.h"

namespace outrider::http::test {

/// A listening socket on a free port of 127.0.0.1.
struct ServerSocket {
  ServerSocket();
  UniqueFd fd;
  std::uint16_t port = 0;
  /// The next connection; waits up to five seconds.
  UniqueFd accept() const;
};

/// A TCP client; every wait ends after five seconds.
class WebClient {
 public:
  explicit WebClient(std::uint16_t port);
  explicit WebClient(UniqueFd fd);
  void send(std::string_view bytes);
  /// Reads until `end` is there, or the end of the stream; all that was read since the last call.
  std::string read_until(std::string_view end);
  /// What is there within `time`.
  std::string read_for(std::chrono::milliseconds time);
  /// True if the server closes, whatever it sends before that.
  bool closes();
  /// Sends a GET and returns the response's head and body.
  std::string get(const std::string& path, const std::string& fields = {});

 private:
  UniqueFd fd_;
};

/// Remembers what a frontend reports. Any thread.
class Notes final : public push::Observer {
 public:
  void request_ended(const push::RequestRecord& record) override;
  void rule_failed(const push::Rule& rule, std::string_view error) override;
  void rule_mistaken(const push::Rule& rule, std::string_view mistake) override;
  /// "GET /page 200: link /a.css sent, …", in order; waits until there are `count`.
  std::vector<std::string> lines(std::size_t count);

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// An HTTP/2 frame (RFC 9113 4.1).
std::string frame(unsigned type, unsigned flags, unsigned stream, std::string_view payload = {});

class Rig {
 public:
  Rig();
  ~Rig();

  /// Runs `task` on the loop's thread and waits for it.
  void on_loop(const std::function<void()>& task);
  /// A frontend of this rig, not listening yet.
  std::unique_ptr<Frontend> frontend(config::Config config,
                                     std::vector<std::shared_ptr<const tls::ServerContext>> tls = {});
  void listen(Frontend& frontend, const ServerSocket& socket, std::size_t listen = 0);
  /// Takes over, each listener as the one of the same index, and drains the old one.
  void replace(Frontend& old, Frontend& by, Leave leave = Leave::soon);
  void destroy(std::unique_ptr<Frontend>& frontend);
  /// Waits until it holds on the loop's thread; false after five seconds.
  bool wait_for(const std::function<bool()>& condition);
  std::size_t connections(const Frontend& frontend);

  /// A configuration with one plaintext listener and one site "*" whose files are `text` at "/page".
  config::Config config(const std::string& text);

  push::Knowledge knowledge;  // on the loop's thread
  LiveCounters counters;
  Notes notes;
  std::atomic<bool> healthy{true};
  std::unique_ptr<UpstreamPools> upstreams;

 private:
  TemporaryFolder folder_;
  int folders_ = 0;
  EventLoop loop_;
  std::thread thread_;
};

}  // namespace outrider::http::test
