// SPDX-License-Identifier: MIT
#include "app/reload/listeners.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "app/process/privileges.h"

namespace outrider::app {
namespace {

bool is_any(const Address& address, std::string_view any) {
  return !address.is_unix() && address.host_text() == any;
}

}  // namespace

bool takes_only_v6(const config::Config& config, const config::Listen& listen) {
  return is_any(listen.address, "::") &&
         std::any_of(config.listen.begin(), config.listen.end(), [&](const config::Listen& other) {
           return is_any(other.address, "0.0.0.0") && other.address.port() == listen.address.port();
         });
}

std::string socket_owner(const config::Config& config) {
  return !config.user.empty() && is_user(config.user) ? config.user : std::string();
}

ListenSpec listen_spec(const config::Config& config, std::size_t listen, std::size_t workers, bool or_any_port) {
  const config::Listen& wanted = config.listen[listen];
  ListenSpec spec;
  spec.address = wanted.address;
  spec.count = wanted.address.is_unix() ? 1 : workers;
  spec.only_v6 = takes_only_v6(config, wanted);
  spec.or_any_port = or_any_port;
  if (!wanted.address.is_unix() && wanted.address.port() == 0) {
    spec.ordinal = static_cast<std::size_t>(
        std::count_if(config.listen.begin(), config.listen.begin() + static_cast<std::ptrdiff_t>(listen),
                      [&](const config::Listen& other) { return other.address.text() == wanted.address.text(); }));
  }
  spec.mode = wanted.mode;
  spec.owner = wanted.owner.empty() && wanted.address.is_unix() ? socket_owner(config) : wanted.owner;
  spec.group = wanted.group;
  return spec;
}

OpenListeners open_listeners(const config::Config& config, std::size_t workers, SocketSource& source, bool or_any_port,
                             Problems& problems, const std::vector<bool>& wanted) {
  OpenListeners open;
  open.workers.resize(workers);
  open.addresses.resize(config.listen.size());
  for (std::size_t index = 0; index < config.listen.size(); ++index) {
    const config::Listen& listen = config.listen[index];
    if (!wanted.empty() && !wanted[index]) continue;
    auto fds = source.open(listen_spec(config, index, workers, or_any_port));
    if (!fds || fds->empty()) {
      problems.add(listen.place, fds ? "no socket came for " + listen.address.text() : fds.error().message);
      continue;
    }
    open.addresses[index] = {bound_address(fds->front().get()).text(), !listen.tls.empty()};
    if (auto dealt = deal(std::move(*fds), index, open.workers); !dealt)
      problems.add(listen.place, dealt.error().message);
  }
  return open;
}

Result<void> deal(std::vector<UniqueFd> fds, std::size_t listen,
                  std::vector<std::vector<http::ListeningSocket>>& workers) {
  const std::size_t held = fds.size();
  for (std::size_t worker = held; worker < workers.size(); ++worker) {
    fds.emplace_back(::fcntl(fds[worker % held].get(), F_DUPFD_CLOEXEC, 3));
    if (!fds.back()) return failure(fmt::format("cannot share a listening socket: {}", std::strerror(errno)));
  }
  for (std::size_t index = 0; index < fds.size(); ++index) {
    workers[index % workers.size()].push_back({std::move(fds[index]), listen});
  }
  return {};
}

std::string url_of(const StatusFacts::Listener& listener) {
  const char* scheme = listener.tls ? "https" : "http";
  if (listener.address.rfind("unix:", 0) == 0) return fmt::format("{}+{}", scheme, listener.address);
  const auto colon = listener.address.rfind(':');
  std::string host = listener.address.substr(0, colon);
  if (host == "[::]" || host == "0.0.0.0" || host == "127.0.0.1" || host == "[::1]") host = "localhost";
  return fmt::format("{}://{}{}/", scheme, host, listener.address.substr(colon));
}

}  // namespace outrider::app
