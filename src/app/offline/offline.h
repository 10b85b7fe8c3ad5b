// SPDX-License-Identifier: MIT
// What a configuration and its rules would do with a request: without a server, for `explain`, `check`, tests and
// replay; and on a worker of one that runs, with what it knows, for `explain --live`. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "app/load/load.h"
#include "app/offline/question.h"
#include "http/rehearsal.h"
#include "http/route_look.h"
#include "http/site_map.h"
#include "push/rehearsal.h"
#include "push/selection.h"
#include "script/watchdog.h"

namespace outrider::app {

/// How its route answers an asset of the page's own host, as far as that is known.
struct AskedAsset {
  int status = 0;
  std::string file;  // which is not there, as seen from the configuration
};

/// Valid as long as what was asked, and the question.
struct Answer {
  /// Not 0: the request is refused or sent elsewhere before any rule is asked.
  int status = 0;
  std::string why;
  push::MadeRequest made;                  // what was asked, as it reaches the server
  const config::Listen* listen = nullptr;  // by which it comes; null: none is meant
  const config::Site* site = nullptr;
  const config::Route* route = nullptr;
  std::vector<push::Considered> considered;  // empty where nobody asks for them
  push::Rehearsed rehearsed;
  std::vector<std::string> conditions;  // of each trace: why it did not match; empty where nobody asks for them
  std::vector<AskedAsset> assets;       // of each entry of the list; likewise
  bool head_known = false;              // it was given, or follows from configuration and disk
  int head_status = 200;
  std::vector<std::pair<std::string, std::string>> head_fields;
  std::vector<std::string> vary;         // fields that a stored page varies by on account of its hints
  std::vector<std::string> assumptions;  // sentences: what was not known and may be otherwise on the server
  // Of a server that runs.
  std::vector<const push::Rule*> switched_off;          // of the considered rules
  std::optional<http::RehearsedConnection> connection;  // the one on which it is taken to come
};

/// What answers a question. All of it outlives the answer.
struct Ground {
  const config::Config& config;
  const http::SiteMap& sites;
  const push::WorkerRules& rules;
  const http::RouteLook& look;
  const http::Rehearsal* live = nullptr;  // null: no server runs
  bool bucket_key_is_random = false;      // it is no server's
};

Answer ask(const Ground& ground, const Question& question);

class Offline {
 public:
  /// Loads as a server would, but for certificates and keys; tests are not run. Throws LoadError.
  explicit Offline(const RunCommand& command);
  /// Loads as `options` say. Throws LoadError.
  Offline(const RunCommand& command, const LoadOptions& options);

  Answer ask(const Question& question) const;

  /// What the site's routes tell of an asset; `path` with its query.
  push::AssetFacts facts(const config::Site& site, std::string_view path) const {
    return http::RoutedAssets(look_, site).facts(path);
  }

  const Loaded& loaded() const { return loaded_; }
  const config::Config& config() const { return *loaded_.config; }
  const http::SiteMap& sites() const { return sites_; }
  const http::RouteLook& look() const { return look_; }

 private:
  script::SourceLog sources_;
  script::Watchdog watchdog_;
  ProcessKeys keys_;
  Loaded loaded_;
  http::SiteMap sites_;
  http::RouteLook look_;
};

}  // namespace outrider::app
