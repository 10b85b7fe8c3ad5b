// SPDX-License-Identifier: MIT
#include "app/replay/replay_json.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

struct LeftOutText {
  LeftOut why;
  std::string_view name, sentence;
};

constexpr std::array<LeftOutText, left_out_reasons> left_out_texts{{
    {LeftOut::unreadable, "unreadable", "cannot be read"},
    {LeftOut::pushed, "pushed", "are pushes of the server's own"},
    {LeftOut::no_page, "no_page", "are redirects, errors or cut off: what is hinted there helps nobody"},
    {LeftOut::no_url, "no_url", "ask for no path"},
    {LeftOut::no_host, "no_host", "name no host; --host NAME says which one they mean"},
    {LeftOut::no_site, "no_site", "name a host that no site of the configuration is for"},
    {LeftOut::refused, "refused", "ask for what the configuration has no route for, denies, or answers itself"},
    {LeftOut::no_deliveries, "no_deliveries", "do not tell what was hinted, as others do"},
}};

double microseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count() / 10) / 100;
}

class Report {
 public:
  Report(const Replayed& replayed, const ReplayNames& names, std::size_t top)
      : replayed_(replayed), found_(replayed.findings), names_(names), top_(top) {}

  Json write() const {
    Json json{{"config", names_.config}, {"logs", names_.logs}};
    json["baseline"] = !names_.baseline.empty() ? Json(names_.baseline) : replayed_.compares ? Json("logs") : Json();
    if (!replayed_.compares) json["untold_by"] = names_.logs[replayed_.untold_by];
    json["lines"] = found_.lines;
    json["requests"] = found_.requests;
    json["matched"] = found_.matched;
    json["hinted"] = found_.hinted;
    if (replayed_.compares) json["changed"] = found_.changed;
    if (found_.switched_off > 0) json["switched_off"] = found_.switched_off;
    pages(json);
    missing(json);
    failing(json);
    slow(json);
    untold(json);
    left_out(json);
    json["threads"] = replayed_.threads;
    json["seconds"] = replayed_.took.count();
    const double seconds = std::max(replayed_.took.count(), 1e-6);
    json["lines_per_second"] = static_cast<std::uint64_t>(static_cast<double>(found_.lines) / seconds);
    return json;
  }

 private:
  /// The first `top` in the order of what `rank` returns, and how many there are in all.
  template <class Item, class Rank, class Write>
  void list(Json& json, const char* name, std::vector<const Item*> items, const Rank& rank, const Write& write) const {
    const std::size_t count = std::min(top_, items.size());
    std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count), items.end(),
                      [&](const Item* a, const Item* b) { return rank(*a) < rank(*b); });
    json[name] = Json::array();
    for (std::size_t i = 0; i != count; ++i) json[name].push_back(write(*items[i]));
    json[std::string(name) + "_in_all"] = items.size();
  }

  Json example(const Example& example) const {
    return {{"log", names_.logs[example.place.log]}, {"line", example.place.line}, {"url", example.url}};
  }

  Json hints(const HintCounts& counts) const {
    std::uint64_t others = counts.others;
    for (const auto& [hint, requests] : counts.by_hint) others += requests;
    Json json = Json::array();
    for (const auto& [hint, requests] : counts.top(top_)) {
      json.push_back({{"hint", hint}, {"requests", requests}});
      others -= requests;
    }
    if (others > 0) json.push_back({{"hint", nullptr}, {"requests", others}});
    return json;
  }

  void pages(Json& json) const {
    std::vector<const PageFindings*> pages;
    for (const auto& [key, page] : found_.pages) {
      if (page.changed > 0) pages.push_back(&page);
    }
    const bool compares = replayed_.compares;
    json["pages_seen"] = found_.pages.size();
    const auto rank = [](const PageFindings& page) { return std::tuple(~page.changed, page.site, page.page); };
    list(json, "pages", pages, rank, [&](const PageFindings& page) {
      Json each{{"site", page.site}, {"page", page.page}, {"requests", page.requests}};
      each[compares ? "changed" : "hinted"] = page.changed;
      each[compares ? "added" : "hints"] = hints(page.added);
      if (compares) each["removed"] = hints(page.removed);
      if (compares) each["altered"] = hints(page.altered);
      each["example"] = example(page.example);
      return each;
    });
    if (found_.other_pages.requests > 0) {
      json["other_pages"] = {{"requests", found_.other_pages.requests}, {"changed", found_.other_pages.changed}};
    }
  }

  void missing(Json& json) const {
    std::vector<const MissingAsset*> assets;
    for (const auto& [key, asset] : found_.missing) assets.push_back(&asset);
    const auto rank = [](const MissingAsset& asset) { return std::tuple(~asset.requests, asset.site, asset.url); };
    list(json, "missing", assets, rank, [&](const MissingAsset& asset) {
      return Json{{"site", asset.site},         {"url", asset.url},     {"status", asset.status},
                  {"requests", asset.requests}, {"rules", asset.rules}, {"example", example(asset.example)}};
    });
    if (found_.assets_not_looked_at > 0) json["assets_not_looked_at"] = found_.assets_not_looked_at;
  }

  using RuleEntry = std::pair<const push::Rule* const, RuleFindings>;

  template <class Wanted>
  std::vector<const RuleEntry*> rules(const Wanted& wanted) const {
    std::vector<const RuleEntry*> rules;
    for (const RuleEntry& each : found_.rules) {
      if (wanted(each.second)) rules.push_back(&each);
    }
    return rules;
  }

  static Json head(const RuleEntry& entry) {
    return {{"rule", entry.first->name}, {"place", entry.first->place.text()}};
  }

  void failing(Json& json) const {
    const auto failing = rules([](const RuleFindings& rule) { return rule.failures > 0; });
    const auto rank = [](const RuleEntry& entry) {
      return std::tuple(~entry.second.failures, entry.first->place.text());
    };
    list(json, "failing", failing, rank, [&](const RuleEntry& entry) {
      Json each = head(entry);
      each["failures"] = entry.second.failures;
      each["evaluations"] = entry.second.asked;
      if (entry.second.given_up > 0) each["given_up"] = entry.second.given_up;
      each["error"] = entry.second.error;
      each["example"] = example(entry.second.failed);
      return each;
    });
  }

  void slow(Json& json) const {
    const auto called = rules([](const RuleFindings& rule) { return rule.calls.count() > 0; });
    const auto rank = [](const RuleEntry& entry) {
      return std::tuple(-entry.second.calls.quantile(0.99), -entry.second.calls.mean(), entry.first->place.text());
    };
    list(json, "functions", called, rank, [&](const RuleEntry& entry) {
      Json each = head(entry);
      each["calls"] = entry.second.calls.count();
      each["mean_us"] = microseconds(entry.second.calls.mean());
      each["p99_us"] = microseconds(entry.second.calls.quantile(0.99));
      return each;
    });
  }

  void untold(Json& json) const {
    const auto untold = rules([](const RuleFindings& rule) { return rule.untold > 0; });
    const auto rank = [](const RuleEntry& entry) {
      return std::tuple(~entry.second.untold, entry.first->place.text());
    };
    list(json, "untold", untold, rank, [&](const RuleEntry& entry) {
      Json each = head(entry);
      each["requests"] = entry.second.untold;
      each["looks_at"] = entry.second.untold_of;
      return each;
    });
  }

  void left_out(Json& json) const {
    json["left_out"] = Json::array();
    for (const LeftOutText& text : left_out_texts) {
      const LeftOutLines& lines = found_.left_out[static_cast<std::size_t>(text.why)];
      if (lines.lines == 0) continue;
      Json each{{"why", text.name}, {"sentence", text.sentence}, {"lines", lines.lines}};
      each["first"] = {{"log", names_.logs[lines.first.log]}, {"line", lines.first.line}};
      if (!lines.what.empty()) each["first"]["problem"] = lines.what;
      json["left_out"].push_back(std::move(each));
    }
  }

  const Replayed& replayed_;
  const Findings& found_;
  const ReplayNames& names_;
  const std::size_t top_;
};

}  // namespace

Json replay_json(const Replayed& replayed, const ReplayNames& names, std::size_t top) {
  return Report(replayed, names, top).write();
}

}  // namespace outrider::app
