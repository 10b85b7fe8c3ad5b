// SPDX-License-Identifier: MIT
#include "push/caching.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace outrider::push;

namespace {

CacheControl parsed(std::string_view value) {
  const std::vector<Field> fields{{"cache-control", value}};
  return cache_control(fields);
}

/// Whether a 200 with these fields may be stored for all.
bool stored(const std::vector<Field>& fields, bool heuristics = false, bool authorized = false, int status = 200) {
  return may_be_stored_for_all(authorized, Response{status, fields}, heuristics);
}

bool stored(std::string_view cache_control_field) {
  return stored(std::vector<Field>{{"cache-control", cache_control_field}});
}

}  // namespace

TEST_CASE("Cache-Control is read in any case, over several fields and with quotes") {
  const std::vector<Field> fields{{"content-type", "no-store"},
                                  {"cache-control", " Public ,MAX-AGE=60"},
                                  {"cache-control", "s-maxage=\"120\", must-revalidate,, unknown=\"a, no-store\""}};
  const CacheControl control = cache_control(fields);
  CHECK(control.is_public);
  CHECK(control.must_revalidate);
  CHECK(control.max_age_s == 60u);
  CHECK(control.s_maxage_s == 120u);
  CHECK_FALSE(control.no_store);
  CHECK_FALSE(control.no_cache);
  CHECK_FALSE(control.is_private);
  CHECK(parsed("no-store").no_store);
}

TEST_CASE("no-cache and private count without field names") {
  CHECK(parsed("no-cache").no_cache);
  CHECK(parsed("private").is_private);
  CHECK(parsed("private=\"\"").is_private);
  CHECK_FALSE(parsed("no-cache=\"set-cookie\"").no_cache);
  CHECK_FALSE(parsed("private=\"set-cookie, x\\\"y\", no-cache=x").is_private);
  CHECK(parsed("private=\"set-cookie, max-age=5").is_private);
}

TEST_CASE("quotes and escapes do not lose what comes behind them") {
  const CacheControl control = parsed("x=\"a\\\",no-store\", no-cache, y=\"\\\\\", max-age=1");
  CHECK_FALSE(control.no_store);
  CHECK(control.no_cache);
  CHECK(control.max_age_s == 1u);
  // A backslash at the end, and nothing but separators: neither reads beyond the text.
  CHECK_FALSE(parsed("x=\"\\").no_store);
  CHECK_FALSE(parsed(",=,==,\"").no_store);
}

TEST_CASE("ages that make no sense are absent, ages too large are the largest") {
  for (const std::string_view text : {"max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=soon"}) {
    INFO(text);
    CHECK_FALSE(parsed(text).max_age_s);
  }
  CHECK(parsed("max-age=99999999999999999999").max_age_s == UINT32_MAX);
  CHECK(parsed("max-age=5, max-age=7").max_age_s == 5u);
}

TEST_CASE("a response that says nothing is stored by its status, and only where that is asked for") {
  CHECK_FALSE(stored({}, false));
  CHECK(stored({}, true));
  CHECK(stored({}, true, false, 404));
  CHECK_FALSE(stored({}, true, false, 500));
  CHECK_FALSE(stored({}, true, false, 302));
  CHECK_FALSE(stored(std::vector<Field>{{"cache-control", "max-age=60"}}, true, false, 103));
}

TEST_CASE("what says that it may be stored may be, unless it is private or not to be stored") {
  CHECK(stored("max-age=0"));
  CHECK(stored("s-maxage=1"));
  CHECK(stored("public"));
  CHECK(stored("public, no-cache"));
  CHECK(stored(std::vector<Field>{{"expires", "0"}}));
  CHECK_FALSE(stored("must-revalidate"));
  CHECK_FALSE(stored("max-age=60, private"));
  CHECK_FALSE(stored("public, max-age=60, no-store"));
  CHECK(stored("max-age=60, no-store, must-understand"));
  CHECK_FALSE(
      stored(std::vector<Field>{{"cache-control", "max-age=60, no-store, must-understand"}}, false, false, 299));
}

TEST_CASE("an answer to a request with Authorization is stored only where that is allowed") {
  const auto authorized = [](std::string_view value) {
    return stored(std::vector<Field>{{"cache-control", value}}, true, true);
  };
  CHECK_FALSE(authorized("max-age=60"));
  CHECK_FALSE(authorized(""));
  CHECK(authorized("public"));
  CHECK(authorized("s-maxage=60"));
  CHECK(authorized("max-age=60, must-revalidate"));
}

TEST_CASE("CDN-Cache-Control counts instead of Cache-Control and Expires") {
  const auto both = [](std::string_view plain, std::string_view targeted) {
    return stored(std::vector<Field>{{"cache-control", plain}, {"cdn-cache-control", targeted}});
  };
  CHECK(both("private, no-store", "max-age=60"));
  CHECK_FALSE(both("public, max-age=60", "no-store"));
  CHECK_FALSE(both("public, max-age=60", "private, max-age=60"));
  CHECK_FALSE(both("public, max-age=60", "must-revalidate"));
  CHECK_FALSE(stored(std::vector<Field>{{"expires", "0"}, {"cdn-cache-control", "unknown"}}));
  CHECK(both("private", "no-store=?0, max-age=60;stale=1"));
  CHECK(both("private", "private=\"set-cookie\", max-age=60"));
}

TEST_CASE("CDN-Cache-Control over several fields is one, and counts as absent where it is malformed or empty") {
  const std::vector<Field> fields{{"cdn-cache-control", "max-age=60"}, {"cdn-cache-control", "no-cache"}};
  const auto control = targeted_cache_control(fields);
  REQUIRE(control);
  CHECK(control->max_age_s == 60u);
  CHECK(control->no_cache);
  for (const std::string_view text : {"", "  ", "Max-Age=60", "max-age=60,", "no-store no-cache", "max-age="}) {
    INFO(text);
    const std::vector<Field> bad{{"cdn-cache-control", text}};
    CHECK_FALSE(targeted_cache_control(bad));
    CHECK(stored(std::vector<Field>{{"cache-control", "max-age=1"}, {"cdn-cache-control", text}}));
  }
  const std::vector<Field> wrong{{"cdn-cache-control", "max-age=\"60\", s-maxage=-1, no-store=5, max-agee=7"}};
  REQUIRE(targeted_cache_control(wrong));
  CHECK_FALSE(targeted_cache_control(wrong)->max_age_s);
  CHECK_FALSE(targeted_cache_control(wrong)->s_maxage_s);
  CHECK_FALSE(targeted_cache_control(wrong)->no_store);
}

TEST_CASE("Vary tells whether the next visitor may be told something else") {
  const auto varies = [](std::string_view value) {
    const std::vector<Field> fields{{"vary", "accept"}, {"vary", value}};
    return varies_by_visitor(fields);
  };
  CHECK(varies("*"));
  CHECK(varies("Accept-Encoding, Cookie"));
  CHECK(varies("AUTHORIZATION"));
  CHECK_FALSE(varies("accept-encoding, x-cookie"));
  CHECK_FALSE(varies(""));
  CHECK_FALSE(varies_by_visitor({}));
}

TEST_CASE("Vary tells whether an asset is the same for the page as for who hints it") {
  const auto beyond = [](std::string_view value) {
    const std::vector<Field> fields{{"vary", value}};
    return varies_beyond(fields);
  };
  CHECK_FALSE(beyond("Accept-Encoding, accept-language,User-Agent , origin"));
  CHECK_FALSE(beyond(""));
  CHECK(beyond("accept"));
  CHECK(beyond("accept-encoding, *"));
  CHECK(beyond("cookie"));
  const std::vector<Field> fields{{"vary", "accept-encoding"}, {"vary", "sec-ch-width"}};
  CHECK(varies_beyond(fields));
  constexpr std::string_view allowed[] = {"sec-ch-width", "accept-encoding"};
  CHECK_FALSE(varies_beyond(fields, allowed));
  CHECK(varies_beyond(fields, {}));
}

TEST_CASE("names are added to Vary once") {
  const std::vector<std::string> names{"accept-language", "x-device", "accept-language", ""};
  CHECK(merged_vary("", names) == "accept-language, x-device");
  CHECK(merged_vary("Accept-Language", names) == "Accept-Language, x-device");
  CHECK(merged_vary(" accept-encoding,X-Device ", names) == "accept-encoding,X-Device, accept-language");
  CHECK(merged_vary("accept", {}) == "accept");
  CHECK(merged_vary("*", names) == "*");
  CHECK(merged_vary("accept, *", names) == "accept, *");
  const std::vector<std::string> all{"*"};
  CHECK(merged_vary("accept", all) == "*");
}

namespace {

/// In seconds, at a time when the Date field below was current.
long long fresh_for(std::vector<Field> fields) {
  return freshness(fields, std::chrono::sys_seconds(std::chrono::seconds(784'111'777))).count();
}

}  // namespace

TEST_CASE("a response stays fresh by max-age, else by Expires") {
  CHECK(fresh_for({{"cache-control", "max-age=60"}, {"expires", "0"}}) == 60);
  CHECK(fresh_for({{"cache-control", "max-age=0"}, {"last-modified", "Sun, 06 Nov 1983 08:49:37 GMT"}}) == 0);
  CHECK(fresh_for({{"cache-control", "s-maxage=60"}}) == 0);  // for shared caches
  CHECK(fresh_for({{"cache-control", "max-age=60, no-cache"}}) == 0);
  CHECK(fresh_for({{"cache-control", "max-age=60, no-store"}}) == 0);
  CHECK(fresh_for({{"expires", "Sun, 06 Nov 1994 08:50:37 GMT"}}) == 60);
  CHECK(fresh_for({{"expires", "Sun, 06 Nov 1994 08:50:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:50:07 GMT"}}) == 30);
  CHECK(fresh_for({{"expires", "Sun, 06 Nov 1994 08:48:37 GMT"}}) == 0);
  CHECK(fresh_for({{"expires", "0"}, {"last-modified", "Sun, 06 Nov 1983 08:49:37 GMT"}}) == 0);
}

TEST_CASE("a response is as old as it says when it comes, and what differs by anything is never fresh") {
  CHECK(fresh_for({{"cache-control", "max-age=60"}, {"age", "59"}}) == 1);
  CHECK(fresh_for({{"cache-control", "max-age=60"}, {"age", "120"}}) == 0);
  CHECK(fresh_for({{"cache-control", "max-age=60"}, {"age", "old"}}) == 60);
  CHECK(fresh_for({{"cache-control", "max-age=60"}, {"vary", "accept, *"}}) == 0);
}

TEST_CASE("a response that says nothing stays fresh for a tenth of its age") {
  CHECK(fresh_for({{"last-modified", "Sun, 06 Nov 1994 08:48:37 GMT"}}) == 6);
  CHECK(fresh_for({{"last-modified", "Sun, 06 Nov 1994 08:48:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:50:17 GMT"}}) ==
        10);
  CHECK(fresh_for({{"last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"}}) == 0);
  CHECK(fresh_for({{"last-modified", "Sun, 06 Nov 1994 09:49:37 GMT"}}) == 0);  // a clock that is wrong
  CHECK(fresh_for({{"last-modified", "yesterday"}}) == 0);
  CHECK(fresh_for({{"cache-control", "must-revalidate"}, {"last-modified", "Sun, 06 Nov 1983 08:49:37 GMT"}}) == 0);
  CHECK(fresh_for({}) == 0);
}
