// SPDX-License-Identifier: MIT
// The admin plane's HTTP: a libh2o context on a thread of its own behind a unix socket. Its answers come from src/app.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace outrider::http {

struct AdminRequest {
  std::string_view method, path, query, body;
};

struct AdminResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// Serves until destroyed. `answer` runs on the admin thread.
class AdminServer {
 public:
  AdminServer(UniqueFd listening, std::function<AdminResponse(const AdminRequest&)> answer);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::http
