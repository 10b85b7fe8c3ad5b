// SPDX-License-Identifier: MIT
#include "app/command/command_admin.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/admin/admin_client.h"
#include "app/admin/status_text.h"
#include "app/command/exit_code.h"
#include "app/load/admin_token.h"
#include "app/load/load_config.h"
#include "app/load/state_files.h"

namespace outrider::app {
namespace {

using What = AdminCommand::What;
using nlohmann::json;

/// A reload waits for tests, which may take ten minutes by configuration.
constexpr std::chrono::minutes reload_patience{15};
constexpr std::chrono::seconds patience{20};

std::string name_of(What what) {
  constexpr const char* names[] = {"status", "reload", "rollback", "off", "on", "drain", "undrain"};
  return names[static_cast<std::size_t>(what)];
}

std::string body_of(const AdminCommand& command) {
  json body = json::object();
  if (command.what == What::reload) {
    body["dry_run"] = command.dry_run;
    body["skip_tests"] = command.skip_tests;
  }
  if (command.what == What::rollback && command.generation != 0) body["generation"] = command.generation;
  if (command.what == What::off || command.what == What::on) {
    if (!command.site.empty()) body["site"] = command.site;
    if (!command.rule.empty()) body["rule"] = command.rule;
    if (!command.delivery.empty()) body["delivery"] = command.delivery;
  }
  if (command.what == What::off && command.for_s > 0) body["for_s"] = command.for_s;
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string generation_text(const json& answer) {
  const unsigned rules = answer.value("rules", 0u);
  return fmt::format("generation {}, digest {}, {} rule{}", answer.value("generation", 0u),
                     answer.value("digest", "").substr(0, 16), rules, rules == 1 ? "" : "s");
}

void print_reload(const AdminCommand& command, const json& answer) {
  if (command.dry_run) {
    for (const json& line : answer.value("difference", json::array())) fmt::print("{}\n", line.get<std::string>());
    fmt::print("dry run: {}; generation {} goes on\n",
               answer.value("difference", json::array()).empty() ? "nothing would change" : "this would load",
               answer.value("generation", 0u));
  } else {
    fmt::print("{}{}\n", answer.value("changed", true) ? "" : "nothing has changed: ", generation_text(answer));
  }
  for (const json& sentence : answer.value("needs_restart", json::array())) {
    fmt::print("needs a restart: {}\n", sentence.get<std::string>());
  }
}

void print_refusal(const AdminCommand& command, const json& answer) {
  const json problems = answer.value("problems", json::array());
  if (problems.empty()) {
    fmt::print(stderr, "outrider {}: {}\n", name_of(command.what), answer.value("error", "refused"));
    return;
  }
  for (const json& problem : problems) fmt::print(stderr, "{}\n", problem.value("text", ""));
  fmt::print(stderr, "outrider {}: {} problem{}; generation {} goes on\n", name_of(command.what), problems.size(),
             problems.size() == 1 ? "" : "s", answer.value("generation", 0u));
}

void print_answer(const AdminCommand& command, const json& answer) {
  switch (command.what) {
    case What::status:
      fmt::print("{}", status_text(answer));
      break;
    case What::reload:
    case What::rollback:
      print_reload(command, answer);
      break;
    case What::off:
      fmt::print("off: {}{}\n", answer.value("off", ""),
                 answer.contains("until") ? " until " + answer.value("until", "") : std::string());
      break;
    case What::on:
      fmt::print("on: {}\n", answer.value("on", ""));
      break;
    case What::drain:
      fmt::print("draining: the health path answers 503; \"outrider undrain\" takes it back\n");
      break;
    case What::undrain:
      fmt::print("not draining\n");
      break;
  }
}

}  // namespace

Result<RunningServer> find_server(const AdminCommand& command) {
  RunningServer target;
  std::filesystem::path token_file = command.token_file;
  if (!command.admin.empty()) {
    auto address = Address::parse(command.admin);
    if (!address) return failure("--admin: " + address.error().message);
    target.address = *address;
  } else if (const auto noted = StateFiles(command.state_dir, command.config).read_admin()) {
    target.address = noted->address;
    if (token_file.empty()) token_file = noted->token_file;
  } else {
    try {
      const config::Admin admin = load_admin(command.config);
      if (admin.addresses.empty()) {
        return failure(
            fmt::format("{} has no admin address; add admin = {{ address = \"unix:…\" }}, or send SIGHUP to "
                        "the server to reload",
                        command.config));
      }
      target.address = admin.addresses.front();
      if (token_file.empty()) token_file = admin.token_file;
    } catch (const LoadError& error) {
      return failure(
          fmt::format("cannot tell where the server listens: {}\nname its address with --admin", error.what()));
    }
  }
  if (token_file.empty() || target.address.is_unix()) return target;
  auto token = read_admin_token(token_file);
  if (!token) return tl::unexpected(token.error());
  target.token = std::move(*token);
  return target;
}

int ask_server(const AdminCommand& command) {
  const auto target = find_server(command);
  if (!target) {
    fmt::print(stderr, "outrider {}: {}\n", name_of(command.what), target.error().message);
    return exit_input;
  }
  const bool reads = command.what == What::status;
  const bool loads = command.what == What::reload || command.what == What::rollback;
  const auto answer =
      ask_admin(target->address, target->token, reads ? "GET" : "POST", "/v1/" + name_of(command.what),
                reads ? std::string() : body_of(command),
                loads ? std::chrono::milliseconds(reload_patience) : std::chrono::milliseconds(patience));
  if (!answer) {
    fmt::print(stderr, "outrider {}: {}\n", name_of(command.what), answer.error().message);
    return exit_unreachable;
  }
  const json parsed = json::parse(answer->body, nullptr, false);
  if (!parsed.is_object()) {
    fmt::print(stderr, "outrider {}: {} answered {} and no JSON\n", name_of(command.what), target->address.text(),
               answer->status);
    return exit_our_fault;
  }
  const bool fine = answer->status == 200;
  if (command.json) {
    fmt::print("{}", answer->body);
  } else if (fine) {
    print_answer(command, parsed);
  } else {
    print_refusal(command, parsed);
  }
  return fine ? exit_fine : exit_input;
}

}  // namespace outrider::app
