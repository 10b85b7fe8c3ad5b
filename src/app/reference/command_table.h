// SPDX-License-Identifier: MIT
// The commands and options that people see, as CLI11 has them. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace outrider::app {

/// In the order in which they were added; hidden ones are left out.
std::vector<const CLI::App*> commands_of(const CLI::App& app);
/// Options and arguments of a command, likewise.
std::vector<const CLI::Option*> options_of(const CLI::App& command);

/// What an option takes: "FILE", "TIME"; empty for a flag.
std::string value_of(const CLI::Option& option);
/// "FILE" of an argument as well.
std::string type_of(const CLI::Option& option);

}  // namespace outrider::app
