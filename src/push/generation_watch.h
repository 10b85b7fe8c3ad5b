// SPDX-License-Identifier: MIT
// What one worker sees of one generation while it serves: how often its rules fail, and whether the assets that it
// hints are there. A generation that turns out bad is left because of these numbers. One per generation and worker,
// used by that worker's thread; the counters may be read by any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace outrider::push {

class GenerationWatch {
 public:
  /// URLs that are remembered; hints of further ones are not watched.
  static constexpr std::size_t most_assets = 4096;

  /// A request began with this generation. Single writer: plain stores suffice.
  void request() { add(requests_); }
  /// Rules were evaluated for a request; `failed`: at least one of them failed.
  void evaluation(bool failed) {
    add(evaluations_);
    if (failed) add(failed_evaluations_);
  }
  /// A hint for this path (with its query, without fragment) of this host (lower case, no port) was delivered.
  void hinted(std::string_view host, std::string_view path);
  /// A GET or HEAD for this path has been answered; counted if it was hinted. Bad is a redirect or ≥ 400; 304 is good.
  /// What any client can provoke by its request's own fields (400, 412, 416 …) says nothing and is not counted.
  void answered(std::string_view host, std::string_view path, int status);

  // Any thread.
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::uint64_t evaluations() const { return evaluations_.load(std::memory_order_relaxed); }
  std::uint64_t failed_evaluations() const { return failed_evaluations_.load(std::memory_order_relaxed); }
  std::uint64_t assets() const { return assets_.load(std::memory_order_relaxed); }
  std::uint64_t bad_assets() const { return bad_assets_.load(std::memory_order_relaxed); }

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void add(Counter& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Where the hash is, or the empty place where it would be.
  std::size_t place_of(std::uint64_t hash) const;

  Counter requests_{0}, evaluations_{0}, failed_evaluations_{0}, assets_{0}, bad_assets_{0};
  /// Hashes of host and path, open addressing; empty until the first hint, 0 is an empty place.
  std::vector<std::uint64_t> hashes_;
  std::size_t used_ = 0;
};

}  // namespace outrider::push
