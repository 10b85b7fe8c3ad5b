// SPDX-License-Identifier: MIT
// What is known of assets from their own answers: whether they are there, how large they are, what they are, whether
// clients may keep them. One per worker, on its thread; kept across reloads.
//
// Nobody may push out what is known of others by asking for made-up paths. So only assets that were hinted have an
// entry, and where a rule hints what a visitor makes up, a new one is on probation, in a small map of its own, until it
// has been answered well. Of both maps the entry that was used longest ago goes first. Both are bounded in number and
// in bytes.
//
// Nobody may end a hint for others either. An answer to a request with credentials (cookies, authorization) may be that
// visitor's own, and a single bad one may be a failing instance's: it takes two bad answers in a row to requests
// without credentials. A good answer makes up for them at once. Only where a promise failed or access was refused, a
// good one to a request with credentials is no proof, because a promise has none; but where no others come, many of
// them in a row are a reason to try again.
//
// And nobody may decide for others what an asset is: a good answer to a request with credentials may be that visitor's
// own, too. It tells what nobody has told yet. Where it says otherwise than what is known, it counts once the same has
// been said to another visitor (visitor.h) as well, and nothing else in between: so a site whose visitors all have some
// cookie still learns, and learns of a change. Of sizes the smaller one counts: it is an encoding's. An answer to a
// request without credentials counts at once. So the caller brings no answers to requests that only one client makes
// like this: promises that repeat its own fields (`with`), other targets, methods or hosts by its own fields, and ports
// that it made up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "push/book_key.h"
#include "push/bounded_map.h"
#include "push/caching.h"
#include "push/request.h"
#include "push/visitor.h"

namespace outrider::push {

struct AssetFacts {
  int status = 0;           // of the last answer that tells; 0 = none yet
  std::uint64_t bytes = 0;  // of the body as it was sent; 0 = not known
  std::string type;         // media type in lower case, without parameters
  std::string version;      // see version_of; empty = not known
  bool no_store = false;    // nobody keeps it
  /// Before the page asks for it: Chromium fetches it again then, so that fetching it early makes it two (freshness).
  bool goes_stale = false;
  bool needs_cookies = false;  // it sets some, varies by them, or answered 401 or 403
  bool varies = false;         // by more than what a promise repeats (varies_beyond)
  /// A promise of it came to nothing: as long as it has not been answered well since.
  bool promise_failed = false;

  bool is_there() const { return status == 0 || (status >= 200 && status < 300) || status == 304; }
  bool redirects() const { return status >= 300 && status < 400 && status != 304; }
};

/// What changes when the asset's content does, the same for each of its encodings: the entity tag, without `W/` and
/// without what compressing servers put at its end (`"abc-gzip"` is `"abc"`); else Last-Modified; else empty. What is
/// longer than 256 bytes counts as absent.
std::string version_of(Fields fields);

/// What a good answer tells, if it is to a request that had no credentials; how large the body is is not in it.
AssetFacts facts_of(const Response& response);

class AssetBook {
 public:
  static constexpr std::size_t most_assets = 8'192;
  static constexpr std::size_t most_newcomers = 1'024;
  static constexpr std::size_t most_asset_bytes = std::size_t{8} << 20;
  static constexpr std::size_t most_newcomer_bytes = std::size_t{1} << 20;
  /// So many bad answers in a row to requests without credentials count.
  static constexpr unsigned failures_that_tell = 2;
  /// So many good answers in a row to requests with credentials outweigh a promise that failed and a refusal.
  static constexpr unsigned answers_that_outweigh = 32;

  /// The path (as it is asked for: with its query, without fragment) was hinted. A path of more than 1,024 bytes is not
  /// remembered.
  void hinted(SchemeHost of, std::string_view path);
  /// nullptr where it was never hinted, or forgotten. Valid until the next call.
  const AssetFacts* find(SchemeHost of, std::string_view path);
  /// The same, and does not count as use.
  const AssetFacts* peek(SchemeHost of, std::string_view path) const;

  /// A GET for it was answered with this head. Kept where it was hinted. What a client can provoke by its own fields
  /// (206, 400, 412, 416, 429 …) tells nothing; 304 tells that it is there. `body_bytes`: 0 where that is not known.
  /// `credentials_of`: who asked, where the request had an Authorization field, or a cookie that is not our own.
  void answered(SchemeHost of, std::string_view path, const Response& response, std::uint64_t body_bytes,
                std::optional<Visitor> credentials_of);
  void promise_failed(SchemeHost of, std::string_view path);
  /// A whole body of it was sent whose size its head did not tell. With credentials that counts where none, or a larger
  /// one, is known.
  void sized(SchemeHost of, std::string_view path, std::uint64_t body_bytes, bool credentials);
  /// True once for each asset: a rule was found to hint it as what it is not.
  bool wrong_type_is_news(SchemeHost of, std::string_view path);

  std::size_t size() const { return assets_.size() + newcomers_.size(); }
  /// What it takes in all, about.
  std::size_t bytes() const { return assets_.bytes() + newcomers_.bytes(); }

 private:
  /// What a good answer says of the asset.
  struct Telling {
    std::string type, version;
    bool no_store = false;
    bool goes_stale = false;
    bool needs_cookies = false;
    bool varies = false;

    bool operator==(const Telling&) const = default;
  };
  struct Asset {
    AssetFacts facts;
    bool refused = false;         // 401 or 403, to requests without credentials
    bool answer_says_so = false;  // the last good answer makes needs_cookies true
    bool wrong_type_told = false;
    unsigned failures = 0;          // in a row
    unsigned with_credentials = 0;  // good answers to requests that had some, since one that had none
    bool told = false;              // by a full answer
    std::optional<Telling> other;   // what the last answer, which had credentials, said instead,
    Visitor other_told = 0;         // and whom it was told first
  };

  Asset* asset(std::string_view key);
  static void answered_badly(Asset& asset, int status);
  static void answered_well(Asset& asset, const Response& response, std::uint64_t body_bytes,
                            std::optional<Visitor> credentials_of);
  static Telling telling(const Asset& asset);
  static Telling telling(const Asset& asset, const Response& response);
  static bool counts(Asset& asset, const Telling& now, std::optional<Visitor> credentials_of);
  static std::size_t memory(const Asset& asset);

  BoundedMap<Asset> assets_{most_assets, most_asset_bytes};
  BoundedMap<Asset> newcomers_{most_newcomers, most_newcomer_bytes};
};

}  // namespace outrider::push
