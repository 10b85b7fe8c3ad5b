// SPDX-License-Identifier: MIT
// Pieces of the command line that several commands share.
#pragma once

#include <cstdint>
#include <functional>
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

/// Of a page, or what it hints.
inline constexpr std::int64_t most_bytes = std::int64_t{1} << 40;

/// For Option::check: a whole number from 1 on. Not CLI's own, whose message has all digits of the largest double.
std::function<std::string(std::string)> up_to(std::int64_t most);
/// For Option::check: some text, which "$NAME" with nothing in it is not.
std::function<std::string(std::string)> some(const std::string& what);

/// `outrider check`.
CLI::App* add_check(CLI::App& app, CheckCommand& command);
/// `outrider explain`.
CLI::App* add_explain(CLI::App& app, ExplainCommand& command);
/// `outrider replay`.
CLI::App* add_replay(CLI::App& app, ReplayCommand& command);
/// `outrider test`.
CLI::App* add_test(CLI::App& app, TestCommand& command);

}  // namespace outrider::app
