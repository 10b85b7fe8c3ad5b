// SPDX-License-Identifier: MIT
// What is known of pages from their last answers: how long the application thinks, how large they are, whether
// it only redirects, and what its own Link fields hint, so that the next visitor gets that before the application has
// answered. One per worker, on its thread; kept across reloads.
//
// What an application hints to one visitor may be that visitor's alone (an avatar, a cart), whatever its Cache-Control
// says. So a link is learned once it was in each of the last three answers that may be learned from, and two visitors
// (visitor.h) were among those who asked. Two answers without it, one after the other, end that; a single one may be an
// error, or another variant of the page.
//
// Bounds: 32 links and 8 KiB of their text a page, 2,048 pages and 8 MiB, and 512 more, of 1 MiB, on probation until
// they have been answered twice: made-up paths come once each and stay among those. Of both the page that was used
// longest ago goes first. One host has no share of its own: who pushes out a page must ask for some 2,000 others, twice
// each, between two visits of that page, so what a busy host takes from a quiet one is pages that nobody waits for, and
// three visits bring them back.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "push/book_key.h"
#include "push/bounded_map.h"
#include "push/hint.h"
#include "push/visitor.h"

namespace outrider::push {

class PageFacts {
 public:
  /// So many redirects in a row, and no 103 is sent any more.
  static constexpr unsigned redirects_that_tell = 2;
  /// So many answers in a row must have a link that is to be learned.
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
  /// What the application hints each time, in the order of its last answer; what that lacked is last.
  const std::vector<Hint>& links() const { return links_; }
  /// It has been answered or redirected more than once.
  bool proven() const { return answers_ + redirects_ > 1; }

  void redirected() { redirects_ += redirects_ < redirects_that_tell ? 1 : 0; }
  /// It was answered with 2xx.
  void answered(std::chrono::microseconds think_time);
  /// An answer has been sent whole.
  void sized(std::uint64_t bytes);
  /// `hints`: those of a response that says the same to everybody; empty where it hints nothing. What exceeds the
  /// bounds is left out.
  void hinted(std::vector<Hint> hints, Visitor visitor);
  /// What it takes beside its own size, in bytes.
  std::size_t memory() const;

 private:
  static constexpr std::size_t remembered = 8;

  /// A link that has not been seen often enough.
  struct Candidate {
    Hint hint;
    unsigned answers = 0;  // in a row
    Visitor first = 0;
    bool two_visitors = false;
  };

  unsigned redirects_ = 0;
  std::array<std::uint32_t, remembered> think_us_{};
  std::size_t answers_ = 0;
  std::array<std::uint32_t, remembered> bytes_{};
  std::size_t sizes_ = 0;
  std::vector<Hint> links_;
  std::size_t seen_ = 0;  // so many of them were in the last answer, and those behind them were not
  std::vector<Candidate> candidates_;
};

class PageBook {
 public:
  static constexpr std::size_t most_pages = 2'048;
  static constexpr std::size_t most_newcomers = 512;
  static constexpr std::size_t most_page_bytes = std::size_t{8} << 20;
  static constexpr std::size_t most_newcomer_bytes = std::size_t{1} << 20;

  /// `page`: its path, decoded and normalised, or the pattern under which pages are taken for one. nullptr where
  /// nothing is known of it. Valid until the next call.
  PageFacts* find(SchemeHost of, std::string_view page);
  /// The same, and does not count as use.
  const PageFacts* peek(SchemeHost of, std::string_view page) const;
  /// The same, made where there is none. Where the page's name has more than 1,024 bytes, what is noted is forgotten at
  /// the next call.
  PageFacts& at(SchemeHost of, std::string_view page);
  /// Notes what a page that is known hints (PageFacts::hinted) within the book's bounds.
  void hinted(SchemeHost of, std::string_view page, std::vector<Hint> hints, Visitor visitor);

  std::size_t size() const { return pages_.size() + newcomers_.size(); }
  /// What it takes in all, about.
  std::size_t bytes() const { return pages_.bytes() + newcomers_.bytes(); }

 private:
  BoundedMap<PageFacts> pages_{most_pages, most_page_bytes};
  BoundedMap<PageFacts> newcomers_{most_newcomers, most_newcomer_bytes};
  PageFacts unremembered_;
};

}  // namespace outrider::push
