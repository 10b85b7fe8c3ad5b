// SPDX-License-Identifier: MIT
// Why a rule's condition does not hold, for a person. What visitors keep for themselves, the values of cookies and
// credentials, is not shown.
#pragma once

#include <string>
#include <string_view>

#include "push/request.h"
#include "push/rule.h"
#include "push/selection.h"

namespace outrider::push {

/// `failed` is a condition as evaluate() names it: `no_cookie "session*": the request has a cookie "session1"`. Of a
/// condition that holds, or of no condition, the text says nothing more than its name.
std::string why_not(const Rule& rule, std::string_view failed, const Request& request);

/// Why a part of the rule's selector does not fit a request: `host "cdn.*": the request's is shop.example`. Of a path
/// the text is empty: that it is another says all.
std::string why_unfit(const Rule& rule, SelectorPart part, std::string_view host, std::string_view method,
                      std::string_view path);

}  // namespace outrider::push
