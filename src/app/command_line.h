// SPDX-License-Identifier: MIT
// The command line as values: what was asked for, checked as far as it can be without opening a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace outrider::app {

inline constexpr const char* default_config = "/etc/outrider/config.lua";

/// `outrider run [-c FILE]`, or `outrider run --files DIR [--port N] [--rules GLOB]…`.
struct RunCommand {
  std::string config = default_config;
  std::string files;  // not empty: serve this directory without a configuration
  std::optional<std::uint16_t> port;
  std::vector<std::string> rules;  // globs, as typed
  bool supervisor = true;
  std::optional<int> server_fd;        // hidden: this is the server process, its supervisor is at the other end
  std::vector<std::string> arguments;  // as typed, for the server process
};

/// `outrider check [-c FILE] [--json]`.
struct CheckCommand {
  std::string config = default_config;
  bool json = false;
};

/// Nothing to do but to print (--help, --version, a usage error).
struct Said {
  std::string text;
  int exit_code = 0;  // not 0: the text goes to standard error
};

using CommandLine = std::variant<Said, RunCommand, CheckCommand>;

/// `arguments` without the program's name.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// Prints and returns the exit code.
int say(const Said& said);

}  // namespace outrider::app
