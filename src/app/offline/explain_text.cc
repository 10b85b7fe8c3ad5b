// SPDX-License-Identifier: MIT
#include "app/offline/explain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/offline/explain_rules_text.h"
#include "app/offline/text_layout.h"
#include "push/delivering.h"
#include "push/reason.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

/// Where it is known, and not as most pages': what the page answers.
std::string page_line(const Json& answer) {
  if (!answer.contains("response") || !answer.at("response").contains("status")) return {};
  const int status = answer.at("response").at("status").get<int>();
  if (!push::takes_hints("GET", status)) return fmt::format("the page answers {}: no Link goes with it", status);
  return status == 200 ? std::string() : fmt::format("the page answers {}", status);
}

std::uint64_t bytes_of(const Json& entry) {
  return entry.value("bytes", std::uint64_t{0});
}

/// What has used the budget up, its limits, and the first that it leaves no room for.
std::string budget_sentence(const Json& answer) {
  const Json& budget = answer.at("budget");
  const Json *largest = nullptr, *first = nullptr;
  for (const Json& entry : answer.at("entries")) {
    if (first == nullptr && text_of(entry, "reason") == "over_budget") first = &entry;
    const bool is_pushed = text_of(entry, "how") == "push";
    if (is_pushed && (largest == nullptr || bytes_of(entry) > bytes_of(*largest))) largest = &entry;
  }
  std::string text = fmt::format("over_budget: pushes take {} bytes", budget.at("taken").dump());
  if (largest != nullptr) text += fmt::format(", {} of them {}", bytes_of(*largest), text_of(*largest, "url"));
  if (first != nullptr) text += fmt::format(", and {} would take {} more", text_of(*first, "url"), bytes_of(*first));
  const auto limit = [&](const char* name, std::string_view what) {
    if (budget.contains(name)) text += fmt::format("; {} {}", what, budget.at(name).dump());
  };
  limit("connection", "the connection carries");
  limit("promises", "the page leaves room for promises of");
  limit("site", "the site's budget_bytes is");
  const Json of_rules = budget.value("rules", Json::object());
  for (const auto& [rule, bytes] : of_rules.items()) {
    text += fmt::format("; the budget_bytes of \"{}\" is {}", plain(rule), bytes.dump());
  }
  const bool has_limit = budget.contains("connection") || budget.contains("site") || budget.contains("rules");
  return has_limit ? text : text + "; nobody knows what the connection carries, and no budget_bytes is configured";
}

class Writer : private Ink {
 public:
  Writer(bool colour, bool all_rules, bool verbose) : Ink(colour), all_rules_(all_rules), verbose_(verbose) {}

  std::string write(const std::vector<Json>& answers) {
    head(answers.front());
    if (answers.front().contains("refused")) {
      const Json& refused = answers.front().at("refused");
      line(wrapped(fmt::format("answered {} before any rule is asked: {}", refused.at("status").get<int>(),
                               text_of(refused, "why")),
                   0));
      assumptions(answers);
      return text_;
    }
    rules(answers.front(), answers.size() > 1);
    for (const Json& answer : answers) client(answer, answers.front());
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

  void rules(const Json& answer, bool first_of_several) {
    const auto fit = answer.at("rules_fit").get<std::size_t>();
    const auto all = answer.value("rules", fit);
    const std::string of_all = answer.contains("rules") ? fmt::format(" of {}", all) : "";
    line("");
    if (fit == 0 && answer.contains("recent")) {
      return line(strong("no rule did fit, or what they said is no longer remembered"));
    }
    const std::string whose = first_of_several ? fmt::format("; as {} asks:", name_of(answer)) : "";
    line(strong(fmt::format("{}{} rule{} fit{} host, method and path{}", fit, of_all, all == 1 ? "" : "s",
                            fit == 1 ? "s" : "", whose)));
    std::size_t others = 0;
    for (const Json& rule : answer.at("considered")) {
      const bool is_elsewhere = text_of(rule, "selector") == "path";
      if (is_elsewhere && !all_rules_) {
        ++others;
      } else {
        text_ += rule_text(rule, answer, *this);
      }
    }
    if (others > 0) line(faint(fmt::format("  {} for other paths (--all-rules shows them)", others)));
  }

  static std::string name_of(const Json& answer) {
    const Json& request = answer.at("request");
    return request.contains("client") ? text_of(request, "client") : "this request";
  }

  void client(const Json& answer, const Json& first) {
    line("");
    const char* verb = answer.contains("recent") ? "got" : "gets";
    line(strong(fmt::format("{} ({}) {}", name_of(answer), text_of(answer.at("request"), "protocol"), verb)));
    if (&answer != &first) differences(first, answer);
    if (const std::string page = page_line(answer); !page.empty()) line("  " + page);
    if (answer.at("entries").empty()) line("  nothing: no rule that matched returned a hint");
    for (const Json& entry : answer.at("entries")) one_entry(entry);
    withheld(answer);
    if (answer.contains("budget")) line("  " + wrapped(budget_sentence(answer), 4));
    fields(answer);
  }

  /// The rules that decide for this client otherwise than for the first.
  void differences(const Json& first, const Json& answer) {
    const Json& rules = answer.at("considered");
    for (std::size_t i = 0; i != rules.size(); ++i) {
      if (decides_otherwise(first.at("considered").at(i), rules.at(i))) text_ += rule_text(rules.at(i), answer, *this);
    }
  }

  /// What goes over the wire.
  void fields(const Json& answer) {
    const auto list = [&](const char* name, const std::string& title) {
      for (const Json& each : answer.value(name, Json::array())) {
        line("  " + wrapped(title + plain(each.get<std::string>()), 4));
      }
    };
    if (verbose_) list("early_hints", "103 Link: ");
    if (verbose_) list("link", "Link: ");
    std::string vary;
    for (const Json& name : answer.value("vary", Json::array())) {
      vary += (vary.empty() ? "" : ", ") + plain(name.get<std::string>());
    }
    if (!vary.empty()) line("  " + wrapped("Vary: " + vary, 4));
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
    if (entry.contains("asset")) asset(entry.at("asset"));
  }

  /// On whose account hints stay out of Link.
  void withheld(const Json& answer) {
    const Json rules = answer.value("withheld", Json::array());
    for (const Json& rule : rules) {
      line("  " + wrapped(fmt::format("shared_cache: rule \"{}\" ({}) looks at {}", text_of(rule, "rule"),
                                      text_of(rule, "place"), text_of(rule, "looks_at")),
                          4));
    }
    if (rules.empty()) return;
    line("    " +
         wrapped(fmt::format("where the page is each visitor's own, let its route say so, or a new one for it: {}",
                             text_of(rules.front(), "cure")),
                 4));
  }

  /// What is wrong with it, whatever was decided.
  void asset(const Json& asset) {
    const int status = asset.at("status").get<int>();
    if (status < 300 || status == 304) return;
    const std::string file = text_of(asset, "file");
    line("              " +
         bad(file.empty() ? fmt::format("its route answers {}", status) : wrapped("there is no file " + file, 14)));
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

  const bool all_rules_, verbose_;
  std::string text_;
};

}  // namespace

std::string explain_text(const std::vector<Json>& answers, bool colour, bool all_rules, bool verbose) {
  return Writer(colour, all_rules, verbose).write(answers);
}

}  // namespace outrider::app
