// SPDX-License-Identifier: MIT
#include "app/offline/explain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/offline/text_layout.h"
#include "push/reason.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, const char* name) {
  return json.contains(name) ? plain(json.at(name).get<std::string>()) : std::string();
}

class Writer : private Ink {
 public:
  Writer(bool colour, bool all_rules) : Ink(colour), all_rules_(all_rules) {}

  std::string write(const std::vector<Json>& answers) {
    head(answers.front());
    if (answers.front().contains("refused")) {
      const Json& refused = answers.front().at("refused");
      line(wrapped(fmt::format("answered {} before any rule is asked: {}", refused.at("status").get<int>(),
                               text_of(refused, "why")),
                   0));
      return text_;
    }
    rules(answers.front());
    for (const Json& answer : answers) client(answer, answers.size() > 1);
    glossary(answers);
    assumptions(answers);
    return text_;
  }

 private:
  void line(std::string_view text) { (text_ += text) += '\n'; }

  void head(const Json& answer) {
    const Json& request = answer.at("request");
    line(strong(fmt::format("{} {}", text_of(request, "method"), text_of(request, "url"))));
    if (answer.contains("site")) {
      const std::string route = answer.contains("route") ? fmt::format(", route {}", text_of(answer, "route")) : "";
      line(fmt::format("site {}{}", text_of(answer, "site"), route));
    }
    if (answer.contains("live")) live(answer);
    if (answer.contains("recent")) recent(answer);
  }

  /// What a server that runs adds.
  void live(const Json& answer) {
    const Json& live = answer.at("live");
    line(fmt::format("generation {}, worker {} of {}", answer.at("generation").dump(), live.at("worker").dump(),
                     live.at("workers").dump()));
    if (live.contains("connection")) {
      const Json& connection = live.at("connection");
      line(wrapped(fmt::format("on the newest connection from {}: {}, pushes {}, {} requests so far, {} assets sent",
                               text_of(connection, "address"), text_of(connection, "protocol"),
                               connection.at("accepts_push").get<bool>() ? "taken" : "refused",
                               connection.at("requests").dump(), connection.at("sent").dump()),
                   2));
    }
    if (live.contains("silent_workers")) {
      for (const Json& worker : live.at("silent_workers"))
        line(bad(fmt::format("worker {} does not answer", worker.dump())));
    }
    if (!live.at("alike").get<bool>()) {
      line(bad(wrapped("the workers would not all decide alike: each learns from what it answered itself", 2)));
    }
    if (live.at("disk_differs").get<bool>()) line(bad("the files on disk differ from what runs"));
  }

  /// What is remembered of a request that came.
  void recent(const Json& answer) {
    const Json& recent = answer.at("recent");
    line(fmt::format("request {} at {}, from {}", text_of(recent, "id"), text_of(recent, "at"),
                     text_of(recent, "client")));
    line(fmt::format("generation {}, worker {}, {}{}", answer.at("generation").dump(), recent.at("worker").dump(),
                     recent.contains("status") ? "answered " + recent.at("status").dump() : "has not ended",
                     recent.at("early_hints").get<bool>() ? ", with a 103" : ""));
    if (recent.contains("left_out")) {
      line(fmt::format("{} more rules or hints were too many to be remembered", recent.at("left_out").dump()));
    }
  }

  void rules(const Json& answer) {
    const auto fit = answer.at("rules_fit").get<std::size_t>();
    const auto all = answer.value("rules", fit);
    const std::string of_all = answer.contains("rules") ? fmt::format(" of {}", all) : "";
    line("");
    if (fit == 0 && answer.contains("recent")) {
      return line(strong("no rule did fit, or what they said is no longer remembered"));
    }
    line(strong(
        fmt::format("{}{} rule{} fit{} host, method and path", fit, of_all, all == 1 ? "" : "s", fit == 1 ? "s" : "")));
    std::size_t others = 0;
    for (const Json& rule : answer.at("considered")) {
      const bool is_elsewhere = text_of(rule, "selector") == "path";
      if (is_elsewhere && !all_rules_) {
        ++others;
      } else {
        one_rule(rule);
      }
    }
    if (others > 0) line(faint(fmt::format("  {} for other paths (--all-rules shows them)", others)));
  }

  void one_rule(const Json& rule) {
    const std::string state = text_of(rule, "state");
    std::string what;
    if (state == "matched") what = "matched";
    if (state == "selector") what = fmt::format("its {} does not fit", text_of(rule, "selector"));
    if (state == "condition") what = "does not match";
    if (state == "behind_final") what = "not asked: a final rule before it matched";
    if (state == "switched_off") what = "switched off by an operator";
    if (state == "needs_response") what = "needs the response (--response FILE)";
    if (rule.contains("hints")) what += fmt::format(", {} in the list", rule.at("hints").dump());
    if (rule.contains("shadow")) what += ", shadow";
    if (rule.contains("final") && state == "matched") what += ", final: no later rule is asked";
    const std::string title = text_of(rule, "rule"), place = text_of(rule, "place");
    const bool is_long = 6 + title.size() + place.size() + 2 + what.size() > columns;
    if (state == "matched") what = good(what);
    if (state == "condition" || state == "switched_off") what = bad(what);
    line(fmt::format("  \"{}\"  {}{}{}", title, faint(place), is_long ? "\n      " : "  ", what));
    if (rule.contains("condition")) {
      line("      " + wrapped(fmt::format("{}: {}", text_of(rule, "condition_place"), text_of(rule, "condition")), 6));
    }
    if (rule.contains("captures")) {
      std::string captures;
      for (const auto& [name, value] : rule.at("captures").items()) {
        captures +=
            fmt::format("{}{} = \"{}\"", captures.empty() ? "" : ", ", plain(name), plain(value.get<std::string>()));
      }
      line("      " + wrapped(captures, 6));
    }
    if (rule.contains("returned")) {
      for (const Json& hint : rule.at("returned")) returned(hint);
    }
    if (rule.contains("error")) line("      " + bad(wrapped(text_of(rule, "error"), 6)));
  }

  void returned(const Json& hint) {
    const std::string fate = text_of(hint, "fate");
    std::string note;
    if (fate == "repeats") note = fmt::format("  (\"{}\" has it already)", text_of(hint, "first"));
    if (fate == "unusable") note = "  (unusable)";
    if (fate == "no_room") note = "  (the list is full)";
    line(fmt::format("      {:<10} {}{}{}", text_of(hint, "kind"), text_of(hint, "url"), options(hint), note));
  }

  static std::string options(const Json& hint) {
    std::string text;
    if (!hint.contains("options")) return text;
    for (const auto& [name, value] : hint.at("options").items()) {
      text += fmt::format("  {}={}", name, plain(value.is_string() ? value.get<std::string>() : value.dump()));
    }
    return text;
  }

  void client(const Json& answer, bool one_of_several) {
    line("");
    const Json& request = answer.at("request");
    const std::string name = request.contains("client") ? text_of(request, "client") : "this request";
    const char* verb = answer.contains("recent") ? "got" : "gets";
    line(strong(fmt::format("{} ({}) {}", name, text_of(request, "protocol"), verb)));
    if (one_of_several) matched(answer);
    if (answer.at("entries").empty()) line("  nothing: no rule that matched returned a hint");
    for (const Json& entry : answer.at("entries")) one_entry(entry);
  }

  void matched(const Json& answer) {
    std::string names;
    for (const Json& rule : answer.at("considered")) {
      if (text_of(rule, "state") == "matched")
        names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", text_of(rule, "rule"));
    }
    line(faint("  " + wrapped("by " + (names.empty() ? std::string("no rule") : names), 5)));
  }

  void one_entry(const Json& entry) {
    const std::string how = text_of(entry, "how");
    const std::string reason = text_of(entry, "reason");
    const std::string way = fmt::format("{:<11}", how == "none" ? "-" : how);
    std::string left = text_of(entry, "url");
    if (entry.contains("kind")) left = fmt::format("{:<10} {}", text_of(entry, "kind"), left);
    const std::string said = reason == "sent" ? "" : reason;
    constexpr std::size_t place_of_reason = 40;
    if (!said.empty() && left.size() < place_of_reason) left.resize(place_of_reason, ' ');
    line(fmt::format("  {} {}{}{}", how == "none" ? bad(way) : good(way), left, said.empty() ? "" : "  ", said));
  }

  void glossary(const std::vector<Json>& answers) {
    std::set<std::string> names;
    for (const Json& answer : answers) {
      for (const Json& entry : answer.at("entries")) names.insert(text_of(entry, "reason"));
    }
    names.erase("sent");
    if (names.empty()) return;
    line("");
    for (const push::ReasonText& reason : push::reasons()) {
      if (!names.contains(std::string(reason.name))) continue;
      line(wrapped(fmt::format("{}: {}", reason.name, reason.sentence), 4));
    }
  }

  void assumptions(const std::vector<Json>& answers) {
    std::vector<std::string> all;
    for (const Json& answer : answers) {
      for (const Json& each : answer.at("assumptions")) {
        std::string sentence = plain(each.get<std::string>());
        if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
      }
    }
    if (all.empty()) return;
    line("");
    line(answers.front().contains("live") ? "assumed:" : "assumed, because no server was asked:");
    for (const std::string& each : all) line("  - " + wrapped(each, 4));
  }

  const bool all_rules_;
  std::string text_;
};

}  // namespace

std::string explain_text(const std::vector<Json>& answers, bool colour, bool all_rules) {
  return Writer(colour, all_rules).write(answers);
}

}  // namespace outrider::app
