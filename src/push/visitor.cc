// SPDX-License-Identifier: MIT
#include "push/visitor.h"

#include "base/address.h"
#include "base/random.h"
#include "push/siphash.h"

namespace outrider::push {

VisitorHash::VisitorHash() : key_(random_key()) {}

Visitor VisitorHash::operator()(std::string_view address) const {
  return static_cast<Visitor>(siphash24(key_, end_site(address)));
}

}  // namespace outrider::push
