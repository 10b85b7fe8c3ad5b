// SPDX-License-Identifier: MIT
#include "app/replay/replay.h"

#include <algorithm>
#include <future>
#include <memory>

#include "app/replay/log_input.h"
#include "app/replay/replayer.h"

namespace outrider::app {
namespace {

template <class Take>
void each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!take(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Whether some line tells what was hinted. Looks for the member's name first, which the combined format cannot have,
/// because it escapes quotes: to read all lines would take as long as the replay.
bool tells_deliveries(std::string_view text) {
  constexpr std::string_view member = "\"deliveries\"";
  observe::LoggedRequest request;
  for (auto at = text.find(member); at != text.npos; at = text.find(member, at + 1)) {
    const auto begin = text.rfind('\n', at) + 1;  // 0 where there is none
    const std::string_view line = text.substr(begin, text.find('\n', at) - begin);
    if (observe::read_line(line, request) && request.tells_deliveries) return true;
  }
  return false;
}

bool has_requests(std::string_view text) {
  observe::LoggedRequest request;
  bool has = false;
  each_line(text, [&](std::string_view line) {
    has = observe::read_line(line, request).has_value();
    return !has;
  });
  return has;
}

class Replay {
 public:
  Replay(const ReplayQuestion& question, const Candidate& candidate, const Candidate* baseline, std::size_t threads)
      : question_(question) {
    setting_.candidate = &candidate;
    setting_.baseline = baseline;
    setting_.default_host = question.default_host;
    setting_.patience = question.patience;
    for (std::size_t i = 0; i != threads; ++i) replayers_.push_back(std::make_unique<Replayer>(setting_, i));
  }

  Result<Replayed> run() {
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t log = 0; log != question_.logs.size(); ++log) {
      if (auto read = run_log(log); !read) return tl::unexpected(read.error());
    }
    Replayed result;
    for (const auto& replayer : replayers_) result.findings.merge(replayer->findings());
    result.compares = setting_.compares;
    result.untold_by = untold_by_;
    result.threads = replayers_.size();
    result.took = std::chrono::steady_clock::now() - begun;
    return result;
  }

 private:
  Result<void> run_log(std::size_t log) {
    auto input = LogInput::open(question_.logs[log]);
    if (!input) return tl::unexpected(input.error());
    for (std::uint64_t first = 1;;) {
      const auto piece = input->next();
      if (!piece) return tl::unexpected(piece.error());
      if (piece->empty()) return {};
      decide_comparison(*piece, log);
      first = run_piece(*piece, log, first);
    }
  }

  /// All lines are taken alike: else the sums would say nothing. The first piece with requests decides.
  void decide_comparison(std::string_view piece, std::size_t log) {
    if (decided_ || setting_.baseline != nullptr) return;
    const bool tells = tells_deliveries(piece);
    decided_ = tells || has_requests(piece);
    setting_.compares = tells || !decided_;
    untold_by_ = log;
  }

  /// Returns the number of the line behind it.
  std::uint64_t run_piece(std::string_view piece, std::size_t log, std::uint64_t first) {
    const std::vector<LineRange> ranges = cut_at_lines(piece, replayers_.size(), first);
    std::vector<std::future<void>> others;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      others.push_back(std::async(std::launch::async, [&, i] { run_range(*replayers_[i], ranges[i], log); }));
    }
    run_range(*replayers_.front(), ranges.front(), log);
    for (std::future<void>& other : others) other.get();
    return ranges.back().first + ranges.back().ends;
  }

  static void run_range(Replayer& replayer, const LineRange& range, std::size_t log) {
    LogPlace place{log, range.first};
    each_line(range.text, [&](std::string_view line) {
      replayer.line(line, place);
      ++place.line;
      return true;
    });
  }

  const ReplayQuestion& question_;
  ReplaySetting setting_;
  bool decided_ = false;
  std::size_t untold_by_ = 0;
  std::vector<std::unique_ptr<Replayer>> replayers_;
};

}  // namespace

Result<Replayed> replay(const ReplayQuestion& question, const Candidate& candidate, const Candidate* baseline,
                        std::size_t threads) {
  return Replay(question, candidate, baseline, threads).run();
}

}  // namespace outrider::app
