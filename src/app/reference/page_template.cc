// SPDX-License-Identifier: MIT
#include "app/reference/page_template.h"

#include <fmt/format.h>

#include <sstream>
#include <vector>

#include "app/reference/api_reference.h"
#include "app/reference/command_reference.h"
#include "app/reference/config_reference.h"
#include "app/reference/man_page.h"

namespace outrider::app {
namespace {

constexpr std::string_view fence = "```";

/// "outrider-off(8), outrider-on(8)" without its brackets.
std::string without_sections(std::string_view titles) {
  std::string names;
  bool inside = false;
  for (const char c : titles) {
    if (c == '(') inside = true;
    if (!inside) names += c;
    if (c == ')') inside = false;
  }
  return names;
}

class Filler {
 public:
  Filler(std::string_view text, const CLI::App& app) : lines_(std::string(text)), app_(app) {}

  Result<std::string> fill() {
    std::string head;
    next(head);
    const auto dash = head.find(" - ");
    if (head.find('(') == head.npos || dash == head.npos) return wrong("expected \"name(7) - sentence\"", head);
    ManPage page(head);
    page.name(without_sections(head.substr(0, dash)), head.substr(dash + 3));
    for (std::string line; next(line);) {
      if (auto written = write(page, line); !written) return tl::unexpected(written.error());
    }
    return page.text();
  }

 private:
  bool next(std::string& line) {
    ++number_;
    return static_cast<bool>(std::getline(lines_, line));
  }

  tl::unexpected<Error> wrong(std::string_view expected, std::string_view found) const {
    return failure(fmt::format("line {}: {}, found \"{}\"", number_, expected, found));
  }

  Result<void> write(ManPage& page, const std::string& line) {
    if (line.starts_with(fence)) return write_code(page, line.substr(fence.size()));
    if (line.starts_with("{{")) return write_table(page, line);
    if (line.empty()) {
      wants_paragraph_ = true;
    } else if (line.starts_with("## ")) {
      begin_block();
      page.subheading(line.substr(3));
    } else if (line.starts_with("# ")) {
      begin_block();
      page.heading(line.substr(2));
    } else if (line.starts_with(": ")) {
      begin_block();
      page.prose_term(line.substr(2));
    } else if (line.starts_with("- ")) {
      begin_block();
      page.bullet();
      page.line(line.substr(2));
    } else {
      if (wants_paragraph_ && !at_start_of_block_) page.paragraph();
      wants_paragraph_ = at_start_of_block_ = false;
      page.line(line);
      return {};
    }
    if (!line.empty()) at_start_of_block_ = !line.starts_with("- ");
    return {};
  }

  void begin_block() { wants_paragraph_ = false; }

  /// `name` is the file's, or "console" for what is typed and printed.
  Result<void> write_code(ManPage& page, const std::string& name) {
    std::string code;
    std::string line;
    while (next(line) && line != fence) code += line + "\n";
    if (line != fence) return wrong("expected ``` behind the code", "the end");
    if (!at_start_of_block_) page.paragraph();
    if (name != "console") page.line("`" + name + "`");
    page.example(code);
    wants_paragraph_ = true;
    at_start_of_block_ = false;
    return {};
  }

  /// {{WHAT}} or {{WHAT OF}}.
  Result<void> write_table(ManPage& page, const std::string& line) {
    const auto end = line.find("}}");
    if (end == line.npos) return wrong("expected }} at the end", line);
    const std::string inside = line.substr(2, end - 2);
    const auto space = inside.find(' ');
    const std::string what = inside.substr(0, space);
    const std::string of = space == inside.npos ? "" : inside.substr(space + 1);
    wants_paragraph_ = at_start_of_block_ = false;
    bool known = true;
    if (what == "api") {
      known = write_api(page, of);
    } else if (what == "synopsis") {
      known = write_synopsis(page, app_, of);
    } else if (what == "options") {
      known = write_options(page, app_, of);
    } else if (inside == "commands") {
      write_commands(page, app_);
    } else if (inside == "configuration") {
      write_configuration(page);
    } else if (inside == "exit codes") {
      write_exit_codes(page);
    } else if (inside == "lua library") {
      write_lua_library(page);
    } else if (inside == "reasons") {
      write_reasons(page);
    } else if (inside == "clients") {
      write_sample_clients(page);
    } else {
      known = false;
    }
    if (!known) return wrong("expected the name of a table, such as {{options check}} or {{api Rule}}", line);
    return {};
  }

  std::istringstream lines_;
  const CLI::App& app_;
  int number_ = 0;
  bool wants_paragraph_ = false;
  bool at_start_of_block_ = true;  // where a macro has begun the paragraph already
};

}  // namespace

Result<std::string> fill_template(std::string_view text, const CLI::App& app) {
  return Filler(text, app).fill();
}

}  // namespace outrider::app
