// SPDX-License-Identifier: MIT
#include "app/offline/assumptions.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/offline/arrival.h"
#include "push/client_cookie.h"

namespace outrider::app {
namespace {

using Sentences = std::vector<std::string>;

std::string_view action_of(const config::Route& route) {
  if (std::holds_alternative<config::Files>(route.action)) return "files";
  if (std::holds_alternative<config::Redirect>(route.action)) return "redirect";
  return std::holds_alternative<config::Proxy>(route.action) ? "an application (proxy)" : "an application (FastCGI)";
}

void about_listener(const config::Listen& listen, Sentences& sentences) {
  if (listen.behind) {
    sentences.push_back(
        fmt::format("the request comes by way of a proxy that {} is behind and trusts", listen.address.text()));
  } else if (listen.proxy_protocol_from) {
    sentences.push_back(
        fmt::format("the request comes by way of a balancer to {} (PROXY protocol): nobody here knows the way to the "
                    "client, so that nothing is pushed without budget_bytes",
                    listen.address.text()));
  } else if (listen.address.is_unix()) {
    sentences.push_back(
        fmt::format("the request comes to {}: nobody here knows the way to the client, so that nothing "
                    "is pushed without budget_bytes",
                    listen.address.text()));
  }
}

/// Only the server has the keys of client cookies.
void about_memory(const Ground& ground, const Question& question, const config::Site& site, Sentences& sentences) {
  std::vector<push::Field> ours;
  bool has_digest = false;
  for (const auto& [name, value] : question.request.fields) {
    if (name == "cookie" && site.client_cookie) push::collect_cookies(value, site.client_cookie->name, ours);
    has_digest = has_digest || name == "cache-digest";
  }
  if (!ours.empty() && ground.live == nullptr) {
    sentences.push_back(fmt::format("the server's own cookie {} is not read: --cached PATH says what the client has",
                                    ours.front().name));
  }
  if (has_digest) {
    sentences.emplace_back("Cache-Digest is not evaluated: --cached PATH says what the client has");
  }
}

bool asks_for_visitor(const std::vector<push::RuleTrace>& traces) {
  return std::any_of(traces.begin(), traces.end(),
                     [](const push::RuleTrace& trace) { return trace.rule->share && *trace.rule->share < 1; });
}

void about_visitor(const Ground& ground, const Question& question, const Answer& answer, Sentences& sentences) {
  if (ground.live != nullptr || !asks_for_visitor(answer.rehearsed.traces)) return;
  const std::string elsewhere = "share and req.bucket() put a visitor elsewhere on the server";
  if (question.bucket_key) {
    sentences.push_back("with the key of tests: " + elsewhere);
  } else if (ground.config.bucket_key.empty()) {
    sentences.push_back("there is no bucket_key file: " + elsewhere + ", and in each process of it");
  } else if (ground.bucket_key_is_random) {
    sentences.push_back(fmt::format("{} cannot be read: {}", ground.config.bucket_key.string(), elsewhere));
  }
}

}  // namespace

Sentences assumptions_of(const Ground& ground, const Question& question, const Answer& answer) {
  Sentences sentences;
  if (answer.listen == nullptr && !question.request.host.empty() && !ground.config.listen.empty()) {
    sentences.push_back(no_listener(ground.config, question) + ": the request is taken to come all the same");
  }
  return sentences;
}

Sentences assumptions_of(const Ground& ground, const Question& question, const Answer& answer,
                         const push::Setting& setting, const push::Request& asked) {
  Sentences sentences = assumptions_of(ground, question, answer);
  if (!answer.head_known) {
    sentences.push_back(
        fmt::format("the page comes from {}, and how it answers is not known: --response FILE has its head",
                    action_of(*answer.route)));
  }
  if (answer.listen != nullptr && !answer.connection) about_listener(*answer.listen, sentences);
  if (asked.client.accepts_push && asked.link() && !answer.connection) {
    sentences.push_back(fmt::format("the connection is new: a round trip of {} ms, a window of {} bytes",
                                    std::chrono::duration_cast<std::chrono::milliseconds>(asked.link()->rtt).count(),
                                    asked.link()->cwnd_bytes));
  }
  if (!setting.answers_at_once && !setting.think_time) {
    sentences.emplace_back("how long the application thinks is not known yet");
  }
  about_memory(ground, question, *answer.site, sentences);
  about_visitor(ground, question, answer, sentences);
  return sentences;
}

}  // namespace outrider::app
