// SPDX-License-Identifier: MIT
// Why a rule's condition does not hold, for a person. What visitors keep for themselves, the values of cookies and
// credentials, is not shown.
#pragma once

#include <string>
#include <string_view>

#include "push/request.h"
#include "push/rule.h"

namespace outrider::push {

/// `failed` is a condition as evaluate() names it: `no_cookie "session*": the request has a cookie "session1"`. Of a
/// condition that holds, or of no condition, the text says nothing more than its name.
std::string why_not(const Rule& rule, std::string_view failed, const Request& request);

}  // namespace outrider::push
