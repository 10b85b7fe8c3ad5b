// SPDX-License-Identifier: MIT
// What a replay finds out: each thread collects its own, and in the end they are merged. Bounded, whatever the log has:
// what is beyond a bound is counted, and not named. Up to there nothing depends on which thread saw what first.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "app/replay/durations.h"
#include "push/path_index.h"
#include "push/rule.h"

namespace outrider::app {

/// A line of the logs.
struct LogPlace {
  std::size_t log = 0;     // by its index
  std::uint64_t line = 0;  // from 1; 0 = none

  auto operator<=>(const LogPlace&) const = default;
};

/// The first request that shows something.
struct Example {
  LogPlace place;
  std::string url;  // without its query, which may hold secrets

  bool is_before(LogPlace other) const { return place.line != 0 && place <= other; }
  void merge(const Example& other);
};

/// Why a line takes no part.
enum class LeftOut : std::uint8_t { unreadable, pushed, no_page, no_url, no_host, no_site, refused, no_deliveries };
inline constexpr std::size_t left_out_reasons = 8;

struct LeftOutLines {
  std::uint64_t lines = 0;
  LogPlace first;
  std::string what;  // is wrong with the first one
};

/// Adds a name to those that tell where to look; at most a few stay, and which ones does not depend on the order.
void add_name(std::set<std::string>& names, std::string name);

/// How many requests each of a page's hints is for. One that is rare until `most` are known goes to the others; one
/// that is frequent stays, wherever in the log it begins, with what is counted since it came.
struct HintCounts {
  static constexpr std::size_t most = 1024;

  push::TextMap<std::uint64_t> by_hint;
  std::uint64_t others = 0;

  void add(std::string_view hint);
  void merge(const HintCounts& other);
  /// The most frequent, at most `count` of them; the first by name among equals.
  std::vector<std::pair<std::string_view, std::uint64_t>> top(std::size_t count) const;

 private:
  void forget_the_rare();
};

/// The pages of one pattern, or of one path.
struct PageFindings {
  std::string site, page;
  std::uint64_t requests = 0;
  std::uint64_t changed = 0;  // requests whose hints are others; without a comparison those that have hints
  HintCounts added, removed;
  HintCounts altered;  // the same URL with other options
  Example example;     // of those

  void merge(const PageFindings& other);
};

/// A hinted asset that the routes do not answer well.
struct MissingAsset {
  std::string site, url;
  int status = 0;
  std::uint64_t requests = 0;
  std::set<std::string> rules;  // which say so, as `"name" file:line`; at most a few
  Example example;

  void merge(const MissingAsset& other);
};

struct RuleFindings {
  std::uint64_t asked = 0;  // requests that its selector fits, and for which it could be asked
  Durations calls;          // of its functions
  std::uint64_t failures = 0;
  std::uint64_t given_up = 0;  // requests for which it was not asked any more, because its failures took so long
  std::string error;           // of the first
  Example failed;
  std::uint64_t untold = 0;         // requests where it looked at what the log does not tell
  std::set<std::string> untold_of;  // what that is

  void merge(const RuleFindings& other);
};

struct Findings {
  static constexpr std::size_t most_pages = 100'000;
  static constexpr std::size_t most_assets = 100'000;

  std::uint64_t lines = 0;
  std::array<LeftOutLines, left_out_reasons> left_out;
  std::uint64_t requests = 0;      // that take part
  std::uint64_t matched = 0;       // that some rule fits
  std::uint64_t hinted = 0;        // for which rules return hints
  std::uint64_t changed = 0;       // whose hints are others than before
  std::uint64_t switched_off = 0;  // of those: had hints or rules switched off, and have more hints now
  std::unordered_map<std::string, PageFindings> pages;
  PageFindings other_pages;
  std::unordered_map<std::string, MissingAsset> missing;
  std::uint64_t assets_not_looked_at = 0;
  std::unordered_map<const push::Rule*, RuleFindings> rules;

  void leave_out(LeftOut why, LogPlace place, std::string_view what = {});
  /// The page's own, or that of all others where there are too many.
  PageFindings& page(std::string_view site, std::string_view name);
  void merge(const Findings& other);

 private:
  std::string key_;
};

}  // namespace outrider::app
