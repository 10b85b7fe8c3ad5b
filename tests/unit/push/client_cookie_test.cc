// SPDX-License-Identifier: MIT
#include "push/client_cookie.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/push/asset_bits.h"

using namespace outrider::push;
using namespace std::chrono_literals;
using std::chrono::days, std::chrono::sys_days;
using test::packed, test::set_digits, test::worst_numbers;

namespace {

using Moment = std::chrono::system_clock::time_point;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const Moment noon = sys_days(std::chrono::year(2026) / 3 / 1) + 12h;

constexpr std::array<std::uint8_t, 16> key(std::uint8_t first) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i != bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

ClientCookie cookie_of(CookieKeys keys, std::string site = "shop.example", std::chrono::seconds lifetime = days(30)) {
  return {"outrider", std::move(site), std::move(keys), lifetime};
}

const ClientCookie ours = cookie_of({key(0)});

AssetSet set_of(std::size_t assets, std::uint32_t seed = 1) {
  AssetSet set;
  for (std::size_t i = 0; i != assets; ++i) {
    set.insert("/" + std::to_string(seed) + "/" + std::to_string(i) + ".js", "\"" + std::to_string(i) + "\"");
  }
  return set;
}

CookieReading read(const ClientCookie& cookie, std::string_view value, Moment now = noon) {
  return cookie.read({{"outrider", value}}, now);
}

bool believed(const CookieReading& reading) {
  return reading.good == 1 && reading.rejected == 0;
}
bool rejected(const CookieReading& reading) {
  return reading.good == 0 && reading.rejected == 1 && reading.set.empty();
}

}  // namespace

TEST_CASE("what was written is read") {
  const auto assets = GENERATE(as<std::size_t>(), 0, 1, 2, 40, 250);
  const AssetSet set = set_of(assets);
  const CookieReading reading = read(ours, ours.value(set, noon));
  CHECK(believed(reading));
  CHECK(reading.set == set);
}

TEST_CASE("a value is what the format says") {
  // From a second implementation of all of it in another language.
  AssetSet set;
  set.insert("/app.css", "\"1\"");
  set.insert("/app.js", "\"2\"");
  set.insert("/font.woff2", "Mon, 01 Jan 2024 00:00:00 GMT");
  CHECK(ours.value(set, noon) == "UCGcAvRbDn1BAmTXfBqrQA");
  CHECK(ours.set_cookie(set, noon) ==
        "outrider=UCGcAvRbDn1BAmTXfBqrQA; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST_CASE("a value has at most 1.5 characters for each asset and 32 more") {
  const auto seed = GENERATE(range(1U, 9U));
  for (std::size_t assets = 1; assets <= AssetSet::most_entries; ++assets) {
    const std::string value = ours.value(set_of(assets, seed), noon);
    INFO("seed " << seed << ", " << assets << " assets");
    CHECK(value.size() * 2 <= assets * 3 + 64);
    CHECK(value.find_first_not_of(alphabet) == std::string::npos);
  }
}

TEST_CASE("even the worst sets stay within that") {
  std::size_t longest = 0;
  for (std::size_t entries = 1; entries <= AssetSet::most_entries; ++entries) {
    const auto set = AssetSet::decode(packed(set_digits(worst_numbers(entries))));
    INFO(entries);
    REQUIRE(set);
    const std::string value = ours.value(*set, noon);
    CHECK(value.size() * 2 <= entries * 3 + 64);
    CHECK(believed(read(ours, value)));
    longest = std::max(longest, value.size());
  }
  CHECK(longest == ClientCookie::most_characters);
}

TEST_CASE("a value with any other character anywhere is rejected") {
  const auto assets = GENERATE(as<std::size_t>(), 0, 1, 6, 40);
  const std::string value = ours.value(set_of(assets), noon);
  for (std::size_t at = 0; at != value.size(); ++at) {
    for (const char character : std::string(alphabet) + "=+/. ") {
      if (character == value[at]) continue;
      std::string tampered = value;
      tampered[at] = character;
      if (!rejected(read(ours, tampered))) FAIL(tampered << " instead of " << value);
    }
  }
}

TEST_CASE("a value that is cut short, or longer by anything, is rejected") {
  const auto assets = GENERATE(as<std::size_t>(), 0, 1, 5, 250);
  const std::string value = ours.value(set_of(assets), noon);
  for (std::size_t length = 0; length != value.size(); ++length) {
    INFO(length);
    CHECK(rejected(read(ours, std::string_view(value).substr(0, length))));
    CHECK(rejected(read(ours, std::string_view(value).substr(value.size() - length))));
  }
  for (const char* more : {"A", "AA", "AAAA", "=", "==", " ", "\""}) {
    INFO(more);
    CHECK(rejected(read(ours, value + more)));
    CHECK(rejected(read(ours, more + value)));
  }
  CHECK(rejected(read(ours, "\"" + value + "\"")));
}

TEST_CASE("oversized values are rejected") {
  CHECK(rejected(read(ours, std::string(ClientCookie::most_characters + 1, 'A'))));
  CHECK(rejected(read(ours, std::string(10'000'000, 'A'))));
  CHECK(rejected(read(ours, std::string(10'000'000, '_'))));
  CHECK(rejected(read(ours, std::string(100'000, '\0'))));
}

TEST_CASE("what another site wrote is not believed") {
  const std::string value = ours.value(set_of(3), noon);
  CHECK(rejected(read(cookie_of({key(0)}, "blog.example"), value)));
  CHECK(rejected(read(cookie_of({key(0)}, "shop.exampl"), value)));
  CHECK(rejected(read(cookie_of({key(0)}, ""), value)));
  // The site's last letters as the set's first bytes.
  const ClientCookie longer = cookie_of({key(0)}, std::string("shop.example\0", 13));
  CHECK(rejected(read(ours, longer.value(AssetSet(), noon))));
}

TEST_CASE("the first key signs, and all are believed") {
  const AssetSet set = set_of(4);
  const std::string before = cookie_of({key(1)}).value(set, noon);
  const ClientCookie rotated = cookie_of({key(2), key(1)});
  const std::string after = rotated.value(set, noon);
  CHECK(before != after);
  CHECK(after == cookie_of({key(2)}).value(set, noon));
  CHECK(believed(read(rotated, before)));
  CHECK(believed(read(rotated, after)));
  // A machine that has not got the new key yet takes no harm; one that has dropped the old key believes it no more.
  CHECK(rejected(read(cookie_of({key(1)}), after)));
  const ClientCookie later = cookie_of({key(3), key(2)});
  CHECK(rejected(read(later, before)));
  CHECK(believed(read(later, after)));
  CHECK(believed(read(cookie_of({key(5), key(4), key(3), key(1)}), before)));
}

TEST_CASE("cookies of our name are taken together, in any order, and no others are looked at") {
  const AssetSet first = set_of(20, 1), second = set_of(30, 2);
  AssetSet both = first;
  both.merge(second);
  const std::string a = ours.value(first, noon - days(3)), b = ours.value(second, noon);
  const std::string bad = a.substr(1);
  std::vector<Field> cookies = {{"session", a}, {"outrider", a},    {"outrider", bad}, {"Outrider", b},
                                {"", b},        {"outrider2", "x"}, {"outrider", b},   {"outride", b}};
  std::size_t orders = 0;
  const auto less = [](const Field& x, const Field& y) {
    return std::pair(x.name, x.value) < std::pair(y.name, y.value);
  };
  std::sort(cookies.begin(), cookies.end(), less);
  do {
    const CookieReading reading = ours.read(cookies, noon);
    if (reading.set != both || reading.good != 2 || reading.rejected != 1) FAIL("order " << orders);
    ++orders;
  } while (orders != 3'000 && std::next_permutation(cookies.begin(), cookies.end(), less));
  CHECK(orders == 3'000);
  CHECK(ours.read({}, noon).rejected == 0);
  CHECK(ours.read({{"session", a}}, noon).good == 0);
  CHECK(ours.read({{"session", "x"}}, noon).rejected == 0);
}

TEST_CASE("no more cookies are collected than anybody has") {
  std::string field = "session=1; outrider; xoutrider=2";
  for (int number = 0; number != 100; ++number) field += "; outrider=" + std::to_string(number);
  std::vector<Field> cookies;
  CHECK(collect_cookies(field, "outrider", cookies));
  REQUIRE(cookies.size() == ClientCookie::most_cookies);
  CHECK(cookies[0].value.empty());
  CHECK(cookies[1].value == "0");
  // The next field's are ours, too, and have to be taken out of it.
  CHECK(collect_cookies("a=1; outrider=x", "outrider", cookies));
  CHECK_FALSE(collect_cookies("a=outrider; Outrider=x", "outrider", cookies));
  CHECK(cookies.size() == ClientCookie::most_cookies);
}

TEST_CASE("together they hold no more than one set may") {
  const std::vector<std::string> values = {ours.value(set_of(200, 1), noon), ours.value(set_of(200, 2), noon)};
  const CookieReading reading = ours.read({{"outrider", values[0]}, {"outrider", values[1]}}, noon);
  CHECK(reading.good == 2);
  CHECK(reading.set.full());
  CHECK(believed(read(ours, ours.value(reading.set, noon))));
}

TEST_CASE("a value is believed through its lifetime, by days") {
  const Moment midnight = sys_days(std::chrono::year(2026) / 3 / 1);
  const Moment written = midnight + std::chrono::seconds(GENERATE(0, 43'200, 86'399));
  const std::string value = ours.value(set_of(3), written);
  CHECK(believed(read(ours, value, written)));
  CHECK(believed(read(ours, value, written + days(30))));
  CHECK(believed(read(ours, value, midnight + days(31) - 1s)));
  CHECK(rejected(read(ours, value, midnight + days(31))));
  CHECK(rejected(read(ours, value, midnight + days(3'650))));
  // Another machine's clock may be a day behind the one that wrote, not two.
  CHECK(believed(read(ours, value, midnight - 1s)));
  CHECK(believed(read(ours, value, midnight - days(1))));
  CHECK(rejected(read(ours, value, midnight - days(1) - 1s)));
}

TEST_CASE("a lifetime that is no whole number of days is rounded up") {
  const ClientCookie an_hour = cookie_of({key(0)}, "shop.example", 1h);
  const Moment late = sys_days(std::chrono::year(2026) / 3 / 1) + 23h + 30min;
  const std::string value = an_hour.value(set_of(3), late);
  CHECK(believed(read(an_hour, value, late + 59min)));
  CHECK(rejected(read(an_hour, value, late + days(2))));
  CHECK(an_hour.set_cookie(AssetSet(), late).find("; Max-Age=3600;") != std::string::npos);
  const ClientCookie none = cookie_of({key(0)}, "shop.example", 0s);
  CHECK(believed(read(none, none.value(set_of(3), late), late)));
  CHECK(rejected(read(none, none.value(set_of(3), late), late + days(1))));
}

TEST_CASE("days go on where two bytes begin again") {
  const Moment last{days(65'535)};
  const std::string value = ours.value(set_of(3), last);
  CHECK(believed(read(ours, value, last)));
  CHECK(believed(read(ours, value, last + days(1))));
  CHECK(believed(read(ours, value, last + days(30))));
  CHECK(rejected(read(ours, value, last + days(31))));
  CHECK(rejected(read(ours, value, last - days(2))));
  const std::string first = ours.value(set_of(3), last + days(1));
  CHECK(believed(read(ours, first, last)));
  CHECK(rejected(read(ours, first, last - days(1))));
  // Very long lifetimes end where a day could be one to come.
  const ClientCookie century = cookie_of({key(0)}, "shop.example", days(49'710));
  CHECK(believed(read(century, century.value(set_of(3), noon), noon + days(32'767))));
  CHECK(rejected(read(century, century.value(set_of(3), noon), noon + days(32'768))));
  // A clock that was never set.
  const Moment unset{days(-3)};
  CHECK(believed(read(ours, ours.value(set_of(3), unset), unset)));
}

TEST_CASE("our cookie is taken out of a Cookie field") {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"outrider=x", ""},
      {" outrider=x ", ""},
      {"outrider=", ""},
      {"outrider", ""},
      {"outrider=x;", ""},
      {"; outrider=x ; ;", ""},
      {"outrider=x; outrider=y;outrider=z", ""},
      {"a=1; outrider=x; b=2", "a=1; b=2"},
      {"outrider=x; a=1; b=2", "a=1; b=2"},
      {"a=1; b=2; outrider=x", "a=1; b=2"},
      {"outrider=x; a=1; outrider=y; b=2; outrider=z", "a=1; b=2"},
      {"a=1;outrider=x;b=2", "a=1;b=2"},
      {"a=1;\toutrider\t=\tx; b=2", "a=1; b=2"},
      {"a=1; outrider=x=y==; b=2", "a=1; b=2"},
      {"outrider=x;a=1", "a=1"},
      // Others stay as they are, whatever they are.
      {"a=1", "a=1"},
      {"  a=1 ;; b ; =c;", "  a=1 ;; b ; =c;"},
      {" ; ", " ; "},
      {"outrider2=x; xoutrider=y; Outrider=z; a=outrider", "outrider2=x; xoutrider=y; Outrider=z; a=outrider"},
      {"a=\"1\xff\"; outrider=x;  b = 2 ;c=outrider=3", "a=\"1\xff\";  b = 2 ;c=outrider=3"},
      {"=outrider; outrider=x", "=outrider"},
  };
  for (const auto& [field, expected] : cases) {
    INFO('"' << field << '"');
    CHECK(without_cookie(field, "outrider") == expected);
  }
}
