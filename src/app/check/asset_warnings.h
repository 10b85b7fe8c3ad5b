// SPDX-License-Identifier: MIT
// What is wrong with what a rule hints, as far as the configured routes and the disk tell: the asset of one hint, its
// type, whether browsers can keep it. What an application answers is not known here; app/check/against.h asks it.
#pragma once

#include <string>
#include <string_view>

#include "app/check/gather.h"
#include "app/check/warnings.h"
#include "http/site_map.h"

namespace outrider::app {

/// What an answer says of an asset: a route's, or a server's.
struct AssetAnswer {
  int status = 200;
  push::AssetFacts facts;  // of status 200
  /// The answer says itself that it is stale at once: not what a file's age makes of it, which passes.
  bool stale_at_once = false;
  std::string who;    // "its route \"/static/\"", "https://www.example.com"
  std::string where;  // a redirect leads, or empty
};

/// Facts and staleness by a response's head.
AssetAnswer answer_of(int status, push::Fields fields, std::string who);

/// Warns of what the answer tells against the hint.
void judge_answer(const Hinted& hinted, const AssetAnswer& answer, Warnings& warnings);

/// Warns of what the routes of the configuration tell against the hint.
void judge_asset(const Hinted& hinted, const Offline& offline, Warnings& warnings);

/// The site that serves an URL and the decoded path on it: the hint's own for a path, another of the configuration for
/// an absolute URL. No site where it is none's; `*` is nobody's name.
struct Served {
  const config::Site* site = nullptr;
  std::string path;
};
Served served_by(const Hinted& hinted, const http::SiteMap& sites);

/// `rule "home": style "/app.css"`.
std::string subject(const Hinted& hinted);

/// A warning about the hint; the message begins with its subject.
Warning about(const Hinted& hinted, WarningId id, std::string_view message);

}  // namespace outrider::app
