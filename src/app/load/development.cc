// SPDX-License-Identifier: MIT
#include "app/load/development.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "config/read.h"
#include "tls/context.h"

namespace outrider::app {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path state_folder() {
  // The specification has relative paths ignored.
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && fs::path(state).is_absolute()) return fs::path(state) / "outrider";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* entry = ::getpwuid(::getuid());
    home = entry != nullptr ? entry->pw_dir : nullptr;
  }
  if (home == nullptr || *home == '\0') {
    throw LoadError(
        {}, "there is no home directory to keep the development certificate in; set XDG_STATE_HOME to a folder");
  }
  return fs::path(home) / ".local" / "state" / "outrider";
}

config::Config development_config(const RunCommand& command) {
  std::error_code error;
  if (!fs::is_directory(command.files, error)) {
    throw LoadError({}, fmt::format("--files {}: expected a directory, found {}", command.files,
                                    fs::exists(command.files, error) ? "something else" : "nothing"));
  }
  const fs::path folder = state_folder();
  config::Certificate pair;
  pair.self_signed = true;
  pair.certificate = folder / "development-certificate.pem";
  pair.key = folder / "development-key.pem";
  return config::for_files(fs::canonical(command.files), std::move(pair), command.port.value_or(development_port),
                           command.rules);
}

std::string development_greeting(const config::Config& config, const std::string& directory, const std::string& url,
                                 int pid) {
  const std::string certificate =
      config.listen.empty() || config.listen[0].tls.empty() ? "" : config.listen[0].tls[0].certificate.string();
  const bool has_rules = !config.sites.empty() && !config.sites.front().rules.empty();
  return fmt::format(
      "\n  Serving {0} at {1}\n"
      "  with the development certificate {2}\n\n"
      "  Try:   curl -k {1}\n"
      "         nghttp -nv {1}    (pushes come before the page)\n"
      "         curl -sk -D- -o /dev/null {1}    (link)\n"
      "  Rules: {3}\n"
      "  Stop:  Ctrl-C\n\n",
      directory, url, certificate,
      has_rules ? fmt::format("an edit shows in the next request (kill -HUP {} re-reads everything)", pid)
                : "none; --rules 'rules/*.lua' reads some, and they say what is hinted");
}

}  // namespace outrider::app
