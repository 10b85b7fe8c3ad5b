// SPDX-License-Identifier: MIT
#include "app/replay/findings.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace outrider::app {
namespace {

void merge_names(std::set<std::string>& names, const std::set<std::string>& others) {
  for (const std::string& name : others) add_name(names, name);
}

}  // namespace

void add_name(std::set<std::string>& names, std::string name) {
  constexpr std::size_t most = 5;
  names.insert(std::move(name));
  if (names.size() > most) names.erase(std::prev(names.end()));
}

void Example::merge(const Example& other) {
  if (other.place.line != 0 && !is_before(other.place)) *this = other;
}

void HintCounts::add(std::string_view hint) {
  if (const auto known = by_hint.find(hint); known != by_hint.end()) {
    ++known->second;
    return;
  }
  if (by_hint.size() >= most) forget_the_rare();
  by_hint.emplace(hint, 1);
}

void HintCounts::merge(const HintCounts& other) {
  for (const auto& [hint, requests] : other.by_hint) by_hint[hint] += requests;
  others += other.others;
  if (by_hint.size() > most) forget_the_rare();
}

std::vector<std::pair<std::string_view, std::uint64_t>> HintCounts::top(std::size_t count) const {
  std::vector<std::pair<std::string_view, std::uint64_t>> all(by_hint.begin(), by_hint.end());
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::partial_sort(all.begin(), end, all.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.second, a.first) < std::tuple(a.second, b.first);
  });
  all.erase(end, all.end());
  return all;
}

/// Half of them go, so that the next time is far away.
void HintCounts::forget_the_rare() {
  push::TextMap<std::uint64_t> kept;
  for (const auto& [hint, requests] : top(most / 2)) kept.emplace(hint, requests);
  for (const auto& [hint, requests] : by_hint) others += requests;
  for (const auto& [hint, requests] : kept) others -= requests;
  by_hint = std::move(kept);
}

void PageFindings::merge(const PageFindings& other) {
  requests += other.requests;
  changed += other.changed;
  added.merge(other.added);
  removed.merge(other.removed);
  altered.merge(other.altered);
  example.merge(other.example);
}

void MissingAsset::merge(const MissingAsset& other) {
  requests += other.requests;
  merge_names(rules, other.rules);
  example.merge(other.example);
}

void RuleFindings::merge(const RuleFindings& other) {
  asked += other.asked;
  calls.merge(other.calls);
  failures += other.failures;
  given_up += other.given_up;
  if (other.failures > 0 && !failed.is_before(other.failed.place)) error = other.error;
  failed.merge(other.failed);
  untold += other.untold;
  merge_names(untold_of, other.untold_of);
}

void Findings::leave_out(LeftOut why, LogPlace place, std::string_view what) {
  LeftOutLines& lines_of = left_out[static_cast<std::size_t>(why)];
  if (lines_of.lines++ == 0 || place < lines_of.first) {
    lines_of.first = place;
    lines_of.what = what;
  }
}

PageFindings& Findings::page(std::string_view site, std::string_view name) {
  key_.assign(site).append(1, '\0').append(name);
  if (const auto known = pages.find(key_); known != pages.end()) return known->second;
  if (pages.size() >= most_pages) return other_pages;
  PageFindings& fresh = pages[key_];
  fresh.site = site;
  fresh.page = name;
  return fresh;
}

void Findings::merge(const Findings& other) {
  lines += other.lines;
  for (std::size_t i = 0; i != left_out.size(); ++i) {
    const LeftOutLines& theirs = other.left_out[i];
    if (theirs.lines == 0) continue;
    const bool is_first = left_out[i].lines == 0 || theirs.first < left_out[i].first;
    const std::uint64_t sum = left_out[i].lines + theirs.lines;
    if (is_first) left_out[i] = theirs;
    left_out[i].lines = sum;
  }
  requests += other.requests;
  matched += other.matched;
  hinted += other.hinted;
  changed += other.changed;
  switched_off += other.switched_off;
  for (const auto& [key, each] : other.pages) page(each.site, each.page).merge(each);
  other_pages.merge(other.other_pages);
  for (const auto& [key, each] : other.missing) {
    const auto [known, fresh] = missing.emplace(key, each);
    if (!fresh) known->second.merge(each);
  }
  assets_not_looked_at += other.assets_not_looked_at;
  for (const auto& [rule, each] : other.rules) rules[rule].merge(each);
}

}  // namespace outrider::app
