// SPDX-License-Identifier: MIT
// Everything a server process needs from disk before it can open a socket.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "app/bucket_key.h"
#include "app/command_line.h"
#include "app/problems.h"
#include "config/config.h"
#include "tls/context.h"

namespace outrider::app {

struct Startup {
  std::shared_ptr<const config::Config> config;
  /// One for each listener; null where it is plaintext.
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;
  BucketKey bucket_key{};
  std::size_t workers = 1;
};

/// Reads the configuration (throws LoadError), then certificates and keys, whose failures go to `problems`.
Startup prepare(const RunCommand& command, Problems& problems);

/// As configured, or one for each core that this process may use.
std::size_t worker_count(const config::Config& config);

/// As many open files as the hard limit allows.
void raise_file_limit();

}  // namespace outrider::app
