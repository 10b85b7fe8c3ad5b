// SPDX-License-Identifier: MIT
// Errors of our own making: the route's error page where the site has one, else a plain line.
#include <string>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "http/core.h"
#include "http/status_text.h"

namespace outrider::http {
namespace {

/// The file of the route's error page for `status`, or empty. It is looked up among the site's files, not through HTTP.
std::string error_page_file(const Exchange& exchange, int status) {
  if (exchange.route == nullptr) return {};
  for (const auto& [page_status, page] : exchange.route->error_pages) {
    if (page_status != status) continue;
    const config::Route* route = find_route(*exchange.site, page);
    const auto* files = route != nullptr ? std::get_if<config::Files>(&route->action) : nullptr;
    if (files == nullptr) return {};
    const std::string rest = page.substr(std::min(route->prefix.size(), page.size()));
    return files->root / (rest.empty() || rest[0] != '/' ? rest : rest.substr(1));
  }
  return {};
}

bool send_error_page(h2o_req_t& req, int status, const std::string& file) {
  h2o_mimemap_type_t* type =
      h2o_mimemap_get_type_by_extension(req.pathconf->mimemap, h2o_get_filext(file.c_str(), file.size()));
  return type->type == h2o_mimemap_type_t::H2O_MIMEMAP_TYPE_MIMETYPE &&
         h2o_file_send(&req, status, status_text(status), file.c_str(), type->data.mimetype, 0) == 0;
}

}  // namespace

void fail(Exchange& exchange, int status, std::string_view cause) {
  h2o_req_t& req = *exchange.req;
  if (!cause.empty()) {
    exchange.error = keep(&req.pool, cause);
    log::warning("{} {}{}: {}: {}", printable(view(req.method)), exchange.host, printable(exchange.path), status,
                 cause);
  }
  const std::string page = error_page_file(exchange, status);
  // The library would send the page's bytes also in answer to HEAD, and they would be taken for the next response.
  if (!page.empty() && view(req.method) != "HEAD" && send_error_page(req, status, page)) return;
  const std::string_view body = keep(&req.pool, fmt::format("{} {}\n", status, status_text(status)));
  // The library measures the text by its terminator: h2o_strdup, under `keep`, adds one.
  h2o_send_error_generic(&req, status, status_text(status), body.data(), 0);
}

}  // namespace outrider::http
