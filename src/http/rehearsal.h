// SPDX-License-Identifier: MIT
// What a worker that serves knows of a request that nobody sends: what it has learned of the page and its assets, what
// is switched off, what went over the client's connection. For `outrider explain --live`. Nothing of it counts as use
// and nothing is noted, so that the next real request is decided as if nobody had asked. On the worker's thread, within
// one turn of its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/frontend.h"
#include "http/site_map.h"
#include "push/assets.h"
#include "push/made_request.h"
#include "push/rehearsal.h"

namespace outrider::http {

class Connection;
class FrontendCore;

/// What one frontend decides requests with.
class Rehearsal {
 public:
  explicit Rehearsal(FrontendCore& core) : core_(core) {}

  const std::shared_ptr<const config::Config>& config() const;
  const SiteMap& sites() const;
  /// Null where the frontend has been told to forget them.
  const std::shared_ptr<const push::WorkerRules>& rules() const;

 private:
  friend class RehearsedRequest;
  FrontendCore& core_;
};

/// The connection on which a request is taken to come.
struct RehearsedConnection {
  std::string address, protocol;
  bool accepts_push = false;
  std::uint64_t requests = 0;        // that have come on it
  std::uint64_t since_ms = 0;        // when it began to speak HTTP, by the clock
  std::uint64_t promised_bytes = 0;  // of pushes that are open
  std::size_t sent = 0;              // assets that went over it, as far as they are remembered
};

class RehearsedRequest final : public push::Assets {
 public:
  /// Takes the site's client cookie out of `made`, and, where its address has an open connection of its scheme, lets it
  /// come on the newest. `target` is its path and query as written. All outlive this.
  RehearsedRequest(const Rehearsal& rehearsal, const config::Site& site, std::string_view target,
                   push::MadeRequest& made);

  /// What only the connection says of the request.
  void describe(push::Request& request) const;
  /// What the worker knows of connection and page; its `answers_at_once` is known before.
  void fill(push::Setting& setting) const;
  /// Nothing where its address has none.
  const std::optional<RehearsedConnection>& connection() const { return described_; }

  push::AssetFacts facts(std::string_view path) const override { return look(path); }
  std::string type(std::string_view path) const override;
  bool sent(std::string_view path) const override;
  push::Cached cached(std::string_view path) const override;

 private:
  void take_cookie();
  void take_connection();
  const push::AssetFacts& look(std::string_view path) const;
  push::SchemeHost scheme_host() const;

  FrontendCore& core_;
  const config::Site& site_;
  std::string_view target_;
  push::MadeRequest& made_;
  Connection* connection_ = nullptr;
  std::optional<RehearsedConnection> described_;
  push::Setting room_;  // what the connection says of it
  push::CookieReading reading_;
  mutable std::optional<std::string> last_path_;  // the one that was asked about last, of which more is often asked
  mutable push::AssetFacts last_;
};

}  // namespace outrider::http
