// SPDX-License-Identifier: MIT
// What was decided for the requests of the recent past, for `outrider explain --request`. One per worker, on its
// thread; it outlives generations and holds none of them alive, because it has copies of the few texts that it needs.
//
// Its memory is allocated once: a ring of bytes, into which entries are written one behind the other and over the
// oldest. A request has one when its rules have been asked, for each phase, and one when it ends, so that nothing has
// to be kept for it in between. What is too long is cut. Of what visitors keep for themselves there is nothing in it:
// neither the query of a request nor the value of a header field. A rule's function and the application may put either
// into an URL that they hint: of such URLs the query is left out, and what is in their path has to be no secret.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/load_error.h"
#include "push/evaluate.h"
#include "push/record.h"

namespace outrider::push {

/// One request as it is remembered.
struct RecentRequest {
  struct Asked {
    std::string rule;
    Place place;
    RuleMark::What what = RuleMark::What::matched;
    std::string condition;  // the one that failed
    Place condition_place;
    bool in_error = false, final = false, shadow = false;
    std::size_t hints = 0;
  };
  struct Entry {
    std::string url;  // what was computed ends in "?…" where it had a query
    std::string rule;
    How how = How::none;
    Reason reason = Reason::sent;
  };

  std::string id, method, scheme, authority, path, protocol, client;
  std::chrono::system_clock::time_point begun;
  std::uint64_t generation = 0;
  std::vector<Asked> rules;
  std::vector<Entry> entries;
  std::size_t left_out = 0;   // rules and entries for which there was no room
  std::optional<int> status;  // nothing: it has not ended
  bool early_hints = false;   // a 103 went out
};

class RecentRequests {
 public:
  /// Some 2,000 requests of usual length.
  static constexpr std::size_t usual_bytes = std::size_t{1} << 20;
  /// Of one entry. What exceeds it is left out, and counted.
  static constexpr std::size_t longest_entry = 8'192;
  /// Of texts in it, each: what is longer is cut, and ends in "…".
  static constexpr std::size_t longest_url = 256, longest_name = 128;

  /// `bytes`: at least four of the longest entries.
  explicit RecentRequests(std::size_t bytes = usual_bytes);

  struct Facts {
    std::string_view id;  // of 16 characters
    std::string_view method, authority, path, client;
    std::chrono::system_clock::time_point begun;
    std::uint64_t generation = 0;
    bool secure = true;             // https
    std::uint16_t version = 0x200;  // of HTTP
  };
  /// Rules of one phase have been asked.
  void asked(const Facts& facts, std::span<const RuleMark> marks);
  /// The request has ended; `status` is 0 where it was reset before there was one.
  void ended(const Facts& facts, int status, bool early_hints, std::span<const DeliveryRecord> deliveries);
  /// The same of one for which rules were asked, and that was hinted nothing.
  void ended(std::string_view id, int status);

  /// What is known of the request, as far as it has not been written over.
  std::optional<RecentRequest> find(std::string_view id) const;

  struct Kept {
    std::size_t requests = 0;
    std::optional<std::chrono::system_clock::time_point> oldest;
  };
  Kept kept() const;

 private:
  struct Head;
  class Reader;
  class Writer;

  /// Where the next entry comes, with room for the longest.
  char* begin();
  void end(const Writer& writer);
  template <class Visit>
  void each(Visit visit) const;

  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
  // Entries lie from oldest_ to end_ and from 0 to next_ once there is a second lap; before, from oldest_ to next_.
  std::size_t oldest_ = 0, end_ = 0, next_ = 0;
  bool lapped_ = false;
};

}  // namespace outrider::push
