// SPDX-License-Identifier: MIT
#include "app/command/command_explain.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>

#include "app/command/exit_code.h"
#include "app/command/terminal.h"
#include "app/load/problems.h"
#include "app/offline/explain_as_test.h"
#include "app/offline/explain_json.h"
#include "app/offline/explain_text.h"
#include "base/address.h"
#include "push/sample_clients.h"
#include "script/moment.h"

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

/// What the user typed is wrong.
int refuse(const std::string& what) {
  fmt::print(stderr, "outrider explain: {}\n", what);
  return exit_input;
}

Result<GivenHead> read_head_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return failure(fmt::format("cannot read {}", name));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto head = read_head(text);
  if (!head) return failure(fmt::format("{}: {}", name, head.error().message));
  return head;
}

/// The only site where there is one, for an URL without a host.
void default_host(const config::Config& config, Question& question) {
  if (question.names_host || config.sites.size() != 1) return;
  const std::string& site = config.sites.front().name;
  if (!question.request.host.empty()) return;
  question.request.host = site == "*" ? "localhost" : site.starts_with("*.") ? "www" + site.substr(1) : site;
}

Result<Question> question_of(const ExplainCommand& command, const std::string& client) {
  Question question;
  push::MadeRequest& request = question.request;
  request.method = command.method;
  request.link = push::Link{14'600, std::chrono::milliseconds(command.rtt_ms.value_or(100))};
  if (command.rtt_ms) question.rtt = std::chrono::milliseconds(*command.rtt_ms);
  if (command.think_ms) question.think_time = std::chrono::milliseconds(*command.think_ms);
  question.page_bytes = command.page_bytes;
  question.sent = command.sent;
  question.cached = command.cached;
  if (!command.at.empty()) {
    const auto moment = script::parse_moment(command.at);
    if (!moment) return failure(fmt::format("--at: {}", moment.error().message));
    request.now = *moment;
  }
  if (!command.address.empty()) {
    const auto network = Network::parse(command.address);
    if (!network || command.address.find('/') != std::string::npos) {
      return failure(fmt::format("--address: expected an address as in 192.0.2.7, found \"{}\"", command.address));
    }
    request.address = command.address;
  }
  if (auto asked = ask_for(command.url, question); !asked) return tl::unexpected(asked.error());
  for (const std::string& field : command.headers) {
    if (auto added = add_field(field, request); !added) return tl::unexpected(added.error());
  }
  for (const std::string& cookies : command.cookies) {
    if (auto added = add_cookies(cookies, request); !added) return tl::unexpected(added.error());
  }
  question.said = request.fields;
  if (!client.empty()) {
    if (auto became = push::become(request, client); !became) return tl::unexpected(became.error());
  }
  if (!command.response.empty()) {
    auto head = read_head_file(command.response);
    if (!head) return tl::unexpected(head.error());
    question.head = std::move(*head);
  }
  return question;
}

std::vector<std::string> clients_of(const ExplainCommand& command) {
  if (command.all) {
    std::vector<std::string> all;
    for (const push::SampleClient& client : push::sample_clients()) all.emplace_back(client.name);
    return all;
  }
  return command.clients.empty() ? std::vector<std::string>{"chromium"} : command.clients;
}

void print(const ExplainCommand& command, const std::vector<Json>& answers) {
  if (!command.json) {
    fmt::print("{}", explain_text(answers, takes_colour(stdout), command.all_rules));
    return;
  }
  const Json json = answers.size() == 1 ? answers.front() : Json(answers);
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int explain(const ExplainCommand& command) {
  try {
    RunCommand files;
    files.config = command.config;
    Offline offline(files);
    std::vector<Json> answers;
    for (const std::string& client : clients_of(command)) {
      auto question = question_of(command, client);
      if (!question) return refuse(question.error().message);
      default_host(offline.config(), *question);
      const Answer answer = offline.ask(*question);
      if (command.as_test) {
        const auto test = test_of(offline, *question, answer, client);
        if (!test) return refuse(test.error().message);
        fmt::print("{}", *test);
        continue;
      }
      answers.push_back(explain_json(offline, *question, answer, client));
    }
    if (!command.as_test) print(command, answers);
    return exit_fine;
  } catch (const LoadError& error) {
    Problems::print(error.problems());
    return exit_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "outrider: {}\n", error.what());
    return exit_our_fault;
  }
}

}  // namespace outrider::app
