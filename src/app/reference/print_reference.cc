// SPDX-License-Identifier: MIT
#include "app/reference/print_reference.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "app/command/command_line.h"
#include "app/command/exit_code.h"
#include "app/reference/completions.h"
#include "app/reference/lua_meta.h"
#include "app/reference/page_template.h"

namespace outrider::app {

CLI::App* add_print_reference(CLI::App& app, std::string& what) {
  CLI::App* command = app.add_subcommand(
      "print-reference", "Print a manual page, what shells complete, or what editors know of the Lua API");
  command->group("");
  command->add_option("what", what, "bash, zsh, meta, luacheck, or the template of a page")
      ->type_name("WHAT")
      ->required();
  return command;
}

Said print_reference(const CLI::App& app, const std::string& what) {
  if (what == "meta") return {lua_meta(), exit_fine};
  if (what == "luacheck") return {luacheck_config(), exit_fine};
  if (what == "bash") return {bash_completion(app), exit_fine};
  if (what == "zsh") return {zsh_completion(app), exit_fine};
  std::ifstream file(what, std::ios::binary);
  if (!file) return {fmt::format("outrider print-reference: cannot read {}\n", what), exit_input};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto page = fill_template(text, app);
  if (!page) return {fmt::format("{}: {}\n", what, page.error().message), exit_input};
  return {*page, exit_fine};
}

}  // namespace outrider::app
