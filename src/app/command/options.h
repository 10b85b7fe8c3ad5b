// SPDX-License-Identifier: MIT
// Pieces of the command line that several commands share.
#pragma once

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace outrider::app {

struct CheckCommand;
struct ExplainCommand;
struct ReplayCommand;
struct TestCommand;

CLI::Option* add_config(CLI::App& command, std::string& target);

/// `outrider check`.
CLI::App* add_check(CLI::App& app, CheckCommand& command);
/// `outrider explain`.
CLI::App* add_explain(CLI::App& app, ExplainCommand& command);
/// `outrider replay`.
CLI::App* add_replay(CLI::App& app, ReplayCommand& command);
/// `outrider test`.
CLI::App* add_test(CLI::App& app, TestCommand& command);

}  // namespace outrider::app
