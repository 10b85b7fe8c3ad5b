// SPDX-License-Identifier: MIT
#include "http/files_handler.h"

#include <algorithm>
#include <string>
#include <vector>

#include "http/site_map.h"

namespace outrider::http {
namespace {

constexpr std::ptrdiff_t max_ranges = 8;

}  // namespace

void register_files(h2o_pathconf_t& path, const config::Files& files) {
  std::vector<const char*> index;
  for (const std::string& name : files.index) index.push_back(name.c_str());
  index.push_back(nullptr);
  h2o_file_register(&path, files.root.c_str(), index.data(), path.global->mimemap,
                    files.precompressed ? H2O_FILE_FLAG_SEND_COMPRESSED : 0);
}

config::Files static_part(const config::FastCgi& fastcgi) {
  config::Files files;
  files.root = fastcgi.root;
  files.precompressed = false;
  return files;
}

/// The library ignores If-Range, so a resumed download of a changed file would be a mixture (RFC 9110 13.1.5), and it
/// multiplies a file by its ranges. A full answer is always right.
void FilesHandler::drop_unsafe_ranges(h2o_req_t& req) {
  const ssize_t range = h2o_find_header(&req.headers, H2O_TOKEN_RANGE, -1);
  if (range == -1) return;
  const std::string_view value = view(req.headers.entries[range].value);
  const bool conditional = h2o_find_header_by_str(&req.headers, H2O_STRLIT("if-range"), -1) != -1;
  if (conditional || std::count(value.begin(), value.end(), ',') >= max_ranges) h2o_delete_header(&req.headers, range);
}

bool FilesHandler::serve(h2o_req_t& req) const {
  h2o_handler_t* library = path_.handlers.entries[0];
  return library->on_req(library, &req) == 0;
}

/// A folder's path may be allowed and the index file that stands for it denied.
bool FilesHandler::index_is_denied(const Exchange& exchange) const {
  if (exchange.route->deny.empty() || !exchange.path.ends_with('/')) return false;
  return std::any_of(files_.index.begin(), files_.index.end(), [&](const std::string& name) {
    return is_denied(*exchange.route, std::string(exchange.path) + name);
  });
}

void FilesHandler::handle(Exchange& exchange) {
  h2o_req_t& req = *exchange.req;
  if (index_is_denied(exchange)) {
    fail(exchange, 403, {});
    return;
  }
  drop_unsafe_ranges(req);
  if (serve(req)) return;
  const bool reads = view(req.method) == "GET" || view(req.method) == "HEAD";
  if (!files_.fallback.empty() && reads) {
    const std::string& prefix = exchange.route->prefix;
    const std::string path = prefix + (prefix.back() == '/' ? files_.fallback.substr(1) : files_.fallback);
    req.path_normalized = iovec(keep(&req.pool, path));
    if (serve(req)) return;
  }
  fail(exchange, 404, {});
}

}  // namespace outrider::http
