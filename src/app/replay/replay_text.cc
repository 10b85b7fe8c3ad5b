// SPDX-License-Identifier: MIT
// Counts stand on the left, so that long URLs end a line and break none.
#include "app/replay/replay_text.h"

#include <fmt/format.h>

#include "app/offline/text_layout.h"
#include "base/text.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

/// 1,234,567.
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3;) digits.insert(end -= 3, 1, ',');
  return digits;
}

std::uint64_t number(const Json& json, const char* name) {
  return json.contains(name) ? json.at(name).get<std::uint64_t>() : 0;
}

std::string text_of(const Json& json, const char* name) {
  return plain(json.at(name).get<std::string>());
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::string rule_of(const Json& json) {
  return fmt::format("\"{}\" {}", text_of(json, "rule"), text_of(json, "place"));
}

class Writer : private Ink {
 public:
  Writer(const Json& json, bool colour) : Ink(colour), json_(json), compares_(!json.at("baseline").is_null()) {}

  std::string write() {
    head();
    pages();
    missing();
    failing();
    functions();
    untold();
    left_out();
    line("");
    line(fmt::format("{} in {:.2f} s on {}: {} a second", counted(number(json_, "lines"), "line"),
                     json_.at("seconds").get<double>(), counted(number(json_, "threads"), "thread"),
                     grouped(number(json_, "lines_per_second"))));
    return text_;
  }

 private:
  void line(std::string_view text) { (text_ += text) += '\n'; }
  void title(std::string_view text) {
    line("");
    line(strong(text));
  }
  void more(const char* name) {
    const std::uint64_t all = number(json_, (std::string(name) + "_in_all").c_str());
    if (const std::uint64_t shown = json_.at(name).size(); all > shown) {
      line(faint(fmt::format("  and {} more (--top {} shows all)", grouped(all - shown), all)));
    }
  }
  void example(const Json& each) {
    const Json& example = each.at("example");
    line(faint(
        fmt::format("      {}:{} {}", text_of(example, "log"), number(example, "line"), text_of(example, "url"))));
  }

  void head() {
    const std::uint64_t requests = number(json_, "requests");
    line(strong(fmt::format("{} against {}", counted(number(json_, "lines"), "line"), text_of(json_, "config"))));
    line("  " + wrapped(fmt::format("{} {} part; rules fit {} of them, and return hints for {}",
                                    counted(requests, "request"), requests == 1 ? "takes" : "take",
                                    grouped(number(json_, "matched")), grouped(number(json_, "hinted"))),
                        2));
  }

  void pages() {
    const std::uint64_t changed = number(json_, "changed");
    const std::uint64_t all = number(json_, "pages_in_all");
    line("");
    if (number(json_, "requests") == 0) {
      line(bad("Nothing to say: no request takes part"));
    } else if (!compares_) {
      line(strong(fmt::format("The hints of {}", counted(all, "page"))));
      line("  " + wrapped(fmt::format("There is nothing to compare with: the beginning of {} does not tell what was "
                                      "hinted. --baseline CONFIG compares with what another configuration hints.",
                                      text_of(json_, "untold_by")),
                          2));
    } else if (changed == 0) {
      line(good("No hints change"));
    } else {
      line(strong(fmt::format("Hints change for {}, on {} of {}", counted(changed, "request"), grouped(all),
                              counted(number(json_, "pages_seen"), "page"))));
    }
    if (number(json_, "requests") > 0 && compares_) {
      const std::string baseline = text_of(json_, "baseline");
      line("  " +
           wrapped("compared with what " + (baseline == "logs" ? "was hinted then, as logged" : baseline + " hints"),
                   2));
    }
    for (const Json& page : json_.at("pages")) one_page(page);
    more("pages");
    if (json_.contains("other_pages")) {
      line("  " + wrapped(fmt::format("beside these, more pages than can be told apart: {}, {} of them with changes",
                                      counted(number(json_.at("other_pages"), "requests"), "request"),
                                      grouped(number(json_.at("other_pages"), "changed"))),
                          2));
    }
    if (number(json_, "switched_off") > 0) {
      line("  " +
           wrapped(
               fmt::format("For {} of these requests, hints had been switched off (outrider off): what was off counts "
                           "as added.",
                           grouped(number(json_, "switched_off"))),
               2));
    }
  }

  void one_page(const Json& page) {
    line(fmt::format("  {} {}", text_of(page, "site"), strong(text_of(page, "page"))));
    line(fmt::format("      {} of {}", grouped(number(page, compares_ ? "changed" : "hinted")),
                     counted(number(page, "requests"), "request")));
    if (!compares_) hints(page.at("hints"), ' ', "");
    if (compares_) hints(page.at("added"), '+', "");
    if (compares_) hints(page.at("removed"), '-', "");
    if (compares_) hints(page.at("altered"), '~', " (other options)");
    example(page);
  }

  void hints(const Json& all, char sign, std::string_view note) {
    for (const Json& each : all) {
      const std::string hint = each.at("hint").is_null() ? "others" : text_of(each, "hint");
      const std::string text = fmt::format("    {} {:>9}  {}{}", sign, grouped(number(each, "requests")), hint, note);
      line(sign == '+' ? good(text) : sign == '-' ? bad(text) : text);
    }
  }

  void missing() {
    if (json_.at("missing").empty()) return;
    title("Hinted, but answered by an error or a redirect");
    for (const Json& each : json_.at("missing")) {
      line(fmt::format("  {} {:>9}  {}  {}", bad(std::to_string(number(each, "status"))),
                       grouped(number(each, "requests")), text_of(each, "url"), faint(text_of(each, "site"))));
      for (const Json& rule : each.at("rules")) line("      " + plain(rule.get<std::string>()));
      example(each);
    }
    more("missing");
    if (number(json_, "assets_not_looked_at") > 0) {
      line(fmt::format("  {} were beyond what is looked at",
                       counted(number(json_, "assets_not_looked_at"), "other hint")));
    }
  }

  void failing() {
    if (json_.at("failing").empty()) return;
    title("Rules that fail");
    for (const Json& each : json_.at("failing")) {
      line("  " + bad(rule_of(each)));
      line(fmt::format("      for {} of {}", grouped(number(each, "failures")),
                       counted(number(each, "evaluations"), "request")));
      if (const std::uint64_t given_up = number(each, "given_up"); given_up > 0) {
        line("      " + wrapped(fmt::format("was not asked about {} more, because its failures took so long",
                                            counted(given_up, "request")),
                                6));
      }
      const auto error = each.at("error").get<std::string>();
      for (const std::string_view part : split(error, '\n')) {
        line("      " + wrapped(plain(part), 6));
      }
      example(each);
    }
    more("failing");
  }

  void functions() {
    if (json_.at("functions").empty()) return;
    title("Functions, the slowest first");
    line(faint(fmt::format("  {:>11} {:>10} {:>10}", "calls", "mean", "p99")));
    for (const Json& each : json_.at("functions")) {
      line(fmt::format("  {:>11} {:>7.1f} µs {:>7.1f} µs  {}", grouped(number(each, "calls")),
                       each.at("mean_us").get<double>(), each.at("p99_us").get<double>(), rule_of(each)));
    }
    more("functions");
  }

  void untold() {
    if (json_.at("untold").empty()) return;
    title("What the log does not tell");
    line("  " + wrapped("Here rules look at what these logs do not have: the server may decide otherwise.", 2));
    for (const Json& each : json_.at("untold")) {
      line(fmt::format("  {}, {}", rule_of(each), counted(number(each, "requests"), "request")));
      for (const Json& what : each.at("looks_at")) line("      " + wrapped(plain(what.get<std::string>()), 6));
    }
    more("untold");
  }

  void left_out() {
    if (json_.at("left_out").empty()) return;
    title("Lines that are left out");
    for (const Json& each : json_.at("left_out")) {
      const Json& first = each.at("first");
      std::string text = fmt::format("{}; the first is {}:{}", text_of(each, "sentence"), text_of(first, "log"),
                                     number(first, "line"));
      if (first.contains("problem")) text += ": " + text_of(first, "problem");
      line(fmt::format("  {:>9} {}", grouped(number(each, "lines")), wrapped(text, 12)));
    }
  }

  const Json& json_;
  const bool compares_;
  std::string text_;
};

}  // namespace

std::string replay_text(const Json& json, bool colour) {
  return Writer(json, colour).write();
}

}  // namespace outrider::app
