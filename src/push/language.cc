// SPDX-License-Identifier: MIT
// Lookup of RFC 4647 3.4: each range, best weight first, is shortened from its end until an offer equals it.
#include "push/language.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>

#include "base/text.h"
#include "push/condition.h"

namespace outrider::push {
namespace {

struct Range {
  std::string_view tag;
  int weight = 1000;  // thousandths
};

/// "0.8" → 800; what is no weight counts as 0, so that the range is left out.
int weight_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1)) return 0;
  return static_cast<int>(std::lround(value * 1000));
}

Range parse_range(std::string_view item) {
  Range range;
  const auto semicolon = std::min(item.find(';'), item.size());
  range.tag = trim(item.substr(0, semicolon));
  if (semicolon == item.size()) return range;
  const std::string_view parameter = trim(item.substr(semicolon + 1));
  const bool weighted = parameter.size() > 2 && (parameter[0] == 'q' || parameter[0] == 'Q') && parameter[1] == '=';
  range.weight = weighted ? weight_of(parameter.substr(2)) : 0;
  return range;
}

/// The first ranges of a field; browsers send a handful, and more than this many say nothing more.
class Ranges {
 public:
  explicit Ranges(std::string_view field) {
    while (!field.empty() && count_ < ranges_.size()) {
      const auto end = std::min(field.find(','), field.size());
      const Range range = parse_range(trim(field.substr(0, end)));
      field.remove_prefix(std::min(end + 1, field.size()));
      // "*" stands for whatever the server likes best, which is not for a lookup to say.
      if (!range.tag.empty() && range.tag != "*" && range.weight > 0) insert(range);
    }
  }
  std::span<const Range> all() const { return {ranges_.data(), count_}; }

 private:
  /// Behind those of the same weight: what comes first is preferred.
  void insert(const Range& range) {
    std::size_t at = count_++;
    for (; at > 0 && ranges_[at - 1].weight < range.weight; --at) ranges_[at] = ranges_[at - 1];
    ranges_[at] = range;
  }

  std::array<Range, 32> ranges_;
  std::size_t count_ = 0;
};

std::string_view lookup(std::string_view tag, const std::vector<std::string>& offered) {
  while (!tag.empty()) {
    for (const std::string& offer : offered) {
      if (equals_ignoring_case(offer, tag)) return offer;
    }
    const auto dash = tag.rfind('-');
    if (dash == std::string_view::npos) break;
    tag = tag.substr(0, dash);
    // A single letter in front of what was cut off goes with it: "zh-Hant-x".
    if (tag.size() >= 2 && tag[tag.size() - 2] == '-') tag = tag.substr(0, tag.size() - 2);
  }
  return {};
}

}  // namespace

std::string_view best_language(std::string_view accept_language, const std::vector<std::string>& offered) {
  const Ranges ranges(accept_language);
  for (const Range& range : ranges.all()) {
    if (const std::string_view found = lookup(range.tag, offered); !found.empty()) return found;
  }
  return {};
}

bool prefers_language(std::string_view accept_language, const std::vector<std::string>& offered) {
  const Ranges ranges(accept_language);
  return std::any_of(ranges.all().begin(), ranges.all().end(), [&](const Range& range) {
    return range.weight == ranges.all().front().weight && !lookup(range.tag, offered).empty();
  });
}

}  // namespace outrider::push
