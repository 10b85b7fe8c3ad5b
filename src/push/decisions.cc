// SPDX-License-Identifier: MIT
#include "push/decisions.h"

namespace outrider::push {
namespace {

DeliveryRecord record_of(const Entry& entry, Delivered outcome) {
  const std::string_view rule = entry.rule != nullptr ? std::string_view(entry.rule->name) : "application";
  const bool computed = entry.rule == nullptr || entry.rule->hints_function >= 0;
  return {entry.hint.url, rule, outcome.how, outcome.reason, computed};
}

}  // namespace

std::vector<DeliveryRecord> records_of_list(const Decisions& decisions) {
  std::vector<DeliveryRecord> records;
  const std::vector<Entry>& entries = decisions.list.entries();
  records.reserve(entries.size());
  for (std::size_t i = 0; i != entries.size(); ++i) records.push_back(record_of(entries[i], decisions.delivered[i]));
  return records;
}

std::vector<DeliveryRecord> records_of(const Decisions& decisions) {
  std::vector<DeliveryRecord> records = records_of_list(decisions);
  for (const Entry& entry : decisions.shadow.entries())
    records.push_back(record_of(entry, {How::none, Reason::shadow}));
  for (const Entry& entry : decisions.switched_off.entries())
    records.push_back(record_of(entry, {How::none, Reason::switched_off}));
  return records;
}

}  // namespace outrider::push
