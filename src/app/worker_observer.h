// SPDX-License-Identifier: MIT
// Hands what ended on one worker to the access log, the counters and the debug log. The worker's thread.
#pragma once

#include <memory>

#include "observe/access_log.h"
#include "observe/counters.h"
#include "observe/rule_failures.h"
#include "push/record.h"

namespace outrider::app {

class WorkerObserver final : public push::Observer {
 public:
  /// `access_log` may be null.
  WorkerObserver(observe::AccessLog* access_log, observe::LogFormat format, observe::RuleFailures& failures);

  void request_ended(const push::RequestRecord& record) override;
  void rule_failed(const push::Rule& rule, std::string_view error) override;

  /// Hands over collected log lines; called by the worker's tick.
  void flush();
  /// Any thread.
  const observe::DeliveryCounters& deliveries() const { return deliveries_; }

 private:
  std::unique_ptr<observe::LogBuffer> lines_;
  observe::DeliveryCounters deliveries_;
  observe::RuleFailures& failures_;
};

/// `GET /page: push /app.css (rule "home"): sent`
std::string delivery_line(const push::RequestRecord& record, const push::DeliveryRecord& delivery);

}  // namespace outrider::app
