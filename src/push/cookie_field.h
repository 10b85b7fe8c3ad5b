// SPDX-License-Identifier: MIT
// A Cookie field's value (RFC 6265 4.2.1) cookie by cookie: the one reading of it that rules, applications and our own
// cookie have. Nothing fails: a pair that makes no sense is one, too. Views of the value; any thread.
#pragma once

#include <optional>
#include <string_view>

namespace outrider::push {

struct CookiePair {
  std::string_view name, value;  // without the blanks around them; what has no '=' is a name
  std::string_view text;         // all between two semicolons; of blanks alone where the field has an empty pair
};

class CookieField {
 public:
  explicit CookieField(std::string_view value) : rest_(value) {}

  /// The pairs in their order, at least one; nothing behind the last.
  std::optional<CookiePair> next();

 private:
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace outrider::push
