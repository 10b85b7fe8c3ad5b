// SPDX-License-Identifier: MIT
#include "app/worker/worker_observer.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "observe/escape.h"

namespace outrider::app {

std::string delivery_line(const push::RequestRecord& record, const push::DeliveryRecord& delivery) {
  const std::string origin = delivery.rule == "application"
                                 ? std::string(delivery.rule)
                                 : fmt::format("rule \"{}\"", observe::escaped(delivery.rule));
  return fmt::format("{} {}: {} {} ({}): {}", observe::escaped(record.method), observe::escaped(record.target),
                     push::name_of(delivery.how), observe::escaped(delivery.url), origin,
                     push::text_of(delivery.reason).name);
}

observe::LogFormat log_format(const config::Config& config) {
  return config.access_log.json ? observe::LogFormat::json : observe::LogFormat::combined;
}

void WorkerObserver::use_log(std::shared_ptr<observe::AccessLog> access_log, observe::LogFormat format) {
  lines_.reset();
  access_log_ = std::move(access_log);
  if (access_log_) lines_ = std::make_unique<observe::LogBuffer>(*access_log_, format);
}

void WorkerObserver::request_ended(const push::RequestRecord& record) {
  const bool debug = !record.deliveries.empty() && log::enabled(log::Level::debug);
  for (const push::DeliveryRecord& delivery : record.deliveries) {
    deliveries_.add(delivery.how, delivery.reason);
    if (debug) log::write(log::Level::debug, delivery_line(record, delivery));
  }
  if (lines_) lines_->add(record);
}

void WorkerObserver::rule_failed(const push::Rule& rule, std::string_view error) {
  failures_.add(rule, error);
}

void WorkerObserver::rule_mistaken(const push::Rule& rule, std::string_view mistake) {
  log::warning("{}: rule \"{}\" {}", rule.place.text(), observe::escaped(rule.name), observe::escaped(mistake));
}

void WorkerObserver::flush() {
  if (lines_) lines_->flush();
}

}  // namespace outrider::app
