// SPDX-License-Identifier: MIT
// A request as somebody asks about it: by an URL and what curl would take with it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "push/made_request.h"

namespace outrider::app {

/// The head of a response, as `curl -sD-` shows it.
struct GivenHead {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
};

struct Question {
  push::MadeRequest request;
  std::string target = "/";                        // path and query as written
  std::optional<std::uint16_t> port;               // where the URL has one
  bool names_host = false;                         // it is not a path alone
  bool names_scheme = false;                       // it begins with one
  std::optional<GivenHead> head;                   // of its answer
  std::vector<push::MadeRequest::FieldText> said;  // fields that are not the client's own
  std::vector<std::string> taken_away;             // fields that the client would send by itself, and does not
  std::vector<std::string> sent, cached;           // paths of assets that the client has
  std::optional<std::chrono::microseconds> rtt;    // nothing: as usual
  // Of the page, by experience.
  std::optional<std::chrono::microseconds> think_time;
  std::optional<std::uint64_t> page_bytes;
  bool considers_all = true;  // also the rules whose selector does not fit: Answer::considered
  /// In place of the server's: it says who falls into which share.
  std::optional<std::array<std::uint8_t, 16>> bucket_key;
};

/// "https://www.example.com:8443/product/7?x=1", "www.example.com/a", or a path alone. Errors say what is wrong with
/// it.
Result<void> ask_for(std::string_view url, Question& question);

/// A header field as curl's -H has it: "Name: value", "Name:" takes a field away, "Name;" is one without a value.
Result<void> add_field(std::string_view text, Question& question);

/// Cookies as curl's -b has them: "a=1; b=2".
Result<void> add_cookies(std::string_view text, push::MadeRequest& request);

/// The last head in what `curl -sD-` prints, so that informational responses and redirects before it do not matter.
Result<GivenHead> read_head(std::string_view text);

}  // namespace outrider::app
