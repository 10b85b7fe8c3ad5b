// SPDX-License-Identifier: MIT
#include "app/command/command_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "app/admin/admin_client.h"
#include "app/admin/explain_answers.h"
#include "app/command/command_admin.h"
#include "app/command/exit_code.h"
#include "app/command/terminal.h"
#include "app/load/problems.h"
#include "app/offline/asked.h"
#include "app/offline/explain_as_test.h"
#include "app/offline/explain_json.h"
#include "app/offline/explain_text.h"
#include "base/text.h"
#include "push/sample_clients.h"

namespace outrider::app {
namespace {

/// What the user typed is wrong.
int refuse(const std::string& what) {
  fmt::print(stderr, "outrider explain: {}\n", what);
  return exit_input;
}

Result<std::string> read_head_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return failure(fmt::format("cannot read {}", name));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto head = read_head(text);
  if (!head) return failure(fmt::format("{}: {}", name, head.error().message));
  return text;
}

Result<Asked> asked_by(const ExplainCommand& command) {
  Asked asked;
  asked.url = command.url;
  asked.method = command.method;
  asked.headers = command.headers;
  asked.cookies = command.cookies;
  asked.address = command.address;
  asked.country = command.country;
  asked.rtt_ms = command.rtt_ms;
  asked.think_ms = command.think_ms;
  asked.page_bytes = command.page_bytes;
  asked.at = command.at;
  asked.sent = command.sent;
  asked.cached = command.cached;
  if (!command.response.empty()) {
    auto head = read_head_file(command.response);
    if (!head) return tl::unexpected(head.error());
    asked.response = std::move(*head);
  }
  return asked;
}

/// Who says by itself which browser it is, is none of ours.
bool says_who_it_is(const ExplainCommand& command) {
  return std::any_of(command.headers.begin(), command.headers.end(), [](const std::string& field) {
    const std::size_t colon = std::min(field.find(':'), field.size());
    const bool has_value = !trim(field.substr(std::min(colon + 1, field.size()))).empty();
    return equals_ignoring_case(trim(field.substr(0, colon)), "user-agent") && has_value;
  });
}

std::vector<std::string> clients_of(const ExplainCommand& command) {
  if (command.all) {
    std::vector<std::string> all;
    for (const push::SampleClient& client : push::sample_clients()) all.emplace_back(client.name);
    return all;
  }
  if (!command.clients.empty()) return command.clients;
  return {says_who_it_is(command) ? "" : "chromium"};
}

void print(const ExplainCommand& command, const std::vector<Json>& answers) {
  if (!command.json) {
    fmt::print("{}", explain_text(answers, takes_colour(stdout), command.all_rules, command.verbose));
    return;
  }
  const Json json = answers.size() == 1 ? answers.front() : Json(answers);
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

/// On the files as they are.
int explain_by_files(const ExplainCommand& command, Asked asked) {
  RunCommand files;
  files.config = command.config;
  const Offline offline(files);
  std::vector<Json> answers;
  for (const std::string& client : clients_of(command)) {
    asked.client = client;
    auto question = question_of(asked, offline.config());
    if (!question) return refuse(question.error().message);
    std::vector<std::string> hidden;
    if (command.as_test) {
      hidden = hide_credentials(*question);
      question->bucket_key.emplace();  // as tests have it
    }
    const Answer answer = offline.ask(*question);
    if (command.as_test) {
      const auto test = test_of(offline, *question, answer, client, hidden);
      if (!test) return refuse(test.error().message);
      fmt::print("{}{}", answers.empty() ? "" : "\n", *test);
      answers.emplace_back();
    } else {
      answers.push_back(explain_json(*offline.loaded().workers.front(), *question, answer, client));
    }
  }
  if (!command.as_test) print(command, answers);
  return exit_fine;
}

/// Adds the server's answer. Returns an exit code.
int ask_running(const RunningServer& server, const std::string& path, const std::string& body,
                std::vector<Json>& answers) {
  constexpr std::chrono::seconds patience{20};
  const auto answer = ask_admin(server.address, server.token, "POST", path, body, patience);
  if (!answer) {
    refuse(answer.error().message);
    return exit_unreachable;
  }
  Json json = Json::parse(answer->body, nullptr, false);
  if (!json.is_object()) {
    refuse(fmt::format("{} answered {} and no JSON", server.address.text(), answer->status));
    return exit_our_fault;
  }
  if (answer->status != 200) return refuse(json.value("error", "the server refused to answer"));
  answers.push_back(std::move(json));
  return exit_fine;
}

int explain_by_server(const ExplainCommand& command, Asked asked) {
  AdminCommand target;
  target.config = command.config;
  target.admin = command.admin;
  target.token_file = command.token_file;
  target.state_dir = command.state_dir;
  const auto server = find_server(target);
  if (!server) return refuse(server.error().message);
  std::vector<Json> answers;
  if (!command.request.empty()) {
    const int code = ask_running(*server, "/v1/request", dump(Json{{"id", command.request}}), answers);
    if (code != exit_fine) return code;
  } else {
    for (const std::string& client : clients_of(command)) {
      asked.client = client;
      const int code = ask_running(*server, "/v1/explain", body_of(asked), answers);
      if (code != exit_fine) return code;
    }
  }
  print(command, answers);
  return exit_fine;
}

}  // namespace

int explain(const ExplainCommand& command) {
  try {
    if (command.url.empty() && command.request.empty()) return refuse("\"\" is neither a URL nor a request's id");
    const auto asked = asked_by(command);
    if (!asked) return refuse(asked.error().message);
    const bool asks_server = command.live || !command.request.empty();
    return asks_server ? explain_by_server(command, *asked) : explain_by_files(command, *asked);
  } catch (const LoadError& error) {
    Problems::print(error.problems());
    return exit_input;
  }
}

}  // namespace outrider::app
