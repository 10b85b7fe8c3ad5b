// SPDX-License-Identifier: MIT
// What a server leaves on disk for those who come after it, by configuration file: the sources of the running
// generation and of the last good one, and where its admin plane is. Losing it loses no service.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/result.h"

namespace outrider::app {

/// `option` is --state-dir's, or empty: then $STATE_DIRECTORY (systemd's), else /var/lib/outrider for root, else the
/// user's state folder; empty where there is none. Touches no disk.
std::filesystem::path choose_state_folder(const std::string& option);

/// Makes the directory (mode 0700). Errors name it and say why: others could put a configuration of theirs into one
/// that is not ours or root's, or that they may write to.
Result<void> prepare_state_folder(const std::filesystem::path& directory);

class StateFiles {
 public:
  /// `option` as in choose_state_folder(), `config_file` as typed. Touches no disk.
  StateFiles(const std::string& option, const std::string& config_file);

  const std::filesystem::path& directory() const { return directory_; }
  /// The generation that ran last: what a server process that is started after a crash takes.
  std::filesystem::path running() const { return directory_ / (stem_ + ".running"); }
  /// The last one that stood its time: for `run --or-last-good`.
  std::filesystem::path last_good() const { return directory_ / (stem_ + ".last-good"); }

  Result<void> prepare() const { return prepare_state_folder(directory_); }

  /// Where the server can be asked, and the file with the token for that, if it wants one.
  struct Admin {
    Address address;
    std::filesystem::path token_file;
  };
  /// Notes it, for commands that come while the configuration is broken.
  Result<void> write_admin(const Admin& where) const;
  void remove_admin() const;
  /// Nothing where it is not noted, or by somebody who is neither root nor we.
  std::optional<Admin> read_admin() const;

 private:
  std::filesystem::path admin_file() const { return directory_ / (stem_ + ".admin"); }

  std::filesystem::path directory_;
  std::string stem_;
};

}  // namespace outrider::app
