// SPDX-License-Identifier: MIT
#include "app/replay/untold.h"

#include <string_view>

namespace outrider::app {
namespace {

bool tells(const observe::LoggedRequest& line, std::string_view field) {
  return field == "user-agent" || field == "referer" || field == "host" ||
         (field == "sec-fetch-mode" && line.tells_mode);
}

void field(std::string_view name, const observe::LoggedRequest& line, std::vector<std::string>& what) {
  if (!tells(line, name)) what.push_back("the field " + std::string(name));
}

}  // namespace

void untold_by_keys(const push::Rule& rule, const observe::LoggedRequest& line, bool buckets_are_random,
                    std::vector<std::string>& what) {
  const push::Conditions& when = rule.when;
  if (!when.cookie.empty() || !when.no_cookie.empty()) what.emplace_back("cookies");
  for (const push::Named& wanted : when.header) field(wanted.name, line, what);
  if (when.save_data) field("save-data", line, what);
  if (!when.language.empty()) field("accept-language", line, what);
  if (!when.country.empty()) what.emplace_back("the country");
  if (rule.share && *rule.share < 1 && buckets_are_random) {
    what.emplace_back("the share a visitor is in (there is no bucket_key file that can be read)");
  }
}

void untold_by_reads(const push::Reads& reads, const observe::LoggedRequest& line, std::vector<std::string>& what) {
  if (reads.is_personal()) {
    what.emplace_back("the visitor, perhaps beyond address and user agent: cookies, connection, what is cached");
  }
  for (const std::string& name : reads.fields()) field(name, line, what);
}

bool needs_head(const push::Rule& rule) {
  return rule.phase == push::Phase::response && (rule.when_function >= 0 || rule.hints_function >= 0);
}

}  // namespace outrider::app
