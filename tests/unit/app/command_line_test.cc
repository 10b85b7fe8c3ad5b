// SPDX-License-Identifier: MIT
#include "app/command_line.h"

#include <catch2/catch.hpp>

#include "app/exit_code.h"

using namespace outrider::app;

namespace {

Said said(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  REQUIRE(std::holds_alternative<Said>(line));
  return std::get<Said>(line);
}

RunCommand run_command(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  if (const auto* text = std::get_if<Said>(&line)) FAIL(text->text);
  return std::get<RunCommand>(line);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("run takes its configuration from /etc unless told otherwise") {
  CHECK(run_command({"run"}).config == "/etc/outrider/config.lua");
  CHECK(run_command({"run"}).supervisor);
  CHECK_FALSE(run_command({"run"}).server_fd);
  CHECK(run_command({"run", "-c", "x.lua"}).config == "x.lua");
  CHECK(run_command({"run", "--config=x.lua"}).config == "x.lua");
  CHECK_FALSE(run_command({"run", "--no-supervisor"}).supervisor);
}

TEST_CASE("run --files serves a directory") {
  const RunCommand command =
      run_command({"run", "--files", "site", "--port", "0", "--rules", "a/*.lua", "--rules", "b.lua"});
  CHECK(command.files == "site");
  CHECK(command.port == std::uint16_t{0});
  CHECK(command.rules == std::vector<std::string>{"a/*.lua", "b.lua"});
  CHECK_FALSE(run_command({"run", "--files", "site"}).port);
}

TEST_CASE("the server process is told by a hidden option, with the arguments as typed") {
  const RunCommand command = run_command({"--server-fd", "5", "run", "-c", "x.lua"});
  CHECK(command.server_fd == 5);
  CHECK(command.config == "x.lua");
  CHECK(run_command({"run", "-c", "x.lua"}).arguments == std::vector<std::string>{"run", "-c", "x.lua"});
  CHECK_FALSE(has(said({"--help"}).text, "server-fd"));
}

TEST_CASE("check") {
  const CommandLine line = parse_command_line({"check", "-c", "x.lua", "--json"});
  REQUIRE(std::holds_alternative<CheckCommand>(line));
  CHECK(std::get<CheckCommand>(line).config == "x.lua");
  CHECK(std::get<CheckCommand>(line).json);
}

TEST_CASE("help and version are no errors") {
  CHECK(said({"--version"}).exit_code == exit_fine);
  CHECK(said({"--version"}).text == std::string("outrider ") + OUTRIDER_VERSION + "\n");
  CHECK(said({"--help"}).exit_code == exit_fine);
  CHECK(has(said({"--help"}).text, "check"));
  CHECK(has(said({"run", "--help"}).text, "--no-supervisor"));
}

TEST_CASE("usage errors have exit code 2 and name what is wrong") {
  CHECK(exit_usage == 2);
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{}, "subcommand"},
      {{"dance"}, "\"dance\" is no command"},
      {{"chek"}, "did you mean \"check\"?"},
      {{"run", "--fiels", "x"}, "--fiels"},
      {{"run", "-c"}, "--config"},
      {{"run", "--port", "80"}, "--files"},
      {{"run", "--rules", "x"}, "--files"},
      {{"run", "--files", "x", "--port", "70000"}, "70000"},
      {{"run", "--files", "x", "--port", "-1"}, "-1"},
      {{"run", "--files", "x", "-c", "y"}, "--config"},
      {{"run", "check"}, "check"},
      {{"check", "--files", "x"}, "--files"},
  };
  for (const auto& [arguments, word] : wrong) {
    const Said answer = said(arguments);
    INFO(answer.text);
    CHECK(answer.exit_code == exit_usage);
    CHECK(has(answer.text, word));
    CHECK(has(answer.text, "--help"));
  }
}
