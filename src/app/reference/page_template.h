// SPDX-License-Identifier: MIT
// Manual pages are written by hand but for their tables, which come from what the program itself goes by. A template is
// plain text: `# HEADING`, `## subheading`, `: a term` with its meaning in the lines below, `- an item`, an empty line
// between paragraphs, code between lines of ``` (the word behind the first one names its file, or is "console"
// for what is typed and printed), and directives in a line of their own, such as {{options explain}}. The first line is
// "name(7) - sentence".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace CLI {
class App;
}

namespace outrider::app {

/// The page in roff. The error says which line is wrong, and what is expected there.
Result<std::string> fill_template(std::string_view text, const CLI::App& app);

}  // namespace outrider::app
