// SPDX-License-Identifier: MIT
// From push lists to deliveries, in the order in which a request lives: what rules and experience say before the page
// is asked for, what the application says while it makes it, what the head of the response decides. It is the only
// place where that is settled: the server carries it out by its Outside, and whoever only wants to know what the server
// would do has an Outside that takes note. On one thread, while one request is being decided.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/decisions.h"
#include "push/plan.h"
#include "push/push_list.h"
#include "push/request.h"

namespace outrider::push {

class Switches;

/// What deciding does to the world, and what of the world may change in between.
class Outside {
 public:
  /// What is switched off just now; null where nothing is. What was decided before is looked at again.
  virtual const Switches* switches() const = 0;
  /// The name of the request's site, by which things are switched off.
  virtual std::string_view site() const = 0;
  /// What connection, site and route say just now. What Delivering knows by itself it puts in.
  virtual Situation situation(bool head_known) const = 0;

  /// Promises the entry, which may take so many bytes of the budget. `sent`, or why it could not be done.
  virtual Reason promise(const Entry& entry, std::uint64_t bytes, bool head_known) = 0;
  /// Sends a 103 with these Link values. False where the connection takes nothing more.
  virtual bool send_early_hints(const std::vector<std::string>& links) = 0;

  /// Somebody hints the asset at this path of the request's own host.
  virtual void hinted(std::string_view path) = 0;
  /// A rule says that the asset at `path` is of the entry's kind; by its media type it is of the `right` one, or of
  /// none.
  virtual void mistaken(const Entry& entry, std::string_view path, std::string_view type,
                        std::optional<Kind> right) = 0;
  /// The entry goes out ahead of the page, whose own status nobody knows yet.
  virtual void announced(const Entry& entry) = 0;

 protected:
  ~Outside() = default;
};

class Delivering {
 public:
  /// All three outlive it.
  Delivering(Decisions& decisions, Outside& outside, const Request& request)
      : decisions_(decisions), outside_(outside), request_(request) {}

  /// Plans and carries out what is new in `fresh`, and appends it to the list. `head_known`: the head of the final
  /// response is there, which takes no 103 any more, and tells whether a conditional request gets a page.
  void deliver(const PushList& fresh, bool head_known);
  /// The head of a final response that takes hints has come: carries out what waited for it. Comes before rules of the
  /// response phase are asked, which see what was sent; what they and the application say then goes to deliver().
  void head_came(int status);

 private:
  Situation situation(bool head_known) const;
  Entry corrected(Entry entry) const;
  Delivered carry_out(const Entry& entry, const Delivery& planned, bool head_known);
  Delivered instead(const Entry& entry, Reason reason) const;
  void send_early_hints(const PushList& added, const Plan& plan);
  void deliver_conditional();

  Decisions& decisions_;
  Outside& outside_;
  const Request& request_;
};

/// The values for the Link field of the final response, beside what the application says in its own. What a shared
/// cache may store (`storable`) has none that came from who asks; what goes nowhere by that is noted, with
/// `shared_cache` unless its asset was found to be missing or to redirect.
std::vector<std::string> final_links(Decisions& decisions, const Outside& outside, const PushList& from_application,
                                     bool storable);

/// Entries of a conditional request wait for the head of its answer, and it is a page.
bool waits_for_head(const Decisions& decisions, int status);
/// Hints help a page that comes, not a redirect or an error.
bool takes_hints(std::string_view method, int status);
/// The path of an asset that a rule hints, on the request's own host: its rule answers for it. Empty where that is not
/// so, as for what the application hints.
std::string_view answered_for(const Entry& entry, std::string_view scheme, std::string_view authority);

}  // namespace outrider::push
