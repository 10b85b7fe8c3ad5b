// SPDX-License-Identifier: MIT
#include "app/admin/explain_answers.h"

#include <algorithm>
#include <utility>

#include "app/admin/admin_body.h"
#include "base/text.h"

namespace outrider::app {
namespace {

constexpr std::int64_t longest_ms = 3'600'000;
constexpr std::int64_t largest_page = std::int64_t{1} << 40;
constexpr std::size_t id_digits = 16;

bool is_id(std::string_view text) {
  return text.size() == id_digits && std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; });
}

}  // namespace

void explain_one(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations) {
  Body body(request.body);
  Asked asked;
  asked.url = body.text("url");
  if (const std::string method = body.text("method"); !method.empty()) asked.method = method;
  asked.headers = body.texts("headers");
  asked.cookies = body.texts("cookies");
  asked.client = body.text("client");
  asked.address = body.text("address");
  asked.country = body.text("country");
  asked.rtt_ms = body.number_if_any("rtt_ms", 1, longest_ms);
  asked.think_ms = body.number_if_any("think_ms", 0, longest_ms);
  asked.page_bytes = body.number_if_any("page_bytes", 1, largest_page);
  asked.at = body.text("at");
  asked.sent = body.texts("sent");
  asked.cached = body.texts("cached");
  asked.response = body.text("response");
  body.end();
  if (asked.url.empty()) throw Refusal{400, "\"url\" is missing: which page is it about?"};
  const auto done = [reply](const Result<Json>& answer) {
    reply(answer ? http::AdminResponse{200, "application/json", dump(*answer)} : refuse(503, answer.error().message));
  };
  if (auto going = operations.explain(asked, done); !going) throw Refusal{422, going.error().message};
}

void recent_one(const http::AdminRequest& request, const http::AdminReply& reply, AdminOperations& operations) {
  Body body(request.body);
  const std::string id = lower_case(body.text("id"));
  body.end();
  if (!is_id(id)) throw Refusal{400, "\"id\": expected the 16 hex digits that the access log has as id"};
  operations.recent(id, [reply](const Result<Json>& answer) {
    reply(answer ? http::AdminResponse{200, "application/json", dump(*answer)} : refuse(404, answer.error().message));
  });
}

std::string body_of(const Asked& asked) {
  Json body{{"url", asked.url}, {"method", asked.method}};
  if (!asked.headers.empty()) body["headers"] = asked.headers;
  if (!asked.cookies.empty()) body["cookies"] = asked.cookies;
  if (!asked.client.empty()) body["client"] = asked.client;
  if (!asked.address.empty()) body["address"] = asked.address;
  if (!asked.country.empty()) body["country"] = asked.country;
  if (asked.rtt_ms) body["rtt_ms"] = *asked.rtt_ms;
  if (asked.think_ms) body["think_ms"] = *asked.think_ms;
  if (asked.page_bytes) body["page_bytes"] = *asked.page_bytes;
  if (!asked.at.empty()) body["at"] = asked.at;
  if (!asked.sent.empty()) body["sent"] = asked.sent;
  if (!asked.cached.empty()) body["cached"] = asked.cached;
  if (!asked.response.empty()) body["response"] = asked.response;
  return dump(body);
}

}  // namespace outrider::app
