// SPDX-License-Identifier: MIT
// From files to everything that a server process needs to serve: the configuration, certificates and keys, the rules of
// all sites once for each worker. The same steps for start, reload, rollback and `outrider check`, so that they find
// the same problems in the same words. Any thread, one load at a time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "app/load/problems.h"
#include "app/load/secret_key.h"
#include "base/random.h"
#include "config/config.h"
#include "push/worker_rules.h"
#include "script/rules.h"
#include "script/sources.h"
#include "tls/context.h"
#include "tls/ticket_keys.h"

namespace outrider::app {

/// Keys for which no file is configured: random, and the same as long as the process lives.
struct ProcessKeys {
  SecretKey bucket = random_key();
  SecretKey cookie = random_key();
  std::shared_ptr<const tls::TicketKeys> tickets = tls::TicketKeys::random();
};

enum class SelfSigned { looked_at, made };

struct LoadOptions {
  script::Cancel cancel;  // once true, loading ends soon, with a problem; null: nobody does
  /// Gets the configuration as soon as it was read, also where something else turns out to be wrong.
  std::shared_ptr<const config::Config>* config_read = nullptr;
  std::size_t workers = 0;  // as many Lua states; 0 = as the configuration says
  bool run_tests = true;
  script::TestListener* test_listener = nullptr;  // outlives the load; null: nobody listens
  /// False: nothing will be served with it. Certificates, keys and tokens may be out of reach, and are not looked at.
  bool serves = true;
  /// A server loads, so it makes the certificates that are self-signed; who only checks passes over one that is not
  /// there yet.
  SelfSigned self_signed = SelfSigned::looked_at;
  /// The configuration, of a rollback as it was read then; null: it is read.
  std::shared_ptr<const config::Config> config;
  std::shared_ptr<const script::Snapshot> sources;  // of a rollback: all that the generation was read from
  /// A module is tested: its folder, absolute, and `config` is its module_site(). Empty: it is about a configuration.
  std::filesystem::path module;
  /// Of what was loaded before and is loaded again: a key or token that cannot be read any more is a warning. Then the
  /// one here goes on, or a random key, or no token.
  bool forgives_keys = false;
  std::optional<SecretKey> running_bucket_key;
  push::CookieKeys running_cookie_keys;  // empty: nothing runs
  std::string running_token;
  /// Where certificates cannot be read any more, these go on, if they are for the same listeners.
  std::shared_ptr<const config::Config> running_config;
  std::vector<std::shared_ptr<const tls::ServerContext>> running_tls;
};

struct Loaded {
  std::shared_ptr<const config::Config> config;
  /// One for each listener; null where it is plaintext.
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;
  std::string admin_token;  // empty = none
  std::size_t rules = 0;    // of all sites
  /// One for each worker; their generation's number is still 0.
  std::vector<std::shared_ptr<push::WorkerRules>> workers;
  std::shared_ptr<const script::Snapshot> sources;
  std::string digest;  // of the sources
};

/// Throws LoadError with every problem; a certificate that is wrong does not hide a rule that is. What `sources`
/// replays is not looked for on disk; certificates and keys always are.
Loaded load(const RunCommand& command, script::SourceLog& sources, const LoadOptions& options, const ProcessKeys& keys,
            script::Watchdog& watchdog);

/// The certificates and keys of `config` as they are on disk now, or are made. What is wrong goes to `problems`.
std::vector<std::shared_ptr<const tls::ServerContext>> load_tls(const config::Config& config, const ProcessKeys& keys,
                                                                SelfSigned self_signed, Problems& problems);

/// Logs a warning for each certificate that clients refuse, or will soon.
void log_wrong_dates(const std::vector<std::shared_ptr<const tls::ServerContext>>& contexts);

/// Whether load_tls makes any of them.
bool makes_certificates(const config::Config& config);

/// Every file that load_tls reads.
std::vector<std::filesystem::path> tls_files(const config::Config& config);

/// As configured, or one for each core that this process may use.
std::size_t worker_count(const config::Config& config);

}  // namespace outrider::app
