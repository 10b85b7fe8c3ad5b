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

constexpr std::string_view country = "the country", cookies = "cookies",
                           bucket = "the share a visitor is in (there is no bucket_key file that can be read)";

struct PersonalText {
  push::Personal what;
  std::string_view text;
  std::string observe::LoggedRequest::*member;  // has it, where the line tells it; null: no log does
};

// Not the browser: logs have the user agent.
constexpr PersonalText personal_texts[] = {
    {push::Personal::fields, "fields of the request that say who asks, or all of them", nullptr},
    {push::Personal::cookies, cookies, nullptr},
    {push::Personal::id, "the request's id", &observe::LoggedRequest::id},
    {push::Personal::address, "the client's address", &observe::LoggedRequest::client},
    {push::Personal::peer, "the address of the connection's other end", &observe::LoggedRequest::peer},
    {push::Personal::country, country, nullptr},
    {push::Personal::protocol, "the protocol", &observe::LoggedRequest::protocol},
    {push::Personal::connection, "the connection: its TLS, its speed, whether it takes pushes", nullptr},
    {push::Personal::assets, "which assets the client has", nullptr},
};

}  // namespace

void untold_by_keys(const push::Rule& rule, const observe::LoggedRequest& line, bool buckets_are_random,
                    std::vector<std::string>& what) {
  const push::Conditions& when = rule.when;
  if (!when.cookie.empty() || !when.no_cookie.empty()) what.emplace_back(cookies);
  for (const push::Named& wanted : when.header) field(wanted.name, line, what);
  if (when.save_data) field("save-data", line, what);
  if (!when.language.empty()) field("accept-language", line, what);
  if (!when.country.empty()) what.emplace_back(country);
  if (rule.share && *rule.share < 1 && buckets_are_random) what.emplace_back(bucket);
}

void untold_by_reads(const push::Reads& reads, const observe::LoggedRequest& line, bool buckets_are_random,
                     std::vector<std::string>& what) {
  for (const PersonalText& each : personal_texts) {
    const bool told = each.member != nullptr && !(line.*each.member).empty();
    if (!told && reads.has(each.what)) what.emplace_back(each.text);
  }
  if (buckets_are_random && reads.has(push::Personal::bucket)) what.emplace_back(bucket);
  for (const std::string& name : reads.fields()) field(name, line, what);
}

}  // namespace outrider::app
