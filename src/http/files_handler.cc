// SPDX-License-Identifier: MIT
#include "http/files_handler.h"

#include <string>
#include <vector>

namespace outrider::http {

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

bool FilesHandler::serve(h2o_req_t& req) const {
  h2o_handler_t* library = path_.handlers.entries[0];
  return library->on_req(library, &req) == 0;
}

void FilesHandler::handle(Exchange& exchange) {
  h2o_req_t& req = *exchange.req;
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
