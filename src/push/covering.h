// SPDX-License-Identifier: MIT
// Whether one rule's selector takes every request that another's would: behind a final rule that does, the other never
// has its turn. Sound and not complete: true is proven, false may only mean that nobody can tell. Pure.
#pragma once

#include "push/rule.h"

namespace outrider::push {

/// Every path that `b` matches matches `a`, as far as can be told segment by segment: "/shop/**" covers all below that
/// folder, "/{id}" what has one segment that is not empty, "/*" one that is empty, too.
bool covers(const Pattern& a, const Pattern& b);

/// Nobody that the rule's selector takes is asked on behind it: it is final, and has no conditions and no `except`.
bool ends_for_all(const Rule& rule);

/// `earlier`, which stands before `later`, is final and matches whatever request `later` could match.
bool covers(const Rule& earlier, const Rule& later);

}  // namespace outrider::push
