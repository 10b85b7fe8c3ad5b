// SPDX-License-Identifier: MIT
#include "push/user_agent.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

struct Sample {
  const char* agent;
  Family family;
  int version;
  bool mobile;
};

}  // namespace

TEST_CASE("families and versions are read from the user agent") {
  const Sample samples[] = {
      {chromium_agent.data(), Family::chromium, 120, false},
      {firefox_agent.data(), Family::firefox, 128, false},
      {safari_agent.data(), Family::safari, 17, false},
      // Edge, Opera, a telephone, a headless one, QtWebEngine
      {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36 "
       "Edg/119.0.0.0",
       Family::chromium, 119, false},
      {"Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0",
       Family::chromium, 118, false},
      {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile "
       "Safari/537.36",
       Family::chromium, 121, true},
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
       Family::chromium, 156, false},
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/5.15.2 Chrome/87.0.4280.144 "
       "Safari/537.36",
       Family::chromium, 87, false},
      {"Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", Family::firefox, 128, true},
      // whatever its name, a browser on iOS is Safari
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
       "Mobile/15E148 Safari/604.1",
       Family::safari, 17, true},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "CriOS/120.0.6099.50 "
       "Mobile/15E148 Safari/604.1",
       Family::safari, 16, true},
      {"Mozilla/5.0 (iPad; CPU OS 15_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/40 Mobile/15E148",
       Family::safari, 15, true},
      // words of others do not make one of them
      {"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0 Safari/537.36 Edge/17.17134",
       Family::other, 0, false},
      {"Mozilla/5.0 (Linux; U; Android 4.0) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
       Family::other, 0, true},
      {"curl/8.5.0", Family::other, 0, false},
      {"nghttp2/1.52.0", Family::other, 0, false},
      {"", Family::other, 0, false},
      {"Chrome/", Family::chromium, 0, false},
      {"Chrome/-5", Family::chromium, 0, false},
      {"Chrome/99999999999999999999", Family::chromium, 0, false},
  };
  for (const Sample& sample : samples) {
    INFO(sample.agent);
    const Browser browser = parse_browser(sample.agent, "", "");
    CHECK(name_of(browser.family) == name_of(sample.family));
    CHECK(browser.version == sample.version);
    CHECK(browser.mobile == sample.mobile);
    CHECK_FALSE(browser.bot);
  }
}

TEST_CASE("client hints are believed before the user agent") {
  const char* brands = R"("Not_A Brand";v="8", "Chromium";v="130", "Google Chrome";v="130")";
  const Browser browser = parse_browser("Mozilla/5.0 Firefox/1.0", brands, "?1");
  CHECK(browser.family == Family::chromium);
  CHECK(browser.version == 130);
  CHECK(browser.mobile);
  CHECK_FALSE(parse_browser("Mobile Firefox/1.0", brands, "?0").mobile);
  CHECK(parse_browser(firefox_agent, R"("Not_A Brand";v="8")", "").family == Family::firefox);
  CHECK(parse_browser(chromium_agent, R"("Chromium")", "").version == 120);
}

TEST_CASE("bots say so") {
  for (const char* agent : {bot_agent.data(), "Mozilla/5.0 (compatible; bingbot/2.0)", "AdsBot-Google (+http://x)",
                            "Twitterbot/1.0", "Slackbot", "Mozilla/5.0 (compatible; Baiduspider/2.0)",
                            "Some Crawler 1.0", "facebookexternalhit/1.1", "GPTBot/1.1"}) {
    INFO(agent);
    CHECK(parse_browser(agent, "", "").bot);
  }
  for (const char* agent :
       {"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/120", "Bottle/1.0", "Mozilla/5.0 robotics", ""}) {
    INFO(agent);
    CHECK_FALSE(parse_browser(agent, "", "").bot);
  }
}
