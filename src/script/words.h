// SPDX-License-Identifier: MIT
// Turns of phrase that messages about rule files share. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::script {

/// `"push", "link" or "auto"`.
std::string one_of(std::span<const std::string_view> names);

/// What to say behind a name that is none of `known`: which one is meant, or, where nobody can tell, which there are.
std::string instead_of(std::string_view name, const std::vector<std::string_view>& known);

/// Printable ASCII and spaces: what may stand in a quoted string of a header field without harm.
bool is_printable(std::string_view text);

}  // namespace outrider::script
