// SPDX-License-Identifier: MIT
#include "observe/log_line.h"

#include <chrono>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "observe/escape.h"

namespace outrider::observe {
namespace {

using std::chrono::system_clock;

std::tm utc(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

/// Not by strftime, whose names of months follow the locale.
void append_apache_time(std::string& out, system_clock::time_point time) {
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm parts = utc(time);
  fmt::format_to(std::back_inserter(out), "{:02}/{}/{}:{:02}:{:02}:{:02} +0000", parts.tm_mday, months[parts.tm_mon],
                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void append_rfc3339(std::string& out, system_clock::time_point time) {
  const std::tm parts = utc(time);
  const auto since = time - std::chrono::floor<std::chrono::seconds>(time);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                 std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

void append_combined(std::string& out, const push::RequestRecord& record) {
  append_escaped(out, record.client);
  out += " - - [";
  append_apache_time(out, record.begun);
  out += "] \"";
  append_escaped(out, record.method);
  out += ' ';
  append_escaped(out, record.target);
  out += ' ';
  append_escaped(out, record.protocol);
  fmt::format_to(std::back_inserter(out), "\" {:03} {} \"", record.status, record.bytes_sent);
  append_escaped(out, record.referer);
  out += "\" \"";
  append_escaped(out, record.user_agent);
  out += "\" id=";
  append_escaped(out, record.id);
  if (record.pushed) {
    out += " \"pushed\"\n";
    return;
  }
  std::size_t counts[4] = {};
  for (const push::DeliveryRecord& delivery : record.deliveries) ++counts[static_cast<std::size_t>(delivery.how) & 3];
  fmt::format_to(std::back_inserter(out), " \"push={} early_hints={} link={}\"\n",
                 counts[static_cast<std::size_t>(push::How::push)],
                 counts[static_cast<std::size_t>(push::How::early_hints)],
                 counts[static_cast<std::size_t>(push::How::link)]);
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json(out, value);
}

void append_member(std::string& out, std::string_view name, bool value) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, value);
}

void append_deliveries(std::string& out, std::span<const push::DeliveryRecord> deliveries) {
  out += ",\"deliveries\":[";
  bool first = true;
  for (const push::DeliveryRecord& delivery : deliveries) {
    out += first ? "{\"url\":" : ",{\"url\":";
    first = false;
    append_json(out, delivery.url);
    append_member(out, "rule", delivery.rule);
    append_member(out, "how", push::name_of(delivery.how));
    append_member(out, "reason", push::text_of(delivery.reason).name);
    out += '}';
  }
  out += ']';
}

void append_json_line(std::string& out, const push::RequestRecord& record) {
  out += "{\"time\":\"";
  append_rfc3339(out, record.begun);
  out += '"';
  append_member(out, "id", record.id);
  append_member(out, "client", record.client);
  append_member(out, "peer", record.peer);
  append_member(out, "method", record.method);
  append_member(out, "host", record.host);
  append_member(out, "target", record.target);
  append_member(out, "protocol", record.protocol);
  append_member(out, "scheme", record.scheme);
  append_member(out, "mode", record.mode);
  fmt::format_to(std::back_inserter(out), ",\"status\":{},\"bytes\":{},\"duration_us\":{}", record.status,
                 record.bytes_sent, record.duration.count());
  append_member(out, "referer", record.referer);
  append_member(out, "user_agent", record.user_agent);
  append_member(out, "site", record.site);
  append_member(out, "upstream", record.upstream);
  append_member(out, "error", record.error);
  append_member(out, "pushed", record.pushed);
  append_member(out, "reset", record.reset);
  append_member(out, "early_hints", record.early_hints);
  append_member(out, "switched_off", record.switched_off);
  append_deliveries(out, record.deliveries);
  out += "}\n";
}

}  // namespace

void append_line(std::string& out, LogFormat format, const push::RequestRecord& record) {
  if (format == LogFormat::json) {
    append_json_line(out, record);
  } else {
    append_combined(out, record);
  }
}

}  // namespace outrider::observe
