// SPDX-License-Identifier: MIT
// One thread of a replay: from lines of a log to findings.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/replay/asset_look.h"
#include "app/replay/candidate.h"
#include "app/replay/findings.h"
#include "app/replay/hint_changes.h"
#include "app/replay/rulebook.h"
#include "observe/log_reader.h"

namespace outrider::app {

struct ReplaySetting {
  const Candidate* candidate = nullptr;
  const Candidate* baseline = nullptr;  // null: what the log has of deliveries
  bool compares = true;                 // false: only what the candidate's rules return
  std::string default_host;             // in lower case; of lines that name none; empty: they are left out
  std::chrono::nanoseconds patience{};  // see Rulebook
};

class Replayer {
 public:
  /// `setting` and what it names outlive it.
  Replayer(const ReplaySetting& setting, std::size_t thread);
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  /// A line without its end.
  void line(std::string_view text, LogPlace place);
  const Findings& findings() const { return findings_; }

 private:
  std::optional<LeftOut> locate();
  bool has_baseline_hints() const;
  bool fitted_before();
  void judge();
  HintChanges changes(const push::PushList& before, const push::PushList& now);
  push::Request request_of(const std::vector<push::Field>& fields) const;
  std::string page_name() const;
  void note(const HintChanges& changes, const push::PushList& now);
  void note_assets(const push::PushList& now);
  void note_keys();
  void note_not_asked();
  void called(const push::Rule& rule, const WatchedFunctions::Call& call);
  void failed(const push::Rule& rule, const std::string& error);
  void untold(const push::Rule& rule);
  Example here() const;

  const ReplaySetting& setting_;
  Findings findings_;
  Rulebook rules_;
  std::optional<Rulebook> before_;
  AssetLook assets_;

  // Of the line at hand.
  LogPlace place_;
  observe::LoggedRequest logged_;
  std::string host_, path_;
  std::string_view target_, query_;
  NotAskedNames not_asked_;
  std::vector<std::string> untold_;
  std::unordered_map<const push::Rule*, LogPlace> untold_at_;
};

}  // namespace outrider::app
