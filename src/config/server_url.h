// SPDX-License-Identifier: MIT
// The addresses of upstream servers, as an operator writes them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace outrider::config {

struct ServerUrl {
  UpstreamServer server;
  std::string path;  // "/v1", without a slash at its end; empty = none
};

/// "http://10.0.0.1:3000", "http://app.internal/v1", "http://[::1]:80", "http://unix:/run/app.sock". Errors name the
/// part that is wrong; a text without a scheme gets a suggestion.
Result<ServerUrl> parse_http_server(std::string_view text);

/// "unix:/run/php.sock", "127.0.0.1:9000", "php.internal:9000".
Result<UpstreamServer> parse_fastcgi_server(std::string_view text);

}  // namespace outrider::config
