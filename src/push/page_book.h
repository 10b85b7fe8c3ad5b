// SPDX-License-Identifier: MIT
// What is known of pages from their last answers: how long the application thinks, how large they are, whether
// it only redirects, and what its own Link fields hint, so that the next visitor gets that before the application has
// answered. One per worker, on its thread; kept across reloads.
//
// What an application hints to one visitor may be that visitor's alone (an avatar, a cart), whatever its Cache-Control
// says. So a link is learned once it was in each of the last three answers that may be learned from, and two addresses
// were among those who asked. The first answer without it ends that.
//
// Bounds: 32 links and 8 KiB of their text a page, 2,048 pages, and 512 more on probation until they have been answered
// twice: made-up paths come once each and stay among those. Of both the page that was used longest ago goes first. One
// host has no share of its own: who pushes out a page must ask for some 2,000 others, twice each, between two visits of
// that page, so what a busy host takes from a quiet one is pages that nobody waits for, and three visits bring them
// back.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "push/bounded_map.h"
#include "push/hint.h"

namespace outrider::push {

class PageFacts {
 public:
  /// So many redirects in a row, and no 103 is sent any more.
  static constexpr unsigned redirects_that_tell = 2;
  /// So many answers in a row must have a link.
  static constexpr unsigned answers_that_tell = 3;
  static constexpr std::size_t most_links = 32;
  static constexpr std::size_t longest_url = 1'024;
  static constexpr std::size_t most_link_bytes = 8'192;  // of URLs and attributes

  bool redirects() const { return redirects_ >= redirects_that_tell; }
  /// From the request to the head of the response: the lower quartile of the last eight answers; nothing before the
  /// first. Not the middle, because a page that comes earlier than thought waits behind what is pushed, and one that
  /// comes later loses nothing.
  std::optional<std::chrono::microseconds> think_time() const;
  /// Of the body, as it was sent: the upper quartile of the last eight answers; nothing before the first was whole.
  std::optional<std::uint64_t> bytes() const;
  /// What the application hints each time, in the order of its last answer.
  const std::vector<Hint>& links() const { return links_; }
  /// It has been answered or redirected more than once.
  bool proven() const { return answers_ + redirects_ > 1; }

  void redirected() { redirects_ += redirects_ < redirects_that_tell ? 1 : 0; }
  /// It was answered with 2xx.
  void answered(std::chrono::microseconds think_time);
  /// An answer has been sent whole.
  void sized(std::uint64_t bytes);
  /// `hints`: those of a response that says the same to everybody; empty where it hints nothing. What exceeds the
  /// bounds is left out. `address`: the client's as text, kept as a short hash until the links are learned.
  void hinted(std::vector<Hint> hints, std::string_view address);

 private:
  static constexpr std::size_t remembered = 8;

  /// A link that has not been seen often enough.
  struct Candidate {
    Hint hint;
    unsigned answers = 0;  // in a row
    std::uint32_t first_address = 0;
    bool two_addresses = false;
  };

  unsigned redirects_ = 0;
  std::array<std::uint32_t, remembered> think_us_{};
  std::size_t answers_ = 0;
  std::array<std::uint32_t, remembered> bytes_{};
  std::size_t sizes_ = 0;
  std::vector<Hint> links_;
  std::vector<Candidate> candidates_;
};

class PageBook {
 public:
  static constexpr std::size_t most_pages = 2'048;
  static constexpr std::size_t most_newcomers = 512;

  /// `host`: lower case, no port. `page`: its path, or the pattern under which pages are taken for one. nullptr where
  /// nothing is known of it. Valid until the next call.
  PageFacts* find(std::string_view host, std::string_view page);
  /// The same, made where there is none. Where the page's name has more than 1,024 bytes, what is noted is forgotten at
  /// the next call.
  PageFacts& at(std::string_view host, std::string_view page);

  std::size_t size() const { return pages_.size() + newcomers_.size(); }

 private:
  BoundedMap<PageFacts> pages_{most_pages};
  BoundedMap<PageFacts> newcomers_{most_newcomers};
  PageFacts unremembered_;
};

}  // namespace outrider::push
