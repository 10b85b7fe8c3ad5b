// SPDX-License-Identifier: MIT
#include "push/cookie_field.h"

#include <algorithm>

#include "base/text.h"

namespace outrider::push {

std::optional<CookiePair> CookieField::next() {
  if (ended_) return std::nullopt;
  const auto end = std::min(rest_.find(';'), rest_.size());
  ended_ = end == rest_.size();
  CookiePair pair;
  pair.text = rest_.substr(0, end);
  rest_.remove_prefix(ended_ ? end : end + 1);
  const auto equals = std::min(pair.text.find('='), pair.text.size());
  pair.name = trim(pair.text.substr(0, equals));
  if (equals != pair.text.size()) pair.value = trim(pair.text.substr(equals + 1));
  return pair;
}

}  // namespace outrider::push
