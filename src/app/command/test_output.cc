// SPDX-License-Identifier: MIT
#include "app/command/test_output.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/offline/text_layout.h"

namespace outrider::app {
namespace {

/// A line of its own for each part of a message.
std::string indented(std::string_view text, std::string_view indent) {
  std::string result(indent);
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    result += plain(text.substr(0, end)) + "\n" + std::string(indent);
    text.remove_prefix(end + 1);
  }
  return result + plain(text);
}

class HumanOutput final : public TestOutput {
 public:
  HumanOutput(bool verbose, bool colour) : verbose_(verbose), colour_(colour) {}

  void checked(const Place& place, const std::vector<std::string>& groups,
               const std::vector<script::Unmet>& wrong) override {
    ++(wrong.empty() ? passed_ : failed_);
    if (!wrong.empty()) {
      fail(title(place, groups), wrong);
    } else if (verbose_) {
      fmt::print("  {} {}\n", in_colour("ok", 32), title(place, groups));
    }
  }

  void broke(const Problem& problem, const std::vector<std::string>& groups) override {
    ++failed_;
    fail(title(problem.place, groups), {{problem.message, {}, {}}});
  }

  void left_out(const std::string& what) override { fmt::print("{}\n", plain(what)); }

  void finish() override {
    if (files_ == 0) fmt::print("there are no tests; write them into *.test.lua files beside the rules\n");
    if (files_ > 0 && passed_ + failed_ == 0) fmt::print("nothing is checked: no test file says expect(…)\n");
    fmt::print("{} check{} in {} file{}: {} passed, {} failed\n", passed_ + failed_, passed_ + failed_ == 1 ? "" : "s",
               files_, files_ == 1 ? "" : "s", passed_, failed_);
  }

  void bail_out(std::string_view) override {}

 private:
  void print_file(std::string_view file, std::string_view site) override {
    if (verbose_) fmt::print("{} for the site {}\n", file, site);
  }
  std::string in_colour(std::string_view text, int colour) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
  }
  void fail(const std::string& where, const std::vector<script::Unmet>& wrong) const {
    fmt::print("{} {}\n", in_colour("not ok", 31), where);
    for (const script::Unmet& each : wrong) {
      if (each.diff.empty()) {
        fmt::print("{}\n", indented(each.text, "    "));
      } else {
        differs(each);
      }
    }
  }
  void differs(const script::Unmet& unmet) const {
    fmt::print("    the hints are not those (- expected, + found):\n");
    for (const std::string& line : unmet.diff) {
      const std::string shown = plain(line);
      fmt::print("      {}\n", line[0] == ' ' ? shown : in_colour(shown, line[0] == '-' ? 31 : 32));
    }
    fmt::print("    {}\n", plain(unmet.rules));
  }

  const bool verbose_, colour_;
};

class TapOutput final : public TestOutput {
 public:
  TapOutput() { fmt::print("TAP version 13\n"); }

  void checked(const Place& place, const std::vector<std::string>& groups,
               const std::vector<script::Unmet>& wrong) override {
    point(wrong.empty(), title(place, groups));
    if (wrong.empty()) return;
    fmt::print("  ---\n  messages:\n");
    // A string of JSON is one of YAML.
    for (const script::Unmet& each : wrong) fmt::print("    - {}\n", quoted(each.text));
    fmt::print("  ...\n");
  }

  void broke(const Problem& problem, const std::vector<std::string>& groups) override {
    point(false, title(problem.place, groups));
    fmt::print("  ---\n  messages:\n    - {}\n  ...\n", quoted(problem.message));
  }

  void left_out(const std::string& what) override { fmt::print("# {}\n", plain(what)); }

  void finish() override { fmt::print("1..{}\n", passed_ + failed_); }

  void bail_out(std::string_view why) override { fmt::print("Bail out! {}\n", plain(why)); }

 private:
  void print_file(std::string_view file, std::string_view site) override { fmt::print("# {} for {}\n", file, site); }
  static std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  void point(bool good, std::string_view what) {
    ++(good ? passed_ : failed_);
    std::string description;
    for (const char c : what) description += c == '#' ? std::string("\\#") : std::string(1, c);
    fmt::print("{} {} - {}\n", good ? "ok" : "not ok", passed_ + failed_, description);
  }
};

}  // namespace

void TestOutput::began(std::string_view site, const std::string& file, bool named) {
  ++files_;
  site_ = named ? site : std::string_view();
  print_file(plain(file), plain(site));
}

std::string TestOutput::title(const Place& place, const std::vector<std::string>& groups) const {
  std::string text = place.text();
  if (!site_.empty()) text += fmt::format(" (site {})", site_);
  for (const std::string& group : groups) text += fmt::format(" {}", group);
  return plain(text);
}

std::unique_ptr<TestOutput> human_output(bool verbose, bool colour) {
  return std::make_unique<HumanOutput>(verbose, colour);
}

std::unique_ptr<TestOutput> tap_output() {
  return std::make_unique<TapOutput>();
}

}  // namespace outrider::app
