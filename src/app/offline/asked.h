// SPDX-License-Identifier: MIT
// What somebody asks, as it was typed: on the command line, or in the body of POST /v1/explain. Both become a Question
// in one place, so that a server answers what the same words ask without one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/offline/question.h"
#include "base/result.h"
#include "config/config.h"

namespace outrider::app {

struct Asked {
  std::string url;
  std::string method = "GET";
  std::vector<std::string> headers, cookies;
  std::string client;   // a sample client's name; empty: as the fields say
  std::string address;  // the client's; empty: nobody's
  std::string country;  // two letters; empty: nobody says
  std::optional<std::int64_t> rtt_ms, think_ms, page_bytes;
  std::string at;                         // the moment in UTC; empty: now
  std::vector<std::string> sent, cached;  // paths of assets that the client has
  std::string response;                   // the head of the page's response, as `curl -sD-` prints it; empty: not given
};

/// What an URL leaves out: the host where there is one site, and the scheme.
void complete(const config::Config& config, Question& question);

/// An URL without a host is of the only site, where there is one, and one without a scheme has that of the listener by
/// which most come. Errors say what is wrong with it, for whoever typed it.
Result<Question> question_of(const Asked& asked, const config::Config& config);

}  // namespace outrider::app
