// SPDX-License-Identifier: MIT
#include "app/command/command_line.h"

#include <catch2/catch.hpp>

#include "app/command/exit_code.h"
#include "base/version.h"

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

AdminCommand admin_command(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  if (const auto* text = std::get_if<Said>(&line)) FAIL(text->text);
  return std::get<AdminCommand>(line);
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

TEST_CASE("replay") {
  const CommandLine plain = parse_command_line({"replay", "a.log", "-"});
  REQUIRE(std::holds_alternative<ReplayCommand>(plain));
  const ReplayCommand& replay = std::get<ReplayCommand>(plain);
  CHECK(replay.config == "/etc/outrider/config.lua");
  CHECK(replay.logs == std::vector<std::string>{"a.log", "-"});
  CHECK(replay.baseline.empty());
  CHECK(replay.top == 10);
  CHECK(replay.fail_on.empty());
  CHECK_FALSE(replay.json);

  const CommandLine full = parse_command_line({"replay", "-c", "x.lua", "--baseline", "y.lua", "--host", "a.example",
                                               "--top", "3", "--fail-on", "changes,missing", "--json", "a.log"});
  REQUIRE(std::holds_alternative<ReplayCommand>(full));
  const ReplayCommand& all = std::get<ReplayCommand>(full);
  CHECK(all.config == "x.lua");
  CHECK(all.logs == std::vector<std::string>{"a.log"});
  CHECK(all.baseline == "y.lua");
  CHECK(all.host == "a.example");
  CHECK(all.top == 3);
  CHECK(all.fail_on == std::vector<std::string>{"changes", "missing"});
  CHECK(all.json);

  CHECK(said({"replay"}).exit_code == 2);
  CHECK(said({"replay", "a.log", "--top", "0"}).exit_code == 2);
  CHECK(said({"replay", "a.log", "--fail-on", "all"}).exit_code == 2);
}

TEST_CASE("run may start from what is kept") {
  CHECK_FALSE(run_command({"run"}).or_last_good);
  CHECK(run_command({"run"}).state_dir.empty());
  const RunCommand command = run_command({"run", "--or-last-good", "--state-dir", "state", "-c", "x.lua"});
  CHECK(command.or_last_good);
  CHECK(command.state_dir == "state");
}

TEST_CASE("what every command for a running server takes") {
  using What = AdminCommand::What;
  const std::vector<std::pair<std::string, What>> commands{
      {"status", What::status}, {"reload", What::reload}, {"rollback", What::rollback}, {"off", What::off},
      {"on", What::on},         {"drain", What::drain},   {"undrain", What::undrain}};
  for (const auto& [name, what] : commands) {
    INFO(name);
    const AdminCommand plain = admin_command({name});
    CHECK(plain.what == what);
    CHECK(plain.config == "/etc/outrider/config.lua");
    CHECK(plain.admin.empty());
    CHECK_FALSE(plain.json);
    const AdminCommand full = admin_command(
        {name, "-c", "x.lua", "--admin", "unix:/x", "--token-file", "token", "--state-dir", "state", "--json"});
    CHECK(full.what == what);
    CHECK(full.config == "x.lua");
    CHECK(full.admin == "unix:/x");
    CHECK(full.token_file == "token");
    CHECK(full.state_dir == "state");
    CHECK(full.json);
    CHECK(has(said({"--help"}).text, name));
  }
}

TEST_CASE("reload and rollback") {
  CHECK_FALSE(admin_command({"reload"}).dry_run);
  CHECK_FALSE(admin_command({"reload"}).skip_tests);
  CHECK(admin_command({"reload", "--dry-run"}).dry_run);
  CHECK(admin_command({"reload", "--skip-tests"}).skip_tests);
  CHECK(admin_command({"rollback"}).generation == 0);
  CHECK(admin_command({"rollback", "41"}).generation == 41);
}

TEST_CASE("off and on") {
  const AdminCommand off =
      admin_command({"off", "--site", "www.example", "--rule", "cart", "--delivery", "early_hints", "--for", "30m"});
  CHECK(off.site == "www.example");
  CHECK(off.rule == "cart");
  CHECK(off.delivery == "early_hints");
  CHECK(off.for_s == 1800);
  CHECK(admin_command({"off"}).for_s == 0);
  CHECK(admin_command({"off"}).site.empty());
  CHECK(admin_command({"on", "--delivery", "push"}).delivery == "push");
}

TEST_CASE("times are numbers with a unit, of seconds where there is none") {
  const std::vector<std::pair<std::string, std::int64_t>> good{
      {"1", 1}, {"90", 90}, {"90s", 90}, {"30m", 1800}, {"2h", 7200}, {"7d", 604'800}, {"366d", 31'622'400}};
  for (const auto& [text, seconds] : good) {
    INFO(text);
    CHECK(admin_command({"off", "--for", text}).for_s == seconds);
  }
  for (const char* text : {"0", "0s", "-1", "5x", "400d", "367d", "31622401", "m", "1h30m", "1.5h", "30 m", " 30", "+5",
                           "30M", "9223372036854775807d", "99999999999999999999", "tomorrow"}) {
    INFO(text);
    const Said answer = said({"off", "--for=" + std::string(text)});
    CHECK(answer.exit_code == exit_usage);
    CHECK(has(answer.text, "--for: expected a time such as 90s, 30m, 2h or 7d, up to 366d"));
    CHECK(has(answer.text, text));
  }
}

TEST_CASE("help and version are no errors") {
  CHECK(said({"--version"}).exit_code == exit_fine);
  CHECK(said({"--version"}).text == std::string("outrider ") + outrider::version + "\n");
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
      {{"check", "config.lua"}, "did you mean -c config.lua?"},
      {{"check", "--files", "x"}, "--files"},
      {{"relaod"}, "did you mean \"reload\"?"},
      {{"rollback", "0"}, "generation: expected a number from 1 to 1000000000000, found \"0\""},
      {{"check", "--budget", "1.5"}, "--budget: expected a number from 1 to 1099511627776, found \"1.5\""},
      {{"replay", "--top", "0", "log"}, "--top: expected a number from 1 to 1000000, found \"0\""},
      {{"check", "--urls", ""}, "--urls: expected a file, found nothing"},
      {{"rollback", "-1"}, "-1"},
      {{"rollback", "last"}, "last"},
      {{"rollback", "1", "2"}, "2"},
      {{"off", "--delivery", "psh"}, "psh"},
      {{"off", "--for"}, "--for"},
      {{"off", "--site", ""}, "--site"},
      {{"on", "--rule", ""}, "--rule"},
      {{"on", "--for", "30m"}, "--for"},
      {{"status", "--dry-run"}, "--dry-run"},
      {{"drain", "--site", "x"}, "--site"},
      {{"run", "--dry-run"}, "--dry-run"},
  };
  for (const auto& [arguments, word] : wrong) {
    const Said answer = said(arguments);
    INFO(answer.text);
    CHECK(answer.exit_code == exit_usage);
    CHECK(has(answer.text, word));
    CHECK(has(answer.text, "--help"));
  }
}

TEST_CASE("check takes what it is to look at, and what it is not to tell") {
  const auto plain = std::get<CheckCommand>(parse_command_line({"check"}));
  CHECK(plain.config == default_config);
  CHECK_FALSE(plain.strict);
  CHECK(plain.urls.empty());
  const auto full = std::get<CheckCommand>(
      parse_command_line({"check", "-c", "a.lua", "--strict", "--urls", "pages.txt", "--against", "https://a.example",
                          "--budget", "5000", "--ignore", "no_store", "--ignore", "wrong_type", "--json"}));
  CHECK(full.config == "a.lua");
  CHECK((full.strict && full.json));
  CHECK(full.urls == "pages.txt");
  CHECK(full.against == "https://a.example");
  CHECK(full.budget_bytes == 5000);
  CHECK(full.ignored == std::vector<std::string>{"no_store", "wrong_type"});
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"--ignore", "everything"}, {"--budget", "0"}, {"--cacert", "/dev/null"}}) {
    std::vector<std::string> arguments{"check"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    CHECK(std::get<Said>(parse_command_line(arguments)).exit_code == 2);
  }
}
