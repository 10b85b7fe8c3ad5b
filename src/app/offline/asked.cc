// SPDX-License-Identifier: MIT
#include "app/offline/asked.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/offline/arrival.h"
#include "base/address.h"
#include "push/sample_clients.h"
#include "script/moment.h"
#include "script/test_request.h"

namespace outrider::app {

namespace {

/// "product/7" is the path of someone who left out the slash, where no site can be meant by "product".
Result<void> refuse_slashless(const config::Config& config, const std::string& url, const Question& question) {
  const std::string& host = question.request.host;
  if (!question.names_host || question.names_scheme || host.find_first_of(".:") != host.npos) return {};
  const auto serves = [&](const config::Site& site) {
    return site.name == "*" || site.name == host ||
           std::find(site.aliases.begin(), site.aliases.end(), host) != site.aliases.end();
  };
  if (std::any_of(config.sites.begin(), config.sites.end(), serves)) return {};
  return failure(fmt::format("no site is named \"{}\"; did you mean the path /{}?", host, url));
}

}  // namespace

void complete(const config::Config& config, Question& question) {
  if (!question.names_scheme) question.request.scheme = usual_scheme(config);
  if (question.names_host || config.sites.size() != 1 || !question.request.host.empty()) return;
  question.request.host = script::host_of_site(config.sites.front().name);
}

Result<Question> question_of(const Asked& asked, const config::Config& config) {
  Question question;
  push::MadeRequest& request = question.request;
  request.method = asked.method;
  request.link = push::Link{14'600, std::chrono::milliseconds(asked.rtt_ms.value_or(100))};
  if (asked.rtt_ms) question.rtt = std::chrono::milliseconds(*asked.rtt_ms);
  if (asked.page_bytes) question.page_bytes = static_cast<std::uint64_t>(*asked.page_bytes);
  question.sent = asked.sent;
  question.cached = asked.cached;
  if (!asked.at.empty()) {
    const auto moment = script::parse_moment(asked.at);
    if (!moment) return failure(fmt::format("--at: {}", moment.error().message));
    request.now = *moment;
  }
  if (asked.think_ms) question.think_time = std::chrono::milliseconds(*asked.think_ms);
  if (!asked.address.empty()) {
    const auto network = Network::parse(asked.address);
    if (!network || asked.address.find('/') != std::string::npos) {
      return failure(fmt::format("--address: expected an address as in 192.0.2.7, found \"{}\"", asked.address));
    }
    request.address = asked.address;
  }
  if (!asked.country.empty()) {
    if (asked.country.size() != 2) {
      return failure(fmt::format("--country: expected two letters as in nl, found \"{}\"", asked.country));
    }
    request.country = asked.country;
  }
  if (auto target = ask_for(asked.url, question); !target) return tl::unexpected(target.error());
  if (auto meant = refuse_slashless(config, asked.url, question); !meant) return tl::unexpected(meant.error());
  for (const std::string& field : asked.headers) {
    if (auto added = add_field(field, question); !added) return tl::unexpected(added.error());
  }
  for (const std::string& cookies : asked.cookies) {
    if (auto added = add_cookies(cookies, request); !added) return tl::unexpected(added.error());
  }
  complete(config, question);
  question.said = request.fields;
  if (!asked.client.empty()) {
    if (auto became = push::become(request, asked.client); !became) return tl::unexpected(became.error());
  }
  std::erase_if(request.fields, [&](const auto& field) {
    return std::find(question.taken_away.begin(), question.taken_away.end(), field.first) != question.taken_away.end();
  });
  if (!asked.response.empty()) {
    auto head = read_head(asked.response);
    if (!head) return tl::unexpected(head.error());
    question.head = std::move(*head);
  }
  return question;
}

}  // namespace outrider::app
