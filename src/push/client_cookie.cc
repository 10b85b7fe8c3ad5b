// SPDX-License-Identifier: MIT
// A value is base64url of: two bytes for the day (since 1970, UTC) on which it was written, seven of SipHash-2-4 over
// the format, the day, the site and the set, and the encoded set. The format's number is not sent: a value of another
// format has another signature. 56 bits of signature are enough for what can be won, which is fewer pushes for oneself:
// a guess costs a request, and one in 2^56 is right.
//
// Days are counted modulo 65,536, so nothing ends on the day 65,536, in 2149. A cookie from 179 years before that would
// be taken for one of today. No cookie is believed for more than 32,767 days, whatever its lifetime.
#include "push/client_cookie.h"

#include <algorithm>
#include <utility>

#include "base/base64url.h"
#include "base/check.h"
#include "base/text.h"
#include "push/cookie_field.h"
#include "push/siphash.h"

namespace outrider::push {
namespace {

using Clock = std::chrono::system_clock;

constexpr char format = 1;
constexpr std::size_t day_bytes = 2, tag_bytes = 7;
static_assert(day_bytes + tag_bytes == ClientCookie::fixed_bytes);

std::uint16_t day_of(Clock::time_point now) {
  return static_cast<std::uint16_t>(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> 8 * bytes & 255);
  return text;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

/// What is signed. The site's length stands before it, so that it cannot run into the set.
std::string signed_message(std::uint16_t day, std::string_view site, std::string_view set) {
  std::string message(1, format);
  message.append(big_endian(day, day_bytes)).append(big_endian(site.size(), 4)).append(site).append(set);
  return message;
}

std::uint64_t tag_of(const std::array<std::uint8_t, 16>& key, std::string_view message) {
  return siphash24(key, message) >> (64 - 8 * tag_bytes);
}

}  // namespace

ClientCookie::ClientCookie(std::string name, std::string site, CookieKeys keys, std::chrono::seconds lifetime)
    : name_(std::move(name)), site_(std::move(site)), keys_(std::move(keys)), lifetime_(lifetime) {
  CHECK(!keys_.empty());
}

std::string ClientCookie::value(const AssetSet& set, Clock::time_point now) const {
  const Day today = day_of(now);
  const std::string bytes = set.encode();
  const std::uint64_t tag = tag_of(keys_.front(), signed_message(today, site_, bytes));
  return base64url(big_endian(today, day_bytes) + big_endian(tag, tag_bytes) + bytes);
}

std::string ClientCookie::set_cookie(const AssetSet& set, Clock::time_point now) const {
  return name_ + "=" + value(set, now) + "; Max-Age=" + std::to_string(lifetime_.count()) +
         "; Path=/; Secure; HttpOnly; SameSite=Lax";
}

bool ClientCookie::fresh(Day written, Day today) const {
  const auto age = static_cast<std::int16_t>(static_cast<Day>(today - written));  // days; negative: from the future
  return age >= -1 && age <= std::chrono::ceil<std::chrono::days>(lifetime_).count();
}

std::optional<ClientCookie::Believed> ClientCookie::believed(std::string_view value, Day today) const {
  if (value.size() > most_characters) return std::nullopt;
  const auto bytes = from_base64url(value);
  if (!bytes || bytes->size() < fixed_bytes) return std::nullopt;
  const std::string_view all = *bytes;
  const auto written = static_cast<Day>(big_endian(all.substr(0, day_bytes)));
  const std::uint64_t tag = big_endian(all.substr(day_bytes, tag_bytes));
  const std::string_view set = all.substr(fixed_bytes);
  const std::string message = signed_message(written, site_, set);
  // Whole tags are compared at once, and with all keys: the time that it takes tells nothing of where they differ.
  bool ours = false;
  for (const auto& key : keys_) ours |= (tag_of(key, message) ^ tag) == 0;
  if (!ours || !fresh(written, today)) return std::nullopt;
  auto decoded = AssetSet::decode(set);
  if (!decoded) return std::nullopt;
  return Believed{*std::move(decoded), static_cast<Day>(today - written)};
}

CookieReading ClientCookie::read(const std::vector<Field>& cookies, Clock::time_point now) const {
  CookieReading reading;
  const auto half_life = std::chrono::floor<std::chrono::days>(lifetime_ / 2).count();
  bool young = false;
  for (const Field& cookie : cookies) {
    if (cookie.name != name_) continue;
    const std::optional<Believed> one = believed(cookie.value, day_of(now));
    if (!one) {
      ++reading.rejected;
      continue;
    }
    reading.set.merge(one->set);
    // What another machine's clock has written tomorrow is young, too.
    young = young || one->age <= half_life || one->age > 32'767;
    ++reading.good;
  }
  reading.aging = reading.good != 0 && !young;
  return reading;
}

bool collect_cookies(std::string_view cookie_field, std::string_view name, std::vector<Field>& cookies) {
  bool any = false;
  CookieField pairs(cookie_field);
  while (const auto pair = pairs.next()) {
    if (pair->name != name) continue;
    any = true;
    if (cookies.size() < ClientCookie::most_cookies) cookies.push_back({name, pair->value});
  }
  return any;
}

std::string without_cookie(std::string_view cookie_field, std::string_view name) {
  std::string rest;
  bool removed = false, other_left = false, first = true;
  CookieField pairs(cookie_field);
  while (const auto pair = pairs.next()) {
    if (pair->name == name) {
      removed = true;
      continue;
    }
    std::string_view text = pair->text;
    if (!trim(text).empty()) other_left = true;
    if (!first) rest += ';';
    // The space behind the ';' that goes.
    if (first && removed) text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    rest += text;
    first = false;
  }
  if (removed && !other_left) return {};
  return rest;
}

}  // namespace outrider::push
