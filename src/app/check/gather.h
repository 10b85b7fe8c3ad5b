// SPDX-License-Identifier: MIT
// Who hints what, for `outrider check`. Declared hints are known; what functions return is found out by asking them:
// with requests made up from the rules' exact paths and declared conditions, as several clients would make them, with
// those that the authors made up in the tests beside the rules, and with the pages of a list.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/check/hint_places.h"
#include "app/offline/offline.h"
#include "script/rules.h"
#include "script/test_request.h"

namespace outrider::app {

/// A hint of a rule.
struct Hinted {
  const config::Site* site = nullptr;
  const push::Rule* rule = nullptr;
  push::Hint hint;
  Place place;
  std::string origin;  // of the page, where somebody has named it
};

/// One request, and what would become of it.
struct AskedPage {
  const Question& question;
  const Answer& answer;
  std::string url;       // of the page
  std::string what;      // "GET https://shop.example/ as chromium", for messages
  bool guesses = false;  // it has values of which functions may know nothing
};

/// What became of a page's request.
struct PageFound {
  int status = 0;        // not 0: no rule was asked,
  std::string why;       // because of this
  bool covered = false;  // the selector of some rule fits
};

/// Keeps the requests that tests make up.
class TestRequests final : public script::TestListener {
 public:
  void began(std::string_view, const std::string&, bool) override {}
  void checked(const Place&, const std::vector<std::string>&, const std::vector<script::Unmet>&) override {}
  void broke(const Problem&, const std::vector<std::string>&) override {}
  void left_out(const std::string&) override {}
  void asked(const script::TestRequest& request) override;

  const std::vector<Question>& questions() const { return questions_; }

 private:
  static constexpr std::size_t most = 10'000;
  std::vector<Question> questions_;
};

class Gather {
 public:
  /// `hear` is told of each request that a site's rules were asked with. All outlive it.
  Gather(Offline& offline, HintPlaces& places, std::function<void(const AskedPage&)> hear);

  /// The hints that rules declare, but for those with captures in them.
  void declared();
  /// Asks for all exact paths of rules, and looks at what is declared for a page of each pattern. False where that was
  /// not done by the deadline.
  bool exact_paths(std::optional<std::chrono::steady_clock::time_point> deadline);
  bool ask_all(const std::vector<Question>& questions, std::optional<std::chrono::steady_clock::time_point> deadline);
  /// As each of the clients that matter would ask, and one that is wanted beside them.
  PageFound page(const Question& question, const std::string& wanted_client = {});

  /// Each once for its rule, in the order in which they were found.
  const std::vector<Hinted>& hints() const { return hints_; }
  /// The function of this rule returned hints for some request, if only none.
  bool was_asked(const push::Rule& rule) const { return asked_.contains(&rule); }
  /// Why it was not, as a sentence.
  std::string why_not_asked(const push::Rule& rule) const;

 private:
  bool for_each_rule(
      const std::function<bool(const config::Site&, const push::RuleSet&, const push::Rule&)>& visit) const;
  void note_unasked(const push::Rule& rule, const PageFound& found);
  PageFound ask(const Question& question, const std::string& client);
  /// The same as a visitor who is in the share of this rule.
  void ask_in_share(const Question& question, const std::string& client, const push::Rule& rule);
  PageFound ask_once(const Question& question, const std::string& client, std::vector<const push::Rule*>& not_in_share);
  bool is_covered(const Question& question, const Answer& answer) const;
  void take(const AskedPage& page);
  void add(Hinted hinted);

  Offline& offline_;
  HintPlaces& places_;
  std::function<void(const AskedPage&)> hear_;
  std::vector<Hinted> hints_;
  std::set<std::string> known_;
  std::set<const push::Rule*> asked_;
  std::map<const push::Rule*, std::string_view> failed_;  // the condition that did not hold
  std::map<const push::Rule*, std::string> unasked_;      // what else kept requests from it
  std::set<const push::Rule*> rarely_shared_;             // nobody is looked for again
  bool guesses_ = false;                                  // what is asked now
};

}  // namespace outrider::app
