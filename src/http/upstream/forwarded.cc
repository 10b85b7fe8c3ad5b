// SPDX-License-Identifier: MIT
#include "http/upstream/forwarded.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "http/upstream/head_fields.h"

namespace outrider::http::upstream {
namespace {

constexpr std::array<std::string_view, 10> hop_by_hop{
    "connection",        "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",    "http2-settings"};

/// What we write ourselves, whoever asks.
constexpr std::array<std::string_view, 3> ours{"host", "content-length", "expect"};

constexpr std::array<std::string_view, 9> about_the_client{
    "forwarded",          "x-forwarded-for",    "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
    "x-forwarded-scheme", "x-forwarded-server", "x-real-ip",        "x-request-id"};

template <class List>
bool contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// Applications that read fields as CGI variables cannot tell "x_forwarded_for" from "x-forwarded-for".
bool speaks_of_the_client(std::string_view name) {
  if (name.find('_') == std::string_view::npos) return contains(about_the_client, name);
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  return contains(about_the_client, dashed);
}

bool is_ip(std::string_view address) {
  return !address.empty() && address.substr(0, 5) != "unix:";
}

class Collector {
 public:
  explicit Collector(const RequestFacts& facts) : facts_(facts) {}

  void take(const push::Field& field) {
    if (field.name == "cookie") {
      if (!cookies_.empty()) cookies_ += "; ";
      cookies_ += field.value;
    } else if (!speaks_of_the_client(field.name)) {
      result_.fields.push_back(field);
    } else if (facts_.trusted_peer && field.name == "x-forwarded-for") {
      if (!forwarded_for_.empty()) forwarded_for_ += ", ";
      forwarded_for_ += field.value;
    } else if (facts_.trusted_peer && field.name != "x-forwarded-proto" &&
               field.name.find('_') == std::string_view::npos) {
      has_host_ = has_host_ || field.name == "x-forwarded-host";
      has_id_ = has_id_ || field.name == "x-request-id";
      result_.fields.push_back(field);
    }
  }

  ForwardedFields finish() && {
    if (!cookies_.empty()) add("cookie", cookies_);
    // The peer adds itself to the list of those before it; without a list the client is all there is to tell.
    const std::string_view last = forwarded_for_.empty() ? facts_.client_address : facts_.peer_address;
    if (is_ip(last)) {
      if (!forwarded_for_.empty()) forwarded_for_ += ", ";
      forwarded_for_ += last;
    }
    if (!forwarded_for_.empty()) add("x-forwarded-for", forwarded_for_);
    result_.fields.push_back({"x-forwarded-proto", facts_.scheme});
    if (!has_host_ && !facts_.authority.empty()) result_.fields.push_back({"x-forwarded-host", facts_.authority});
    if (!has_id_) result_.fields.push_back({"x-request-id", facts_.id});
    return std::move(result_);
  }

 private:
  void add(std::string_view name, std::string& value) {
    result_.fields.push_back({name, result_.storage.emplace_back(std::move(value))});
  }

  const RequestFacts& facts_;
  ForwardedFields result_;
  std::string cookies_, forwarded_for_;
  bool has_host_ = false, has_id_ = false;
};

}  // namespace

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

HopByHop::HopByHop(push::Fields fields) {
  for (const push::Field& field : fields) {
    if (!equals_ignoring_case(field.name, "connection")) continue;
    for (std::string_view name : split(field.value, ',')) named_.push_back(lower_case(name));
  }
  std::sort(named_.begin(), named_.end());
}

bool HopByHop::operator()(std::string_view name) const {
  const std::string lower = lower_case(name);
  return contains(hop_by_hop, lower) || std::binary_search(named_.begin(), named_.end(), lower);
}

Result<ForwardedFields> forwarded_fields(push::Fields fields, const RequestFacts& facts) {
  const HopByHop ends_here(fields);
  Collector collector(facts);
  for (const push::Field& field : fields) {
    if (ends_here(field.name) || contains(ours, field.name)) continue;
    if (!is_token(field.name)) return failure(fmt::format("a header field named \"{}\"", printable(field.name)));
    if (!is_field_value(field.value)) {
      return failure(fmt::format("a line break or NUL in the header field \"{}\"", printable(field.name)));
    }
    collector.take(field);
  }
  return std::move(collector).finish();
}

}  // namespace outrider::http::upstream
