// SPDX-License-Identifier: MIT
#include "app/load/read_config.h"

#include <filesystem>
#include <set>
#include <utility>

#include "app/load/development.h"
#include "app/load/load_config.h"
#include "app/load/state_files.h"

namespace outrider::app {
namespace {

namespace fs = std::filesystem;

/// Without what would be reported a second time. Where nothing is known to be missing, a secret is, and with it the
/// names of files.
void leave_out(const std::set<fs::path>& missed, config::Config& config) {
  const auto is_gone = [&](const fs::path& file) { return missed.empty() || missed.contains(file); };
  for (config::Listen& listen : config.listen) {
    std::erase_if(listen.tls, [&](const config::Certificate& pair) {
      return !pair.self_signed && (is_gone(pair.certificate) || is_gone(pair.key));
    });
  }
  std::erase_if(config.ticket_keys, is_gone);
  std::erase_if(config.cookie_keys, is_gone);
  for (fs::path* file : {&config.bucket_key, &config.admin.token_file}) {
    if (is_gone(*file)) file->clear();
  }
}

/// Where the server keeps what it makes for itself.
std::shared_ptr<const config::Config> placed(config::Config config, const RunCommand& command) {
  const fs::path folder = StateFiles(command.state_dir, command.config).directory();
  for (config::Listen& listen : config.listen) {
    for (config::Certificate& pair : listen.tls) {
      if (!pair.self_signed) continue;
      pair.certificate = folder / "self-signed-certificate.pem";
      pair.key = folder / "self-signed-key.pem";
    }
  }
  return std::make_shared<const config::Config>(std::move(config));
}

}  // namespace

std::shared_ptr<const config::Config> read_config(const RunCommand& command, script::SourceLog& sources, bool serves,
                                                  Problems& problems) {
  if (!command.files.empty()) return std::make_shared<const config::Config>(development_config(command));
  std::set<fs::path> missed;
  try {
    return placed(load_config(command.config, sources, serves, &missed), command);
  } catch (const LoadError& error) {
    if (!serves) throw;
    problems.add(error);
  }
  try {
    config::Config config = load_config(command.config, sources, false);
    leave_out(missed, config);
    return placed(std::move(config), command);
  } catch (const LoadError&) {
    problems.throw_if_any();
    throw;
  }
}

}  // namespace outrider::app
