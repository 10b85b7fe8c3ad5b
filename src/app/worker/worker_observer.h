// SPDX-License-Identifier: MIT
// Hands what ended on one worker to the access log, the counters and the debug log. The worker's thread.
#pragma once

#include <memory>

#include "config/config.h"
#include "observe/access_log.h"
#include "observe/counters.h"
#include "observe/rule_failures.h"
#include "push/record.h"

namespace outrider::app {

class WorkerObserver final : public push::Observer {
 public:
  explicit WorkerObserver(observe::RuleFailures& failures) : failures_(failures) {}

  /// Writes there from now on; null: nowhere. What was collected goes to the log before.
  void use_log(std::shared_ptr<observe::AccessLog> access_log, observe::LogFormat format);

  void request_ended(const push::RequestRecord& record) override;
  void rule_failed(const push::Rule& rule, std::string_view error) override;
  void rule_mistaken(const push::Rule& rule, std::string_view mistake) override;

  /// Hands over collected log lines; called by the worker's tick.
  void flush();
  /// Any thread.
  const observe::DeliveryCounters& deliveries() const { return deliveries_; }

 private:
  std::shared_ptr<observe::AccessLog> access_log_;
  std::unique_ptr<observe::LogBuffer> lines_;  // after the log that it writes to
  observe::DeliveryCounters deliveries_;
  observe::RuleFailures& failures_;
};

/// How the configuration wants a line to look.
observe::LogFormat log_format(const config::Config& config);

/// `GET /page: push /app.css (rule "home"): sent`
std::string delivery_line(const push::RequestRecord& record, const push::DeliveryRecord& delivery);

}  // namespace outrider::app
