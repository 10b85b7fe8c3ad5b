// SPDX-License-Identifier: MIT
// Files of a route, over the library's file handler: index, precompressed variants, ranges and conditional requests are
// its work; the fallback and what it lets through are ours.
#pragma once

#include "http/exchange.h"

namespace outrider::http {

/// Registers the library's handler on the route's path, before contexts exist.
void register_files(h2o_pathconf_t& path, const config::Files& files);
/// The static part of a FastCGI route.
config::Files static_part(const config::FastCgi& fastcgi);

class FilesHandler final : public RouteHandler {
 public:
  FilesHandler(config::Files files, const h2o_pathconf_t& path) : files_(std::move(files)), path_(path) {}
  void handle(Exchange& exchange) override;
  bool answers_at_once(const Exchange&) const override { return true; }

 private:
  static void drop_unsafe_ranges(h2o_req_t& req);
  bool index_is_denied(const Exchange& exchange) const;
  bool serve(h2o_req_t& req) const;

  const config::Files files_;
  const h2o_pathconf_t& path_;
};

}  // namespace outrider::http
