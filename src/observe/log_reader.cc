// SPDX-License-Identifier: MIT
// JSON is read as a stream of events: most of what a line has is of no interest here, and a million lines take seconds.
#include "observe/log_reader.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "observe/log_time.h"

namespace outrider::observe {
namespace {

/// Where a member's text goes.
template <class Owner>
struct Text {
  std::string_view name;
  std::string Owner::*member;
};

constexpr std::array texts{
    Text<LoggedRequest>{"id", &LoggedRequest::id},
    Text<LoggedRequest>{"client", &LoggedRequest::client},
    Text<LoggedRequest>{"peer", &LoggedRequest::peer},
    Text<LoggedRequest>{"method", &LoggedRequest::method},
    Text<LoggedRequest>{"host", &LoggedRequest::host},
    Text<LoggedRequest>{"target", &LoggedRequest::target},
    Text<LoggedRequest>{"protocol", &LoggedRequest::protocol},
    Text<LoggedRequest>{"scheme", &LoggedRequest::scheme},
    Text<LoggedRequest>{"mode", &LoggedRequest::mode},
    Text<LoggedRequest>{"referer", &LoggedRequest::referer},
    Text<LoggedRequest>{"user_agent", &LoggedRequest::user_agent},
};

constexpr std::array delivery_texts{
    Text<LoggedDelivery>{"url", &LoggedDelivery::url},
    Text<LoggedDelivery>{"rule", &LoggedDelivery::rule},
    Text<LoggedDelivery>{"how", &LoggedDelivery::how},
    Text<LoggedDelivery>{"reason", &LoggedDelivery::reason},
};

template <class Owner, std::size_t count>
std::string* text_named(const std::array<Text<Owner>, count>& all, std::string_view name, Owner& owner) {
  for (const Text<Owner>& each : all) {
    if (each.name == name) return &(owner.*each.member);
  }
  return nullptr;
}

/// What nlohmann::json::sax_parse calls. Each function returns whether to go on.
class Events {
 public:
  explicit Events(LoggedRequest& request) : request_(request) {}

  const std::string& problem() const { return problem_; }
  bool has_all() const { return !request_.method.empty() && !request_.target.empty() && has_time_ && has_status_; }

  bool key(std::string& name) {
    wanted_ = Wanted::nothing;
    if (depth_ == 1) choose_member(name);
    if (is_delivery()) choose(text_named(delivery_texts, name, request_.deliveries.back()));
    return true;
  }
  bool string(std::string& value) {
    switch (std::exchange(wanted_, Wanted::nothing)) {
      case Wanted::text:
        text_->swap(value);
        return true;
      case Wanted::time:
        return take_time(value);
      case Wanted::nothing:
        return true;
      default:
        return wrong("with a text where none is expected");
    }
  }
  bool number_integer(std::int64_t) { return other("a number below 0"); }
  bool number_unsigned(std::uint64_t value) {
    if (wanted_ != Wanted::status) return other("a number");
    wanted_ = Wanted::nothing;
    if (value > 999) return wrong("with a status above 999");
    request_.status = static_cast<int>(value);
    has_status_ = true;
    return true;
  }
  bool number_float(double, const std::string&) { return other("a fraction"); }
  bool boolean(bool value) {
    if (wanted_ != Wanted::flag) return other("a boolean");
    wanted_ = Wanted::nothing;
    *flag_ = value;
    return true;
  }
  bool null() { return other("null"); }
  bool binary(std::vector<std::uint8_t>&) { return wrong("with bytes"); }

  bool start_object(std::size_t) {
    ++depth_;
    if (is_delivery()) request_.deliveries.emplace_back();
    return depth_ == 1 || is_delivery() || other("an object");
  }
  bool end_object() {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) {
    ++depth_;
    if (depth_ == 1) return wrong("that is no object");
    if (wanted_ != Wanted::deliveries) return other("a list");
    wanted_ = Wanted::nothing;
    in_deliveries_ = true;
    request_.tells_deliveries = true;
    return true;
  }
  bool end_array() {
    if (--depth_ == 1) in_deliveries_ = false;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return wrong("that is broken off or misspelt");
  }

 private:
  enum class Wanted { nothing, text, time, status, flag, deliveries };

  bool is_delivery() const { return in_deliveries_ && depth_ == 3; }

  void choose(std::string* text) {
    text_ = text;
    if (text != nullptr) wanted_ = Wanted::text;
  }
  void choose(bool& flag) {
    flag_ = &flag;
    wanted_ = Wanted::flag;
  }
  void choose_member(const std::string& name) {
    choose(text_named(texts, name, request_));
    if (name == "time") wanted_ = Wanted::time;
    if (name == "status") wanted_ = Wanted::status;
    if (name == "pushed") choose(request_.pushed);
    if (name == "switched_off") choose(request_.switched_off);
    if (name == "deliveries") wanted_ = Wanted::deliveries;
    if (name == "mode") request_.tells_mode = true;
  }
  bool take_time(const std::string& value) {
    const auto time = read_rfc3339(value);
    if (!time) return wrong("with a time that is not written as 2026-11-22T16:34:05.678Z");
    request_.time = *time;
    has_time_ = true;
    return true;
  }
  /// Members that nobody asks for may be anything.
  bool other(const char* found) {
    if (std::exchange(wanted_, Wanted::nothing) == Wanted::nothing) return true;
    return wrong("with " + std::string(found) + " where something else is expected");
  }
  bool wrong(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  LoggedRequest& request_;
  std::string problem_;
  Wanted wanted_ = Wanted::nothing;
  std::string* text_ = nullptr;
  bool* flag_ = nullptr;
  int depth_ = 0;
  bool in_deliveries_ = false;
  bool has_time_ = false;
  bool has_status_ = false;
};

/// Empties it, and keeps the memory of its texts.
void clear(LoggedRequest& request) {
  for (const auto& text : texts) (request.*text.member).clear();
  request.time = {};
  request.status = 0;
  request.pushed = request.switched_off = request.tells_mode = request.tells_deliveries = false;
  request.deliveries.clear();
}

}  // namespace

Result<void> read_json(std::string_view line, LoggedRequest& request) {
  clear(request);
  Events events(request);
  const bool read = nlohmann::json::sax_parse(line.begin(), line.end(), &events);
  if (!read) return failure("JSON " + events.problem());
  if (!events.has_all())
    return failure("JSON without a time, a method, a target and a status: no access log of outrider");
  return {};
}

Result<void> read_line(std::string_view line, LoggedRequest& request) {
  if (line.starts_with('{')) return read_json(line, request);
  clear(request);
  return read_combined(line, request);
}

}  // namespace outrider::observe
