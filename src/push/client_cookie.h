// SPDX-License-Identifier: MIT
// What a client has, carried by the client: the value of a cookie with an AssetSet, signed, so that nobody else's word
// is taken for ours. A cookie that is not ours, or no longer, is nothing to complain about: it is ignored and counted.
// Whatever the set is, its value has at most 1.5 characters for each entry and 32 more. Immutable: for any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/asset_set.h"
#include "push/request.h"

namespace outrider::push {

/// 16 random bytes each: the one that signs, then those that are still believed.
using CookieKeys = std::vector<std::array<std::uint8_t, 16>>;

struct CookieReading {
  AssetSet set;              // of all good ones together
  std::size_t good = 0;      // cookies
  bool aging = false;        // the newest good one is past half of its lifetime
  std::size_t rejected = 0;  // of our name, but tampered with, cut short, of another site or key, too old, too long
};

class ClientCookie {
 public:
  /// The day and the signature, before the set.
  static constexpr std::size_t fixed_bytes = 9;
  /// Of the longest value that there is. Longer ones are not looked at.
  static constexpr std::size_t most_characters = ((fixed_bytes + AssetSet::most_bytes) * 4 + 2) / 3;
  /// A client has one, or one for each path and domain for which somebody set it. More are not collected.
  static constexpr std::size_t most_cookies = 8;

  /// `name` is a token (RFC 6265 4.1.1). `site` is the site's name: what one site wrote says nothing to another. `keys`
  /// is not empty.
  ClientCookie(std::string name, std::string site, CookieKeys keys, std::chrono::seconds lifetime);

  const std::string& name() const { return name_; }
  std::chrono::seconds lifetime() const { return lifetime_; }

  /// All cookies of our name, in any order. One is believed through its lifetime, and not when it is more than two days
  /// older, because it tells the day on which it was written and not the second. A day is left for clocks of other
  /// machines that are ahead.
  CookieReading read(const std::vector<Field>& cookies, std::chrono::system_clock::time_point now) const;
  /// The value for this set.
  std::string value(const AssetSet& set, std::chrono::system_clock::time_point now) const;
  /// The value of a Set-Cookie field (RFC 6265bis 4.1) that leaves this set with the client, for all paths of the host
  /// that sends it. It says Secure: browsers take no notice of it where it did not come over TLS.
  std::string set_cookie(const AssetSet& set, std::chrono::system_clock::time_point now) const;

 private:
  /// Days since 1970, UTC, modulo 65,536.
  using Day = std::uint16_t;

  struct Believed {
    AssetSet set;
    Day age = 0;
  };

  std::optional<Believed> believed(std::string_view value, Day today) const;
  bool fresh(Day written, Day today) const;

  std::string name_, site_;
  CookieKeys keys_;
  std::chrono::seconds lifetime_;
};

/// Appends the cookies of that name in a Cookie field's value, until there are ClientCookie::most_cookies. True where
/// the field has any, collected or not.
bool collect_cookies(std::string_view cookie_field, std::string_view name, std::vector<Field>& cookies);

/// A Cookie field's value (RFC 6265 4.2.1) without the cookies of that name: the others byte for byte, in their order;
/// empty where none is left. What has no '=' counts as a name, as it does for Request::cookies().
std::string without_cookie(std::string_view cookie_field, std::string_view name);

}  // namespace outrider::push
