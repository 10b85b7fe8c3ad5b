// SPDX-License-Identifier: MIT
#include "app/check/page_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "app/check/asset_warnings.h"
#include "push/origin.h"
#include "push/selection.h"

namespace outrider::app {
namespace {

/// The options in which two hints of one URL differ: "kind, crossorigin".
std::string differences(const push::Hint& a, const push::Hint& b) {
  std::string text;
  const auto compare = [&](bool same, std::string_view name) {
    if (!same) text += (text.empty() ? "" : ", ") + std::string(name);
  };
  compare(a.kind == b.kind, "kind");
  compare(a.crossorigin == b.crossorigin, "crossorigin");
  compare(a.fetchpriority == b.fetchpriority, "fetchpriority");
  compare(a.priority == b.priority, "priority");
  compare(a.nopush == b.nopush, "nopush");
  compare(a.push_only == b.push_only, "push_only");
  compare(a.type == b.type, "type");
  compare(a.integrity == b.integrity, "integrity");
  compare(a.media == b.media, "media");
  compare(a.imagesrcset == b.imagesrcset, "imagesrcset");
  compare(a.imagesizes == b.imagesizes, "imagesizes");
  compare(a.with == b.with, "with");
  return text;
}

void warn_of_repeat(const Hinted& again, const push::Rule& first, const Place& place, const push::Hint& had,
                    Warnings& warnings) {
  const std::string unlike = differences(had, again.hint);
  if (unlike.empty()) return;
  const std::string whose = &first == again.rule ? "the same rule" : fmt::format("rule \"{}\"", first.name);
  warnings.add(about(again, WarningId::repeated_url,
                     fmt::format("is hinted by {} at {} already, with another {}; the first one counts: make them "
                                 "alike, or remove one",
                                 whose, place.text(), unlike)));
}

void judge_repeats(const AskedPage& page, HintPlaces& places, Warnings& warnings) {
  struct First {
    const push::Rule* rule;
    const push::Hint* hint;
    Place place;
  };
  std::multimap<std::pair<bool, std::string>, First> firsts;  // by whether it is a shadow's, which is a list of its own
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Hint& hint = trace.returned[i].hint;
      if (hint.url.empty() || trace.returned[i].fate == push::Returned::Fate::unusable) continue;
      const Place place = places.of(*trace.rule, i);
      const auto key = std::pair(trace.rule->shadow, hint.url);
      const auto [begin, end] = firsts.equal_range(key);
      const auto first =
          std::find_if(begin, end, [&](const auto& each) { return push::is_repeat(*each.second.hint, hint); });
      if (first == end) {
        firsts.emplace(key, First{trace.rule, &hint, place});
        continue;
      }
      const Hinted again{page.answer.site, trace.rule, hint, place, {}};
      warn_of_repeat(again, *first->second.rule, first->second.place, *first->second.hint, warnings);
    }
  }
}

/// It may go as a push, as far as the rule and the hint say.
bool may_be_pushed(const push::Entry& entry) {
  const push::Deliver deliver = entry.rule->deliver;
  return !entry.hint.nopush && entry.rule->budget_bytes.value_or(1) > 0 &&
         (deliver == push::Deliver::automatic || deliver == push::Deliver::push);
}

void judge_budget(const AskedPage& page, const Offline& offline, std::uint64_t budget_bytes, Warnings& warnings) {
  const config::Site& site = *page.answer.site;
  // A budget of nothing is a way to say that nothing is to be pushed.
  const bool pushes = site.push && site.budget_bytes.value_or(1) > 0;
  struct Sums {
    std::uint64_t hinted = 0, pushed = 0;
  };
  Sums all;
  std::map<const push::Rule*, Sums> of_rules;
  const auto& entries = page.answer.rehearsed.decisions.list.entries();
  for (const push::Entry& entry : entries) {
    if (entry.rule == nullptr || entry.hint.kind == push::Kind::preconnect) continue;
    const Served served = served_by({&site, entry.rule, entry.hint, {}, {}}, offline.sites());
    const std::uint64_t bytes = served.site != nullptr ? offline.look().facts(*served.site, served.path).bytes : 0;
    const bool is_pushed = pushes && served.site == &site && may_be_pushed(entry);
    for (Sums* sums : {&all, &of_rules[entry.rule]}) {
      sums->hinted += bytes;
      sums->pushed += is_pushed ? bytes : 0;
    }
  }
  constexpr std::string_view advice = "what exceeds it is not pushed: hint less, or raise it";
  for (const auto& [rule, sums] : of_rules) {
    if (!rule->budget_bytes || sums.pushed <= *rule->budget_bytes) continue;
    warnings.add(about(*rule, "hints", WarningId::over_budget,
                       fmt::format("for {} it hints {} bytes, and its budget_bytes is {}; {}", page.url, sums.pushed,
                                   *rule->budget_bytes, advice)));
  }
  const bool has_own = pushes && site.budget_bytes;
  const std::uint64_t bytes = has_own ? all.pushed : all.hinted;
  if (of_rules.empty() || bytes <= (has_own ? *site.budget_bytes : budget_bytes)) return;
  const auto heaviest = std::max_element(of_rules.begin(), of_rules.end(), [&](const auto& a, const auto& b) {
    return has_own ? a.second.pushed < b.second.pushed : a.second.hinted < b.second.hinted;
  });
  const std::string whose =
      has_own ? fmt::format("the site's budget_bytes is {}; {}", *site.budget_bytes, advice)
              : fmt::format("{} is what check takes for too much; hint less, or name your own limit with {}",
                            budget_bytes, site.push && !site.budget_bytes ? "budget_bytes or --budget" : "--budget");
  warnings.add(
      about(*heaviest->first, "hints", WarningId::over_budget,
            fmt::format("for {} all rules together hint {} bytes, most of them here, and {}", page.url, bytes, whose)));
}

/// Fonts take a connection of their own kind, without credentials.
void judge_font_connections(const AskedPage& page, HintPlaces& places, Warnings& warnings) {
  const auto& traces = page.answer.rehearsed.traces;
  const auto& entries = page.answer.rehearsed.decisions.list.entries();
  const auto has = [&](const push::Origin& origin, const auto& is_such) {
    return std::any_of(entries.begin(), entries.end(), [&](const push::Entry& entry) {
      const auto parts = push::split_origin(entry.hint.url);
      return is_such(entry.hint) && parts && same_origin(parts->origin, origin);
    });
  };
  const auto is_font = [](const push::Hint& hint) { return hint.kind == push::Kind::font; };
  const auto is_anonymous = [](const push::Hint& hint) {
    return hint.kind == push::Kind::preconnect && hint.crossorigin == push::CrossOrigin::anonymous;
  };
  for (const push::RuleTrace& trace : traces) {
    for (std::size_t i = 0; i != trace.returned.size(); ++i) {
      const push::Hint& hint = trace.returned[i].hint;
      const auto parts = push::split_origin(hint.url);
      if (hint.kind != push::Kind::preconnect || !parts || !has(parts->origin, is_font)) continue;
      if (has(parts->origin, is_anonymous)) continue;
      const Hinted hinted{page.answer.site, trace.rule, hint, places.of(*trace.rule, i), {}};
      warnings.add(about(hinted, WarningId::font_crossorigin,
                         "is without crossorigin, and a font comes from there: browsers open another connection for "
                         "it; write { crossorigin = true }, or a second preconnect with it"));
    }
  }
}

/// The site is known by one name alone, or the rule is for one.
bool has_one_host(const Hinted& hinted) {
  const auto is_plain = [](const std::string& name) { return name.find('*') == std::string::npos; };
  const auto& hosts = hinted.rule->hosts;
  if (hosts.size() == 1 && is_plain(hosts.front())) return true;
  return hinted.site->aliases.empty() && is_plain(hinted.site->name);
}

/// Pages come over https where nobody says otherwise: from the ports of the listeners that speak it, else from that of
/// whatever stands in front. Port 0 is one that nobody knows yet.
bool is_usual_origin(const config::Config& config, const push::Origin& origin, std::string_view host) {
  const auto is_at = [&](std::uint16_t port) {
    return same_origin(origin, {"https", fmt::format("{}:{}", host, port)});
  };
  const auto has_port = [](const config::Listen& listen) {
    return !listen.tls.empty() && !listen.behind && !listen.proxy_protocol_from && !listen.address.is_unix() &&
           listen.address.port() != 0;
  };
  const auto& all = config.listen;
  if (std::none_of(all.begin(), all.end(), has_port)) return is_at(443);
  return std::any_of(all.begin(), all.end(),
                     [&](const config::Listen& listen) { return has_port(listen) && is_at(listen.address.port()); });
}

}  // namespace

Warning about(const push::Rule& rule, std::string_view key, WarningId id, std::string_view message) {
  return {id, rule.place_of(key), rule.name, {}, fmt::format("rule \"{}\": {}", rule.name, message)};
}

void judge_declared_repeats(const config::Site& site, const push::Rule& rule, HintPlaces& places, Warnings& warnings) {
  for (std::size_t i = 0; i != rule.hints.size(); ++i) {
    for (std::size_t first = 0; first != i; ++first) {
      if (!push::is_repeat(rule.hints[first], rule.hints[i]) || rule.hints[i].url.empty()) continue;
      const Hinted again{&site, &rule, rule.hints[i], places.of(rule, i), {}};
      warn_of_repeat(again, rule, places.of(rule, first), rule.hints[first], warnings);
      break;
    }
  }
}

void judge_hint(const Hinted& hinted, const Offline& offline, Warnings& warnings) {
  const push::Hint& hint = hinted.hint;
  if (hint.kind == push::Kind::font && hint.crossorigin == push::CrossOrigin::use_credentials) {
    warnings.add(about(hinted, WarningId::font_crossorigin,
                       "is with credentials; browsers fetch every font without, and so fetch it twice; leave "
                       "crossorigin out"));
  }
  const auto parts = push::split_origin(hint.url);
  if (hint.kind != push::Kind::preconnect || !parts) return;
  std::string host;
  // Of a site with several names nobody knows which one a page will have.
  if (!has_one_host(hinted) || !http::host_of(parts->origin.authority, host)) return;
  const auto page = push::split_origin(hinted.origin);
  const bool own = page ? same_origin(parts->origin, page->origin)
                        : push::fits_host(*hinted.rule, host) && offline.sites().find(host) == hinted.site &&
                              is_usual_origin(offline.config(), parts->origin, host);
  if (!own) return;
  warnings.add(about(hinted, WarningId::own_origin,
                     "is to the page's own origin, to which the browser is connected already; remove it"));
}

void judge_page(const AskedPage& page, const Offline& offline, std::uint64_t budget_bytes, HintPlaces& places,
                Warnings& warnings) {
  for (const push::RuleTrace& trace : page.answer.rehearsed.traces) {
    if (trace.error.empty() || page.guesses) continue;
    warnings.add(about(*trace.rule, "hints", WarningId::rule_fails,
                       fmt::format("fails for {}: {}; mend it, or give the rule a condition that leaves such a request "
                                   "out",
                                   page.what, trace.error)));
  }
  judge_repeats(page, places, warnings);
  judge_font_connections(page, places, warnings);
  judge_budget(page, offline, budget_bytes, warnings);
}

}  // namespace outrider::app
