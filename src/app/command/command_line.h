// SPDX-License-Identifier: MIT
// The command line as values: what was asked for, checked as far as it can be without opening a file.
#pragma once

#include <cstddef>
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
  bool or_last_good = false;           // start what is kept where the files are broken
  std::string state_dir;               // empty = see StateFiles
  std::optional<int> server_fd;        // hidden: this is the server process, its supervisor is at the other end
  std::vector<std::string> arguments;  // as typed, for the server process
};

/// `outrider check`.
struct CheckCommand {
  std::string config = default_config;
  bool strict = false, no_warnings = false;
  std::string urls, against, connect_to, cacert;  // empty: none
  std::uint64_t budget_bytes = 1'000'000;         // of a page
  std::vector<std::string> ignored;               // names of warnings
  bool json = false;
};

/// `outrider explain URL`, `outrider explain --live URL`, `outrider explain --request ID`.
struct ExplainCommand {
  std::string config = default_config;
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers, cookies, clients;  // as typed
  bool all = false;                                    // every sample client
  std::string response;                                // a file
  std::optional<std::int64_t> rtt_ms, think_ms;
  std::string address, country, at;
  std::vector<std::string> sent, cached;  // paths
  std::optional<std::int64_t> page_bytes;
  bool all_rules = false, verbose = false;
  bool json = false, as_test = false;
  bool live = false;                         // ask the running server
  std::string request;                       // not empty: the id of one that came
  std::string admin, token_file, state_dir;  // where that server is, as for AdminCommand
};

/// `outrider test`, or `outrider test FOLDER` for a module.
struct TestCommand {
  std::string config = default_config;
  std::string module;  // a folder with init.lua, example.lua and test.lua; empty: the tests beside the rules
  bool verbose = false;
  bool tap = false;
  bool watch = false;
};

/// `outrider replay ACCESS_LOG…`.
struct ReplayCommand {
  std::string config = default_config;
  std::string baseline;           // a configuration; empty: what the logs tell
  std::vector<std::string> logs;  // as typed; "-" is standard input
  std::string host;
  std::size_t top = 10;
  std::vector<std::string> fail_on;  // "changes", "missing", "errors"
  bool json = false;
};

/// `outrider status`, `reload`, `rollback [GENERATION]`, `off`, `on`, `drain`, `undrain`: for a running server.
struct AdminCommand {
  enum class What { status, reload, rollback, off, on, drain, undrain };

  What what = What::status;
  std::string config = default_config;
  std::string admin;       // its address; empty = found by the configuration
  std::string token_file;  // for an address over TCP
  std::string state_dir;
  bool json = false;
  bool dry_run = false, skip_tests = false;  // reload
  std::uint64_t generation = 0;              // rollback; 0 = the one before
  std::string site, rule, delivery;          // off and on
  std::int64_t for_s = 0;                    // off; 0 = until it is switched on
};

/// Nothing to do but to print (--help, --version, a usage error).
struct Said {
  std::string text;
  int exit_code = 0;  // not 0: the text goes to standard error
};

using CommandLine =
    std::variant<Said, RunCommand, CheckCommand, ExplainCommand, TestCommand, ReplayCommand, AdminCommand>;

/// `arguments` without the program's name.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// Prints and returns the exit code.
int say(const Said& said);

}  // namespace outrider::app
