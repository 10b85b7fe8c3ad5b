// SPDX-License-Identifier: MIT
// Reading the browser from what it says of itself. Client hints (Sec-CH-UA) are believed before the user agent, which
// every family fills with the names of the others; nothing here trusts a length or allocates.
#include "push/user_agent.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <initializer_list>

#include "base/text.h"

namespace outrider::push {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// `word` is in lower case.
std::size_t find_ignoring_case(std::string_view text, std::string_view word, std::size_t from = 0) {
  if (from > text.size()) return std::string_view::npos;
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), word.begin(), word.end(),
                                 [](char a, char b) { return lower(a) == b; });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The number right behind `mark`, 0 where there is none.
int number_behind(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return 0;
  const char* begin = text.data() + at + mark.size();
  int number = 0;
  std::from_chars(begin, text.data() + text.size(), number);
  return std::clamp(number, 0, 1'000'000);
}

/// "Googlebot/2.1", "AdsBot-Google", "bingbot;": the word ends there. "CUBOT_X19" is a telephone.
bool has_bot_word(std::string_view agent) {
  for (auto at = find_ignoring_case(agent, "bot"); at != std::string_view::npos;
       at = find_ignoring_case(agent, "bot", at + 3)) {
    const bool ends = at + 3 == agent.size() || !is_letter(agent[at + 3]);
    const bool telephone = at >= 2 && find_ignoring_case(agent.substr(at - 2, 2), "cu") == 0;
    if (ends && !telephone) return true;
  }
  return false;
}

bool is_bot(std::string_view agent) {
  constexpr std::array<std::string_view, 12> words{"crawler",
                                                   "spider",
                                                   "slurp",
                                                   "facebookexternalhit",
                                                   "bingpreview",
                                                   "mediapartners-google",
                                                   "feedfetcher",
                                                   "apis-google",
                                                   "ia_archiver",
                                                   "archive.org_bot",
                                                   "google-inspectiontool",
                                                   "embedly"};
  return has_bot_word(agent) || std::any_of(words.begin(), words.end(), [&](std::string_view word) {
           return find_ignoring_case(agent, word) != std::string_view::npos;
         });
}

bool on_ios(std::string_view agent) {
  return has(agent, "iPhone") || has(agent, "iPad") || has(agent, "iPod") || has(agent, "CriOS/") ||
         has(agent, "FxiOS/") || has(agent, "EdgiOS/");
}

/// The first of the marks that is there decides the version.
Browser with_version(Family family, std::string_view agent, std::initializer_list<std::string_view> marks) {
  Browser browser;
  browser.family = family;
  for (std::string_view mark : marks) {
    browser.version = number_behind(agent, mark);
    if (browser.version != 0) break;
  }
  return browser;
}

Browser from_agent(std::string_view agent) {
  // EdgeHTML said "Chrome/64" too.
  if (has(agent, "Edge/") || has(agent, "MSIE ") || has(agent, "Trident/")) return {};
  // Other browsers on iOS carry a version of their own, but what they can do is what the system's WebKit can.
  if (on_ios(agent)) return with_version(Family::safari, agent, {"Version/", "iPhone OS ", "CPU OS "});
  if (has(agent, "Chrome/") || has(agent, "Chromium/")) {
    return with_version(Family::chromium, agent, {"Chrome/", "Chromium/"});
  }
  if (has(agent, "Firefox/")) return with_version(Family::firefox, agent, {"Firefox/"});
  // Android's old browser has Safari's words as well.
  if (has(agent, "Safari/") && has(agent, "Version/") && !has(agent, "Android")) {
    return with_version(Family::safari, agent, {"Version/"});
  }
  return {};
}

}  // namespace

Browser parse_browser(std::string_view user_agent, std::string_view sec_ch_ua, std::string_view sec_ch_ua_mobile) {
  Browser browser;
  // Only Chromium names itself like this; what its relatives call themselves stands beside it.
  if (has(sec_ch_ua, "\"Chromium\"")) {
    browser.family = Family::chromium;
    browser.version = number_behind(sec_ch_ua, "\"Chromium\";v=\"");
    if (browser.version == 0) browser.version = number_behind(user_agent, "Chrome/");
  } else {
    browser = from_agent(user_agent);
  }
  browser.mobile = sec_ch_ua_mobile.empty() ? has(user_agent, "Mobi") : sec_ch_ua_mobile == "?1";
  browser.bot = is_bot(user_agent);
  return browser;
}

}  // namespace outrider::push
