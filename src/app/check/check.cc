// SPDX-License-Identifier: MIT
#include "app/check/check.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "app/check/asset_warnings.h"
#include "app/check/coverage.h"
#include "app/check/page_warnings.h"
#include "app/check/path_warnings.h"
#include "app/check/rule_warnings.h"
#include "app/check/shared_cache_warning.h"

namespace outrider::app {
namespace {

void judge_certificates(const Loaded& loaded, Warnings& warnings) {
  for (std::size_t i = 0; i != loaded.tls.size(); ++i) {
    if (loaded.tls[i] == nullptr) continue;
    const auto& certificates = loaded.tls[i]->certificates();
    for (std::size_t number = 0; number != certificates.size(); ++number) {
      const tls::CertificateFacts& facts = certificates[number];
      if (facts.wrong_dates.empty()) continue;
      const std::string file = facts.file.lexically_proximate(loaded.config->folder).string();
      warnings.add({WarningId::certificate_expiry,
                    loaded.config->listen[i].tls[number].place,
                    {},
                    {},
                    fmt::format("certificate {}: {}", file, facts.wrong_dates)});
    }
  }
}

}  // namespace

Result<CheckReport> find_warnings(Offline& offline, const std::vector<Question>& of_tests,
                                  const CheckOptions& options) {
  using std::chrono::steady_clock;
  CheckReport report;
  Warnings warnings(options.ignored);
  const config::Config& config = offline.config();
  std::vector<ListedPage> pages;
  if (!options.urls.empty()) {
    auto read = read_pages(options.urls, config);
    if (!read) return tl::unexpected(read.error());
    pages = *std::move(read);
  }
  const auto deadline = options.patience ? std::optional(steady_clock::now() + *options.patience) : std::nullopt;

  const std::vector<RuleSource> sources = rule_sources(config, *offline.loaded().sources);
  HintPlaces places(sources);
  Gather gather(offline, places,
                [&](const AskedPage& page) { judge_page(page, offline, options.budget_bytes, places, warnings); });
  judge_certificates(offline.loaded(), warnings);
  gather.declared();
  judge_rules(offline, places, warnings);
  judge_paths(offline, warnings);
  judge_patterns(sources, config.limits.rule_pattern_steps, warnings);
  report.complete = gather.exact_paths(deadline) && gather.ask_all(of_tests, deadline) &&
                    judge_shared_cache(offline, deadline, warnings);
  report.pages = pages.size();
  report.uncovered = judge_coverage(pages, gather, warnings);
  for (const Hinted& hinted : gather.hints()) {
    judge_hint(hinted, offline, warnings);
    judge_asset(hinted, offline, warnings);
  }
  // What was not asked for lack of time proves nothing.
  if (report.complete) judge_unknown(gather, offline, warnings);
  if (!options.against.origin.empty()) {
    const auto asked = judge_against(options.against, gather.hints(), offline, warnings);
    if (!asked) return tl::unexpected(asked.error());
    report.fetched = asked->fetched;
    report.unreachable = asked->unreachable;
  }
  report.warnings = warnings.sorted();
  return report;
}

}  // namespace outrider::app
