// SPDX-License-Identifier: MIT
// Whether one rule's selector takes every request that another's would: behind a final rule that does, the other never
// has its turn. Sound and not complete: true is proven, false may only mean that nobody can tell. Pure.
#pragma once

#include "push/rule.h"

namespace outrider::push {

/// Every path that `b` matches matches `a`, as far as their texts tell: the same text, an exact path, or all below a
/// folder.
bool covers(const Pattern& a, const Pattern& b);

/// `earlier`, which stands before `later`, is final and matches whatever request `later` could match.
bool covers(const Rule& earlier, const Rule& later);

}  // namespace outrider::push
