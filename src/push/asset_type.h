// SPDX-License-Identifier: MIT
// Whether a hint says rightly what its asset is: browsers fetch a preload whose `as` is wrong a second time.
#pragma once

#include <optional>
#include <string_view>

#include "push/hint.h"

namespace outrider::push {

/// The asset's media type (lower case, without parameters) can be what `kind` says. An empty or unspecific type can be
/// anything; what is fetched by a script (`fetch`) can have any type.
bool type_fits(Kind kind, std::string_view media_type);
/// Two names of one media type, as "application/javascript" and "text/javascript", or one that says nothing.
bool same_type(std::string_view a, std::string_view b);
/// The kind of hint that an asset of this media type wants, or nothing: HTML, for one, is what a server says in place
/// of a missing asset.
std::optional<Kind> kind_of_type(std::string_view media_type);

}  // namespace outrider::push
