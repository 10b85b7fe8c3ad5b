// SPDX-License-Identifier: MIT
#include "push/page_book.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "push/book_key.h"

namespace outrider::push {
namespace {

/// Of IPv6 about the network alone: one visitor has many addresses in it (RFC 8981).
std::uint32_t hash_of_address(std::string_view address) {
  std::size_t end = 0;
  for (int colons = 0; end < address.size(); ++end) {
    if (address[end] == ':' && ++colons == 4) break;
  }
  const std::uint64_t hash = std::hash<std::string_view>()(address.substr(0, end));
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

std::size_t text_bytes(const Hint& hint) {
  std::size_t bytes = hint.url.size() + hint.type.size() + hint.integrity.size() + hint.media.size() +
                      hint.imagesrcset.size() + hint.imagesizes.size();
  for (const std::string& name : hint.with) bytes += name.size();
  return bytes;
}

/// Each once, and as many as the bounds allow.
std::vector<Hint> bounded(std::vector<Hint> hints) {
  std::vector<Hint> result;
  std::size_t bytes = 0;
  for (Hint& hint : hints) {
    if (result.size() == PageFacts::most_links) break;
    const std::size_t more = text_bytes(hint);
    if (hint.url.size() > PageFacts::longest_url || bytes + more > PageFacts::most_link_bytes) continue;
    if (std::find(result.begin(), result.end(), hint) != result.end()) continue;
    bytes += more;
    result.push_back(std::move(hint));
  }
  return result;
}

/// The nth quarter of what was remembered, of `noted` in all; nothing where nothing was.
template <std::size_t remembered>
std::optional<std::uint32_t> quantile(std::array<std::uint32_t, remembered> values, std::size_t noted,
                                      std::size_t quarter) {
  const std::size_t known = std::min(noted, remembered);
  if (known == 0) return std::nullopt;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>((known - 1) * quarter / 4);
  std::nth_element(values.begin(), place, values.begin() + static_cast<std::ptrdiff_t>(known));
  return *place;
}

}  // namespace

std::optional<std::chrono::microseconds> PageFacts::think_time() const {
  const auto quartile = quantile(think_us_, answers_, 1);
  return quartile ? std::optional(std::chrono::microseconds(*quartile)) : std::nullopt;
}

std::optional<std::uint64_t> PageFacts::bytes() const {
  return quantile(bytes_, sizes_, 3);
}

void PageFacts::answered(std::chrono::microseconds think_time) {
  redirects_ = 0;
  const auto most = static_cast<std::int64_t>(UINT32_MAX);
  think_us_[answers_++ % remembered] =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(think_time.count(), 0, most));
}

void PageFacts::sized(std::uint64_t bytes) {
  bytes_[sizes_++ % remembered] = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, UINT32_MAX));
}

void PageFacts::hinted(std::vector<Hint> hints, std::string_view address) {
  const std::uint32_t asker = hash_of_address(address);
  std::vector<Hint> links;
  std::vector<Candidate> candidates;
  for (Hint& hint : bounded(std::move(hints))) {
    if (std::find(links_.begin(), links_.end(), hint) != links_.end()) {
      links.push_back(std::move(hint));
      continue;
    }
    const auto before =
        std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& each) { return each.hint == hint; });
    Candidate now{std::move(hint), 1, asker, false};
    if (before != candidates_.end()) {
      now.answers = std::min(before->answers + 1, answers_that_tell);
      now.first_address = before->first_address;
      now.two_addresses = before->two_addresses || asker != before->first_address;
    }
    if (now.answers >= answers_that_tell && now.two_addresses) {
      links.push_back(std::move(now.hint));
    } else {
      candidates.push_back(std::move(now));
    }
  }
  links_ = std::move(links);
  candidates_ = std::move(candidates);
}

PageFacts* PageBook::find(std::string_view host, std::string_view page) {
  const BookKey key(host, page);
  if (!key.fits()) return nullptr;
  if (PageFacts* known = pages_.find(key.view())) return known;
  PageFacts* newcomer = newcomers_.find(key.view());
  if (newcomer == nullptr || !newcomer->proven()) return newcomer;
  PageFacts& settled = pages_.at(key.view());
  settled = std::move(*newcomer);
  newcomers_.take(key.view());
  return &settled;
}

PageFacts& PageBook::at(std::string_view host, std::string_view page) {
  if (PageFacts* known = find(host, page)) return *known;
  const BookKey key(host, page);
  return key.fits() ? newcomers_.at(key.view()) : unremembered_ = PageFacts();
}

}  // namespace outrider::push
