// SPDX-License-Identifier: MIT
// What has been decided for one request so far: its list, and what became of each entry. Kept from phase to phase, and
// told to the log at the end.
#pragma once

#include <cstdint>
#include <vector>

#include "push/plan.h"
#include "push/push_list.h"
#include "push/reads.h"
#include "push/record.h"
#include "push/spending.h"

namespace outrider::push {

/// What happened to one entry of the list.
struct Delivered {
  How how = How::none;
  Reason reason = Reason::sent;
  std::uint64_t bytes = 0;  // as in Delivery
};

struct Decisions {
  PushList list;
  std::vector<Delivered> delivered;  // as long as the list
  PushList shadow;
  PushList switched_off;  // of rules that did not run
  Reads reads;            // of all rules that could match
  Spending spending;
  bool early_hints_sent = false;
};

/// The entries that may have reached the client. Views into `decisions`.
std::vector<DeliveryRecord> records_of_list(const Decisions& decisions);
/// All, with those of shadow rules and of what is switched off behind them.
std::vector<DeliveryRecord> records_of(const Decisions& decisions);

}  // namespace outrider::push
