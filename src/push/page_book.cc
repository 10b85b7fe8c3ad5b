// SPDX-License-Identifier: MIT
#include "push/page_book.h"

#include <algorithm>
#include <utility>

namespace outrider::push {
namespace {

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

void PageFacts::hinted(std::vector<Hint> hints, Visitor visitor) {
  std::vector<Hint> links;
  std::vector<Candidate> candidates;
  for (Hint& hint : bounded(std::move(hints))) {
    if (std::find(links_.begin(), links_.end(), hint) != links_.end()) {
      links.push_back(std::move(hint));
      continue;
    }
    const auto before =
        std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& each) { return each.hint == hint; });
    Candidate now{std::move(hint), 1, visitor, false};
    if (before != candidates_.end()) {
      now.answers = std::min(before->answers + 1, answers_that_tell);
      now.first = before->first;
      now.two_visitors = before->two_visitors || visitor != before->first;
    }
    if (now.answers >= answers_that_tell && now.two_visitors) {
      links.push_back(std::move(now.hint));
    } else {
      candidates.push_back(std::move(now));
    }
  }
  const std::size_t seen = links.size();
  for (std::size_t i = 0; i != seen_; ++i) {
    const auto end = links.begin() + static_cast<std::ptrdiff_t>(seen);
    if (std::find(links.begin(), end, links_[i]) == end) links.push_back(std::move(links_[i]));
  }
  links_ = bounded(std::move(links));
  seen_ = std::min(seen, links_.size());
  candidates_ = std::move(candidates);
}

std::size_t PageFacts::memory() const {
  std::size_t bytes = links_.capacity() * sizeof(Hint) + candidates_.capacity() * sizeof(Candidate);
  for (const Hint& link : links_) bytes += text_bytes(link);
  for (const Candidate& candidate : candidates_) bytes += text_bytes(candidate.hint);
  return bytes;
}

PageFacts* PageBook::find(SchemeHost of, std::string_view page) {
  const BookKey key(of, page);
  if (!key.fits()) return nullptr;
  if (PageFacts* known = pages_.find(key.view())) return known;
  PageFacts* newcomer = newcomers_.find(key.view());
  if (newcomer == nullptr || !newcomer->proven()) return newcomer;
  const std::size_t memory = newcomer->memory();
  pages_.at(key.view()) = *newcomers_.take(key.view());
  pages_.weigh(key.view(), memory);
  return pages_.find(key.view());
}

const PageFacts* PageBook::peek(SchemeHost of, std::string_view page) const {
  const BookKey key(of, page);
  if (!key.fits()) return nullptr;
  const PageFacts* known = pages_.peek(key.view());
  return known != nullptr ? known : newcomers_.peek(key.view());
}

PageFacts& PageBook::at(SchemeHost of, std::string_view page) {
  if (PageFacts* known = find(of, page)) return *known;
  const BookKey key(of, page);
  return key.fits() ? newcomers_.at(key.view()) : unremembered_ = PageFacts();
}

void PageBook::hinted(SchemeHost of, std::string_view page, std::vector<Hint> hints, Visitor visitor) {
  PageFacts* known = find(of, page);
  if (known == nullptr) return;
  known->hinted(std::move(hints), visitor);
  const std::size_t memory = known->memory();
  const BookKey key(of, page);
  // Only one of the two has it.
  pages_.weigh(key.view(), memory);
  newcomers_.weigh(key.view(), memory);
}

}  // namespace outrider::push
