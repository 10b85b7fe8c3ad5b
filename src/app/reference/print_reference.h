// SPDX-License-Identifier: MIT
// `outrider print-reference WHAT`, which help does not show: what packaging/man and rules/meta are made by.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace outrider::app {

struct Said;

/// The whole command, to be asked whether it was chosen; `what` is "meta", "luacheck" or the file of a page's template.
CLI::App* add_print_reference(CLI::App& app, std::string& what);

Said print_reference(const CLI::App& app, const std::string& what);

}  // namespace outrider::app
