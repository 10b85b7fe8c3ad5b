// SPDX-License-Identifier: MIT
// The admin plane's routes: what is asked, checked, and turned into calls; what comes back as JSON. The main thread's.
//
//   GET  /v1/status, /v1/generations   see status.h
//   GET  /metrics                      Prometheus' text format
//   POST /v1/reload    { "dry_run": false, "skip_tests": false }
//   POST /v1/rollback  { "generation": 41 }          without it: the one before
//   POST /v1/off       { "site": "…", "rule": "…", "delivery": "push", "for_s": 1800 }    every member may be left out
//   POST /v1/on        { "site": "…", "rule": "…", "delivery": "push" }                   {}: everything is on again
//   POST /v1/drain, /v1/undrain
//   POST /v1/explain, /v1/request      see explain_answers.h
//
// A reload or rollback answers when every worker has swapped: 200
//   { "ok": true, "changed": true, "generation": 3, "digest": "…", "rules": 14, "needs_restart": [ … ] }
// a dry run also with "difference": [ "~ rules/shop.lua", … ]; refused: 422
//   { "ok": false, "generation": 2, "digest": "…", "problems": [ { "file": "…", "line": 3, "message": "…",
//     "text": "rules/a.lua:3: …" } ] }
// Everything else that is wrong: 400, 404, 405 with { "error": "…" }.
#pragma once

#include <functional>
#include <string>

#include "app/admin/admin_json.h"
#include "app/admin/status.h"
#include "app/offline/asked.h"
#include "app/reload/reloads.h"
#include "http/admin_server.h"

namespace outrider::app {

/// What the server can be told.
class AdminOperations {
 public:
  virtual ~AdminOperations() = default;
  /// Gathers the facts; looking at the disk takes a moment.
  virtual void facts(std::function<void(const StatusFacts&)> done) = 0;
  virtual void ask(ReloadWish wish) = 0;
  /// `done` is called once every worker keeps to it, unless there is an error: there is no such site or rule.
  virtual Result<void> off(OffSwitches::Entry entry, std::function<void()> done) = 0;
  /// Tells how many switches that were, once every worker keeps to it.
  virtual void on(const push::Switch& what, const std::string& who, std::function<void(std::size_t)> done) = 0;
  virtual void drain(const std::string& who) = 0;
  virtual void undrain(const std::string& who) = 0;
  /// What would become of a request: `done` gets the explanation (app/offline/explain_json.h), or that no worker
  /// answers. Errors: what is asked is no request.
  virtual Result<void> explain(const Asked& asked, std::function<void(const Result<Json>&)> done) = 0;
  /// What became of the request of that id; `done` gets the explanation, or that nobody remembers it.
  virtual void recent(const std::string& id, std::function<void(const Result<Json>&)> done) = 0;
};

/// Answers at once or later, always by way of `reply`.
void answer_admin(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations);

}  // namespace outrider::app
