// SPDX-License-Identifier: MIT
#include "push/visitor.h"

#include <random>

#include "base/address.h"
#include "push/siphash.h"

namespace outrider::push {

VisitorHash::VisitorHash() {
  std::random_device random;
  for (std::uint8_t& byte : key_) byte = static_cast<std::uint8_t>(random());
}

Visitor VisitorHash::operator()(std::string_view address) const {
  return static_cast<Visitor>(siphash24(key_, end_site(address)));
}

}  // namespace outrider::push
