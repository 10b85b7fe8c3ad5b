// SPDX-License-Identifier: MIT
// What one worker sees of one generation while it serves: how often its rules fail, and whether the assets that it
// hints are there. A generation that turns out bad is left because of these numbers, so no visitor may fill them as he
// likes. An answer counts only if it is owed to a hint, one answer for each hint, and only hints of pages that came
// well (2xx or 304) count: who makes up paths gets 404 for his pages, whatever a rule makes of their captures; who asks
// for one asset again and again without its page counts for the few hints that nobody has followed. And it is noted for
// how many visitors something is wrong: what one of them can bring about, with a path for which a rule fails or a page
// that comes for every path, is no fault that others see. One per generation and worker, used by that worker's thread;
// the numbers may be read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "push/visitor.h"

namespace outrider::push {

class GenerationWatch {
 public:
  /// URLs that are remembered: a further one takes the place of another, so that what is hinted now is watched.
  static constexpr std::size_t most_assets = 4096;
  /// Hints of one URL that may wait for their answers at a time: most visitors have the asset already and never ask.
  static constexpr std::uint8_t most_owed = 16;

  /// The watches of a generation share `visitors`, so that somebody who comes to several workers is one.
  explicit GenerationWatch(const VisitorHash& visitors) : visitors_(visitors) {}

  /// A request began with this generation. Single writer: plain stores suffice.
  void request() { add(requests_); }
  /// Rules were evaluated for who comes from `address` (text, no port); `failed`: at least one of them failed.
  void evaluation(bool failed, std::string_view address);
  /// A hint for this path (with its query, without fragment) of this host (lower case, no port) goes out ahead of its
  /// page's status, so its answer may come first: it is kept until `hinted` tells that the page came well.
  void announced(std::string_view host, std::string_view path);
  /// A page that came well, for who comes from `address`, hinted this path: one answer for it counts.
  void hinted(std::string_view host, std::string_view path, std::string_view address);
  /// A GET or HEAD for this path has been answered; counted if it is owed to a hint. Bad is a redirect or ≥ 400; 304 is
  /// good. What any client can provoke by its request's own fields (400, 412, 416 …) says nothing and is not counted.
  void answered(std::string_view host, std::string_view path, int status, std::string_view address);

  // Any thread.
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::uint64_t evaluations() const { return evaluations_.load(std::memory_order_relaxed); }
  std::uint64_t failed_evaluations() const { return failed_evaluations_.load(std::memory_order_relaxed); }
  std::uint64_t assets() const { return assets_.load(std::memory_order_relaxed); }
  std::uint64_t bad_assets() const { return bad_assets_.load(std::memory_order_relaxed); }
  /// Who rules were evaluated for, and who was answered what was hinted, since this was asked last. Counted once
  /// something was wrong: a good generation costs no hash.
  Visitors take_evaluating_visitors() { return evaluating_.take(); }
  Visitors take_asking_visitors() { return asking_.take(); }

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  /// The answer to a hint that was announced.
  enum class Early : std::uint8_t { none, awaited, good, bad };
  struct Asset {
    std::uint64_t hash = 0;
    std::uint8_t owed = 0;
    Early early = Early::none;
  };

  std::uint64_t hash_of(std::string_view host, std::string_view path) const;
  /// The asset's place, emptied where it was another's.
  Asset& place_of(std::string_view host, std::string_view path);
  void count(Counter& all, Counter& bad, SeenVisitors& visitors, bool is_bad, std::string_view address) const;

  const VisitorHash visitors_;
  SeenVisitors evaluating_, asking_;
  Counter requests_{0}, evaluations_{0}, failed_evaluations_{0}, assets_{0}, bad_assets_{0};
  std::vector<Asset> known_;            // by hash; empty until the first hint
  std::array<std::uint8_t, 16> key_{};  // drawn with the first hint: nobody can make paths that share a place
};

}  // namespace outrider::push
