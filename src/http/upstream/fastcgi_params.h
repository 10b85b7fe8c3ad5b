// SPDX-License-Identifier: MIT
// A request as CGI variables (RFC 3875 4.1), with those beyond it that PHP applications read.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "http/upstream/fastcgi_record.h"
#include "http/upstream/forwarded.h"
#include "http/upstream/script_path.h"

namespace outrider::http::upstream {

struct CgiRequest {
  std::string_view method, target, host, authority, scheme, protocol, client_address;
  std::uint16_t client_port = 0;  // 0 where it is not known
  std::optional<std::size_t> content_length;
};

/// `fields` become HTTP_*: but for Proxy, which would be taken for the variable HTTP_PROXY, and names with an
/// underscore, which cannot be told from those with a dash.
FastCgiParams fastcgi_params(const CgiRequest& request, const ForwardedFields& fields, const ScriptPath& script,
                             const std::filesystem::path& root);

}  // namespace outrider::http::upstream
