// SPDX-License-Identifier: MIT
// Manual pages: what roff must not see of a text, and what a template may say.
#include <catch2/catch.hpp>
#include <CLI/CLI.hpp>
#include <set>
#include <string>

#include "app/reference/config_reference.h"
#include "app/reference/lua_meta.h"
#include "app/reference/man_page.h"
#include "app/reference/page_template.h"
#include "base/text.h"
#include "config/schema.h"
#include "script/api.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;

namespace {

/// The page of a template whose lines these are, without its head.
std::string filled(const std::string& lines) {
  CLI::App app;
  CLI::App* look = app.add_subcommand("look", "Look about");
  int times = 1;
  look->add_option("-n,--times", times, "How often")->type_name("N")->check(CLI::PositiveNumber)->capture_default_str();
  look->add_option("where", "The place")->type_name("WHERE")->required();
  look->add_flag("--hidden")->group("");
  const auto page = fill_template("outrider-look(1) - look about\n" + lines, app);
  if (!page) return "error: " + page.error().message;
  const std::string name = "outrider-look \\- look about\n";
  return page->substr(page->find(name) + name.size());
}

}  // namespace

TEST_CASE("text cannot become a request of roff's", "[app][reference]") {
  CHECK(roff_prose(".TH is a request") == "\\&.TH is a request");
  CHECK(roff_prose("'tis not") == "\\(aqtis not");
  CHECK(roff_prose("a\\b ~ ^") == "a\\eb \\(ti \\(ha");
  CHECK(roff_prose("use `--for 30m` in read-only mode, -c too") ==
        "use \\fB\\-\\-for 30m\\fR in read-only mode, \\-c too");
  CHECK(roff_prose("one …") == "one \\[u2026]");
  CHECK(roff_code("  -- `x` = 'y'") == "  \\-\\- \\(gax\\(ga = \\(aqy\\(aq");
  CHECK(roff_code(".hints{}") == "\\&.hints{}");
}

TEST_CASE("a page is headings, paragraphs, terms, items and code", "[app][reference]") {
  CHECK(filled("# A \"B\"\nOne\ntwo.\n\nThree.\n: `term`\nmeans it.\n\nFour.\n- five\n") ==
        ".SH \"A \\(dqB\\(dq\"\nOne\ntwo.\n.PP\nThree.\n.TP\n\\fBterm\\fR\nmeans it.\n.PP\nFour.\n.IP \\(bu 2\nfive\n");
  CHECK(filled("# A\nSee:\n\n```rules/a.lua\nrule {}\n\n.x\n```\nThen.\n") ==
        ".SH \"A\"\nSee:\n.PP\n\\fBrules/a.lua\\fR\n.sp\n.EX\nrule {}\n\n\\&.x\n.EE\n.PP\nThen.\n");
}

TEST_CASE("tables come from the command line", "[app][reference]") {
  CHECK(filled("{{synopsis look}}\n") == "\\fBoutrider look\\fR [options] WHERE\n.br\n");
  const std::string options = filled("{{options look}}\n");
  CHECK_THAT(options, Contains(".TP\n\\fB\\-n, \\-\\-times\\fR \\fIN\\fR\nHow often.\nDefault: \\fB1\\fR.\n"));
  CHECK_THAT(options, Contains(".TP\n\\fBWHERE\\fR\nThe place.\n"));
  CHECK_THAT(options, !Contains("hidden"));
  CHECK(filled("{{commands}}\n") == ".TP\n\\fBlook\\fR\nLook about.\n");
}

TEST_CASE("what a template gets wrong is told by its line", "[app][reference]") {
  CHECK(filled("# A\n{{options lok}}\n") ==
        "error: line 3: expected the name of a table, such as {{options check}} or {{api Rule}}, found \"{{options "
        "lok}}\"");
  CHECK(filled("{{reasons\n") == "error: line 2: expected }} at the end, found \"{{reasons\"");
  CHECK(filled("```a.lua\nx\n") == "error: line 4: expected ``` behind the code, found \"the end\"");
  const CLI::App app;
  CHECK(fill_template("outrider\n", app).error().message ==
        "line 1: expected \"name(7) - sentence\", found \"outrider\"");
}

TEST_CASE("every table of the API can stand in a page, and every key of the configuration does", "[app][reference]") {
  for (const script::ApiTable* table : script::api_tables()) {
    const std::string name(table->type.empty() ? table->owner : table->type);
    INFO(name);
    CHECK_THAT(filled("{{api " + name + "}}\n"), !Contains("error: "));
  }
  ManPage page("outrider.conf(5)");
  write_configuration(page);
  for (const config::schema::Group* group :
       {&config::schema::configuration, &config::schema::site, &config::schema::route, &config::schema::upstream}) {
    for (const std::string_view key : group->names())
      CHECK_THAT(page.text(), Contains("\\fB" + std::string(key) + "\\fR"));
  }
}

TEST_CASE("every key of the configuration is described", "[app][reference]") {
  std::set<const config::schema::Group*> seen;
  const auto look = [&](const config::schema::Group& group, const auto& self) -> void {
    if (!seen.insert(&group).second) return;
    INFO("group " << group.name);
    CHECK(group.sentence.ends_with('.'));
    for (const std::string_view name : group.names()) {
      const config::schema::Key& key = *group.find(name);
      INFO(name);
      CHECK(key.sentence.ends_with('.'));
      const bool has_words = key.type == config::schema::Type::string || key.type == config::schema::Type::strings ||
                             key.type == config::schema::Type::mode || key.type == config::schema::Type::map;
      CHECK(has_words <= !key.example.empty());
      CHECK((key.type == config::schema::Type::integer) <= (!key.unit.empty() || key.name == "status"));
      if (key.group != nullptr) self(*key.group, self);
    }
  };
  look(config::schema::configuration, look);
}

TEST_CASE("editors are told every name of the API", "[app][reference]") {
  const std::string meta = lua_meta();
  for (const script::ApiTable* table : script::api_tables()) {
    for (const script::ApiEntry& entry : table->entries) {
      if (entry.name == "require") continue;  // which they know
      INFO(table->owner << ": " << entry.name);
      const std::string name(entry.name);
      const bool is_function = meta.find("function " + name + "(") != meta.npos ||
                               meta.find("." + name + "(") != meta.npos || meta.find("\n" + name + " = ") != meta.npos;
      const bool is_field = meta.find("---@field " + name) != meta.npos || meta.find("[\"" + name + "\"]") != meta.npos;
      CHECK((is_function || is_field));
    }
  }
  CHECK_THAT(
      meta,
      Contains("---@param options? outrider.HintOptions\n---@return outrider.Hint\nfunction style(url, options) end"));
  CHECK_THAT(meta, Contains("---@param default? any\n"));
}
