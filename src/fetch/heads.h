// SPDX-License-Identifier: MIT
// Asks a web server what it answers for a list of URLs: for `outrider check --against`. Over HTTP/2 where the server
// has it, a few requests at a time; redirects are answers and are not followed. Blocks; any
// thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace outrider::fetch {

struct Options {
  std::string user_agent;
  std::string connect_to;         // a host, perhaps with a port, in place of what the URL names; empty: that
  std::filesystem::path ca_file;  // PEM: trusted in place of the system's authorities; empty: those
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{10'000};  // of one request
  long at_most = 8;                           // requests at a time
};

/// The head of an answer, or why there is none.
struct Head {
  std::string failure;                                      // empty: there is one
  int status = 0;                                           // of the final response
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
};

/// One for each URL, in their order. Asks by HEAD, and by GET (whose body is not waited for) what refuses that with a
/// status of 400 or more. Certificates are verified; no proxy is used, whatever the environment says. A server that
/// answers none of the first requests, or none of many in a row, is not asked for the rest, which fail as well. Throws
/// std::runtime_error where libcurl cannot be used.
std::vector<Head> fetch_heads(const std::vector<std::string>& urls, const Options& options);

}  // namespace outrider::fetch
