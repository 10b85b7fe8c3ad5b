// SPDX-License-Identifier: MIT
#include "app/admin/off_switches.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace outrider::app {
namespace {

using Seconds = std::chrono::seconds;

std::int64_t whole_seconds_of(WallTime time) {
  return std::chrono::duration_cast<Seconds>(time.time_since_epoch()).count();
}

/// Bounded to what the clock can count.
WallTime time_of(const nlohmann::json& json) {
  constexpr std::int64_t latest = std::chrono::duration_cast<Seconds>(WallTime::max().time_since_epoch()).count();
  return WallTime(Seconds(std::clamp<std::int64_t>(json.get<std::int64_t>(), 0, latest)));
}

/// An unknown way, from a server of another version, becomes all ways: too much off is safe.
std::optional<push::How> delivery_of(const std::string& name) {
  for (const push::How how : {push::How::link, push::How::early_hints, push::How::push}) {
    if (push::name_of(how) == name) return how;
  }
  return std::nullopt;
}

/// Throws where it is no entry.
OffSwitches::Entry entry_of(const nlohmann::json& json) {
  OffSwitches::Entry entry;
  entry.what.site = json.at("site").get<std::string>();
  entry.what.rule = json.at("rule").get<std::string>();
  if (json.contains("delivery")) entry.what.delivery = delivery_of(json.at("delivery").get<std::string>());
  entry.since = time_of(json.at("since"));
  if (json.contains("until")) entry.until = time_of(json.at("until"));
  entry.who = json.at("who").get<std::string>();
  return entry;
}

}  // namespace

void OffSwitches::off(Entry entry) {
  std::erase_if(entries_, [&](const Entry& one) { return one.what == entry.what; });
  entries_.push_back(std::move(entry));
}

std::size_t OffSwitches::on(const push::Switch& what) {
  const bool everything = what == push::Switch{};
  return std::erase_if(entries_, [&](const Entry& one) { return everything || one.what == what; });
}

std::vector<OffSwitches::Entry> OffSwitches::expire(WallTime now) {
  const auto gone = std::stable_partition(entries_.begin(), entries_.end(),
                                          [&](const Entry& one) { return !one.until || now < *one.until; });
  std::vector<Entry> expired(std::make_move_iterator(gone), std::make_move_iterator(entries_.end()));
  entries_.erase(gone, entries_.end());
  return expired;
}

std::shared_ptr<const push::Switches> OffSwitches::switches(const std::vector<Entry>& others) const {
  std::vector<push::Switch> all;
  for (const auto* entries : {&entries_, &others}) {
    for (const Entry& entry : *entries) all.push_back(entry.what);
  }
  return all.empty() ? nullptr : std::make_shared<const push::Switches>(std::move(all));
}

nlohmann::json OffSwitches::to_json() const {
  nlohmann::json list = nlohmann::json::array();
  for (const Entry& entry : entries_) {
    nlohmann::json one{{"site", entry.what.site},
                       {"rule", entry.what.rule},
                       {"since", whole_seconds_of(entry.since)},
                       {"who", entry.who}};
    if (entry.what.delivery) one["delivery"] = push::name_of(*entry.what.delivery);
    if (entry.until) one["until"] = whole_seconds_of(*entry.until);
    list.push_back(std::move(one));
  }
  return list;
}

OffSwitches OffSwitches::from_json(const nlohmann::json& json) {
  OffSwitches switches;
  if (!json.is_array()) return switches;
  for (const nlohmann::json& one : json) {
    try {
      switches.off(entry_of(one));
    } catch (const nlohmann::json::exception&) {
      continue;
    }
  }
  return switches;
}

std::string describe(const push::Switch& what) {
  std::string text = what.delivery ? fmt::format("{} ", push::name_of(*what.delivery)) : std::string();
  if (!what.rule.empty()) text += fmt::format("{}rule \"{}\" ", text.empty() ? "" : "of ", what.rule);
  if (!what.site.empty()) text += fmt::format("{}site {} ", text.empty() ? "" : "of ", what.site);
  if (text.empty()) return "all hints";
  text.pop_back();
  return text;
}

}  // namespace outrider::app
