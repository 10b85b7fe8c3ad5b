// SPDX-License-Identifier: MIT
#include "script/test_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "push/budget.h"
#include "push/delivering.h"
#include "push/plan.h"
#include "push/reason.h"
#include "script/test_report.h"
#include "script/words.h"

namespace outrider::script {
namespace {

constexpr std::array<std::string_view, 4> ways{"push", "early_hints", "link", "none"};

std::string outcome(const push::DeliveryRecord& record) {
  const push::ReasonText& reason = push::text_of(record.reason);
  return fmt::format("{} ({}: {})", name_of(record.how), reason.name, reason.sentence);
}

std::string all_of(const std::vector<push::DeliveryRecord>& records) {
  std::string text;
  for (const push::DeliveryRecord& each : records) {
    text += fmt::format("{}{} {} ({})", text.empty() ? "" : ", ", each.url, name_of(each.how), name_of(each.reason));
  }
  return text.empty() ? "no hints" : text;
}

bool is_over_budget(const push::DeliveryRecord& record) {
  return record.reason == push::Reason::over_budget;
}

std::vector<Unmet> failures_of(const std::vector<push::RuleTrace>& traces) {
  std::vector<Unmet> failures;
  for (std::string& each : rule_failures(traces)) failures.push_back({std::move(each), {}, {}});
  return failures;
}

}  // namespace

Examination::Examination(const AskedRules& asked, const TestRequest& request)
    : asked_(asked), made_(request), view_(request.made, &request.assets, asked.options.clients.get()) {
  view_.edit().early_hints = asked.spec.delivery.early_hints;
  if (!request.response) return;
  for (const auto& [name, value] : request.response->fields) response_fields_.push_back({name, value});
  response_ = push::Response{request.response->status, response_fields_};
}

std::vector<Unmet> Examination::hints(const std::vector<push::Hint>& expected) const {
  const push::Request& request = view_.request();
  std::vector<push::Match> matches;
  asked_.rules.find(request.host, request.method, request.path, matches);
  push::Evaluation all = push::evaluate(matches, push::Phase::request, request, nullptr, &asked_.functions, true);
  if (response_ && push::takes_hints(request.method, response_->status)) {
    push::Evaluation late =
        push::evaluate(matches, push::Phase::response, request, &*response_, &asked_.functions, true);
    for (const push::Entry& entry : late.list.entries()) all.list.add(entry.hint, entry.rule, entry.personal);
    std::move(late.traces.begin(), late.traces.end(), std::back_inserter(all.traces));
  }
  std::vector<Unmet> wrong = failures_of(all.traces);
  if (auto unlike = difference(expected, all)) wrong.push_back(*std::move(unlike));
  return wrong;
}

push::Rehearsed Examination::rehearse() const {
  const push::Request& request = view_.request();
  const SiteDelivery& delivery = asked_.spec.delivery;
  push::Setting setting;
  setting.rules = &asked_.rules;
  setting.functions = &asked_.functions;
  setting.site = asked_.spec.site;
  setting.push = delivery.push;
  setting.budget_bytes = delivery.budget_bytes;
  setting.own_push_room = delivery.pushes_per_connection;
  setting.answers_at_once = delivery.answers_at_once && delivery.answers_at_once(request.path);
  setting.think_time = made_.think_time;
  setting.page_bytes = made_.page_bytes;
  if (!response_) return push::rehearse(request, setting, nullptr);
  const push::FinalHead head = push::final_head(*response_, request, request.path);
  return push::rehearse(request, setting, &head);
}

/// What a test that does not say how large its assets are may not expect: the disk is not looked at for it.
std::string Examination::assumed_sizes(const push::Rehearsed& rehearsed) const {
  std::size_t unknown = 0;
  const push::Request& request = view_.request();
  const push::Decisions& decisions = rehearsed.decisions;
  for (std::size_t i = 0; i != decisions.delivered.size(); ++i) {
    const push::Delivered& each = decisions.delivered[i];
    if (each.how != push::How::push && each.reason != push::Reason::over_budget) continue;
    const std::string& url = decisions.list.entries()[i].hint.url;
    if (made_.assets.facts(push::same_origin_path(url, request.scheme, request.authority)).bytes == 0) ++unknown;
  }
  if (unknown == 0) return {};
  return fmt::format("; the size{} of {} asset{} not given, and {} KiB assumed{}: see `assets`",
                     unknown == 1 ? "" : "s", unknown, unknown == 1 ? " is" : "s are", push::assumed_bytes / 1024,
                     unknown == 1 ? "" : " for each");
}

Result<std::vector<Unmet>> Examination::delivers(std::string_view way, std::string_view url) const {
  if (std::find(ways.begin(), ways.end(), way) == ways.end()) {
    return failure(
        fmt::format("expected {}, found \"{}\"{}", one_of(ways), way, did_you_mean(way, {ways.begin(), ways.end()})));
  }
  const push::Rehearsed rehearsed = rehearse();
  std::vector<Unmet> wrong = failures_of(rehearsed.traces);
  const auto records = push::records_of(rehearsed.decisions);
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& each) { return each.url == url; });
  if (found == records.end()) {
    wrong.push_back({fmt::format("expected {} by {}; nobody hints it; found {}", url, way, all_of(records)), {}, {}});
  } else if (name_of(found->how) != way) {
    const std::string assumed = is_over_budget(*found) ? assumed_sizes(rehearsed) : std::string();
    wrong.push_back({fmt::format("expected {} by {}; found {}{}", url, way, outcome(*found), assumed), {}, {}});
  }
  return wrong;
}

Result<std::vector<Unmet>> Examination::nothing_because(std::string_view reason) const {
  std::vector<std::string_view> names;
  for (const push::ReasonText& each : push::reasons()) names.push_back(each.name);
  if (std::find(names.begin(), names.end(), reason) == names.end()) {
    return failure(fmt::format("\"{}\" is no reason{}", reason, did_you_mean(reason, names)));
  }
  const push::Rehearsed rehearsed = rehearse();
  std::vector<Unmet> wrong = failures_of(rehearsed.traces);
  // What shadow rules say is no news where others say something.
  auto records = push::records_of_list(rehearsed.decisions);
  if (records.empty()) records = push::records_of(rehearsed.decisions);
  const bool all = std::all_of(records.begin(), records.end(), [&](const push::DeliveryRecord& each) {
    return each.how != push::How::push && each.how != push::How::early_hints && name_of(each.reason) == reason;
  });
  if (records.empty() || !all) {
    const bool is_over = std::any_of(records.begin(), records.end(), is_over_budget);
    wrong.push_back({fmt::format("expected nothing ahead of the page because of {}; found {}{}", reason,
                                 all_of(records), is_over ? assumed_sizes(rehearsed) : std::string()),
                     {},
                     {}});
  }
  return wrong;
}

}  // namespace outrider::script
