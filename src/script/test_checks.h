// SPDX-License-Identifier: MIT
// What `expect(request{ … })` can be asked: which hints the rules return for the request, and how a client would get
// them. Control thread, while tests run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/evaluate.h"
#include "push/rehearsal.h"
#include "script/rules.h"
#include "script/test_request.h"

namespace outrider::script {

/// Whose rules are asked.
struct AskedRules {
  const RuleSetSpec& spec;
  const RulesOptions& options;
  const push::RuleSet& rules;
  push::FunctionHost& functions;
};

/// One request, and what the rules make of it. A check returns what does not hold, each as a sentence; nothing where
/// all does. The failure of a rule is one of these.
class Examination {
 public:
  /// Both outlive it.
  Examination(const AskedRules& asked, const TestRequest& request);

  /// Exactly these kinds and URLs, in this order (test_report.h).
  std::vector<Unmet> hints(const std::vector<push::Hint>& expected) const;
  /// The entry of this URL goes that way: "push", "early_hints", "link" or "none". Errors: no such way.
  Result<std::vector<Unmet>> delivers(std::string_view way, std::string_view url) const;
  /// There are entries, none is pushed or goes into a 103, and this is the reason of each. Errors: no such reason.
  Result<std::vector<Unmet>> nothing_because(std::string_view reason) const;

 private:
  push::Rehearsed rehearse() const;
  std::string assumed_sizes(const push::Rehearsed& rehearsed) const;

  const AskedRules& asked_;
  const TestRequest& made_;
  push::RequestView view_;
  std::vector<push::Field> response_fields_;
  std::optional<push::Response> response_;
};

}  // namespace outrider::script
