// SPDX-License-Identifier: MIT
// The line in which a declared hint is written: rules know the line of their `hints` alone, and a list has many. Reads
// the sources that the rules were loaded from, not the disk.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "push/rule.h"
#include "script/outline.h"
#include "script/snapshot.h"

namespace outrider::app {

/// A Lua file that rules come from.
struct RuleSource {
  std::string shown;  // as messages name it
  std::shared_ptr<const std::string> text;
};

/// The Lua files of all sites' rules and of the modules that they require, without tests, each once.
std::vector<RuleSource> rule_sources(const config::Config& config, const script::Snapshot& sources);

class HintPlaces {
 public:
  explicit HintPlaces(const std::vector<RuleSource>& sources);

  /// Of the rule's hint number `item` (from 0) if it is a declared one that is written out; else of the rule's `hints`.
  Place of(const push::Rule& rule, std::size_t item);

 private:
  std::map<std::string, std::shared_ptr<const std::string>> texts_;
  std::map<std::string, script::Outline> outlines_;
};

}  // namespace outrider::app
