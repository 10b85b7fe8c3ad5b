// SPDX-License-Identifier: MIT
#include "push/selection.h"

#include <algorithm>

namespace outrider::push {
namespace {

bool fits_path(const Rule& rule, std::string_view path, std::vector<Capture>& captures) {
  return rule.paths.empty() || std::any_of(rule.paths.begin(), rule.paths.end(),
                                           [&](const Pattern& pattern) { return pattern.matches(path, &captures); });
}

}  // namespace

std::string_view name_of(SelectorPart part) {
  switch (part) {
    case SelectorPart::path:
      return "path";
    case SelectorPart::except:
      return "except";
    case SelectorPart::host:
      return "host";
    case SelectorPart::method:
      return "method";
  }
  return {};
}

bool fits_method(const Rule& rule, std::string_view method) {
  if (rule.methods.empty()) return method == "GET" || method == "HEAD";
  return std::find(rule.methods.begin(), rule.methods.end(), method) != rule.methods.end();
}

bool fits_host(const Rule& rule, std::string_view host) {
  return rule.hosts.empty() || std::any_of(rule.hosts.begin(), rule.hosts.end(),
                                           [&](const std::string& glob) { return glob_matches(glob, host); });
}

bool is_excepted(const Rule& rule, std::string_view path) {
  return std::any_of(rule.except.begin(), rule.except.end(),
                     [&](const Pattern& pattern) { return pattern.matches(path, nullptr); });
}

std::vector<Considered> consider(const RuleSet& rules, std::string_view host, std::string_view method,
                                 std::string_view path) {
  std::vector<Considered> all;
  all.reserve(rules.rules().size());
  for (const Rule& rule : rules.rules()) {
    Considered& each = all.emplace_back();
    each.rule = &rule;
    if (!fits_path(rule, path, each.captures)) {
      each.unfit = SelectorPart::path;
    } else if (is_excepted(rule, path)) {
      each.unfit = SelectorPart::except;
    } else if (!fits_host(rule, host)) {
      each.unfit = SelectorPart::host;
    } else if (!fits_method(rule, method)) {
      each.unfit = SelectorPart::method;
    }
    if (each.unfit) each.captures.clear();
  }
  return all;
}

}  // namespace outrider::push
