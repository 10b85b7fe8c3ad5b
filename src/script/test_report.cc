// SPDX-License-Identifier: MIT
#include "script/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "push/names.h"
#include "script/hint_reader.h"

namespace outrider::script {
namespace {

using push::Hint;

bool same_entry(const Hint& a, const Hint& b) {
  return a.kind == b.kind && a.url == b.url;
}

std::string described(const Hint& hint) {
  return fmt::format("{} {}", name_of(hint.kind), hint.url.empty() ? hint.imagesrcset : hint.url);
}

std::string described(const std::vector<Hint>& hints) {
  std::string text;
  for (const Hint& hint : hints) text += (text.empty() ? "" : ", ") + described(hint);
  return text.empty() ? "no hints" : text;
}

/// What `list` has and `other` has not, each as often.
std::vector<Hint> surplus(const std::vector<Hint>& list, std::vector<Hint> other) {
  std::vector<Hint> result;
  for (const Hint& hint : list) {
    const auto found =
        std::find_if(other.begin(), other.end(), [&](const Hint& each) { return same_entry(each, hint); });
    if (found == other.end()) {
      result.push_back(hint);
    } else {
      other.erase(found);
    }
  }
  return result;
}

std::string shown(std::string_view value) {
  return value.empty() ? "nothing" : fmt::format("\"{}\"", value);
}

std::string shown(bool value) {
  return value ? "true" : "false";
}

/// `style /a.css: nopush: expected true, found false` for each option that was asked for and is another.
std::string option_differences(const Hint& expected, const Hint& found) {
  std::string text;
  const auto compare = [&](std::string_view option, bool asked, const auto& ours, const auto& theirs) {
    if (!asked || ours == theirs) return;
    text += fmt::format("; {}: {}: expected {}, found {}", described(expected), option, shown(ours), shown(theirs));
  };
  const auto compare_text = [&](std::string_view option, const std::string& ours, const std::string& theirs) {
    compare(option, !ours.empty(), std::string_view(ours), std::string_view(theirs));
  };
  compare("crossorigin", expected.crossorigin != push::own_crossorigin(expected.kind), name_of(expected.crossorigin),
          name_of(found.crossorigin));
  compare("fetchpriority", expected.fetchpriority != push::FetchPriority::automatic, name_of(expected.fetchpriority),
          name_of(found.fetchpriority));
  compare("priority", expected.priority != push::PushPriority::by_kind, name_of(expected.priority),
          name_of(found.priority));
  compare("nopush", expected.nopush, expected.nopush, found.nopush);
  compare("push_only", expected.push_only, expected.push_only, found.push_only);
  compare_text("type", expected.type, found.type);
  compare_text("integrity", expected.integrity, found.integrity);
  compare_text("media", expected.media, found.media);
  compare_text("imagesrcset", expected.imagesrcset, found.imagesrcset);
  compare_text("imagesizes", expected.imagesizes, found.imagesizes);
  compare_text("with", fmt::format("{}", fmt::join(expected.with, ", ")),
               fmt::format("{}", fmt::join(found.with, ", ")));
  return text;
}

std::string rule_at(const push::Rule& rule) {
  return fmt::format("\"{}\" at {}", rule.name, rule.place.text());
}

/// Which rules had a say, and of those that fit the path why they had none.
std::string explained(const push::Evaluation& evaluation) {
  std::string matched, others;
  for (const push::RuleTrace& trace : evaluation.traces) {
    std::string& list = trace.matched ? matched : others;
    list += (list.empty() ? "" : ", ") + rule_at(*trace.rule);
    if (!trace.matched) list += fmt::format(" because of its {}", trace.failed_condition);
  }
  std::string text = matched.empty() ? "no rule matched" : "rules that matched: " + matched;
  if (!others.empty()) text += "; not: " + others;
  return text;
}

std::string difference_of_lists(const std::vector<Hint>& expected, const std::vector<Hint>& found) {
  const auto missing = surplus(expected, found);
  const auto unexpected = surplus(found, expected);
  std::string text;
  if (!missing.empty()) text += "; missing: " + described(missing);
  if (!unexpected.empty()) text += "; not expected: " + described(unexpected);
  if (text.empty() && !std::equal(expected.begin(), expected.end(), found.begin(), found.end(), same_entry)) {
    text = "; the same in another order";
  }
  return text;
}

/// By the longest list that both contain.
std::vector<std::string> diff_of(const std::vector<Hint>& expected, const std::vector<Hint>& found) {
  const std::size_t rows = expected.size(), columns = found.size();
  // common[i][j]: as many can be kept of expected from i on and of found from j on.
  std::vector<std::vector<std::size_t>> common(rows + 1, std::vector<std::size_t>(columns + 1, 0));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      common[i][j] =
          same_entry(expected[i], found[j]) ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<std::string> lines;
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && same_entry(expected[i], found[j])) {
      lines.push_back("  " + described(expected[i++]));
      ++j;
    } else if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back("- " + described(expected[i++]));
    } else {
      lines.push_back("+ " + described(found[j++]));
    }
  }
  return lines;
}

}  // namespace

std::optional<Unmet> difference(const std::vector<Hint>& expected, const push::Evaluation& evaluation) {
  std::vector<Hint> found;
  for (const push::Entry& entry : evaluation.list.entries()) found.push_back(entry.hint);
  std::string text = difference_of_lists(expected, found);
  Unmet unmet;
  if (!text.empty()) {
    unmet.diff = diff_of(expected, found);
  } else {
    for (std::size_t i = 0; i < expected.size(); ++i) text += option_differences(expected[i], found[i]);
  }
  if (text.empty()) return std::nullopt;
  unmet.rules = explained(evaluation);
  unmet.text = fmt::format("expected {}; found {}{} ({})", described(expected), described(found), text, unmet.rules);
  return unmet;
}

std::vector<std::string> rule_failures(const std::vector<push::RuleTrace>& traces) {
  std::vector<std::string> failures;
  for (const push::RuleTrace& trace : traces) {
    if (!trace.error.empty()) failures.push_back(fmt::format("rule {} failed: {}", rule_at(*trace.rule), trace.error));
  }
  return failures;
}

}  // namespace outrider::script
