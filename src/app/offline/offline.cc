// SPDX-License-Identifier: MIT
#include "app/offline/offline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/offline/arrival.h"
#include "app/offline/assumptions.h"
#include "http/admission.h"
#include "push/client_cookie.h"
#include "push/condition_text.h"
#include "push/delivering.h"
#include "push/final_head.h"
#include "push/plan.h"
#include "push/switches.h"

namespace outrider::app {
namespace {

LoadOptions rules_alone() {
  LoadOptions options;
  options.workers = 1;
  options.run_tests = false;
  options.serves = false;
  return options;
}

/// What is known of assets, of which the client has also what the question says.
class ClientAssets final : public push::Assets {
 public:
  ClientAssets(const push::Assets& known, const Question& question) : known_(known), question_(question) {}

  push::AssetFacts facts(std::string_view path) const override { return known_.facts(path); }
  std::string type(std::string_view path) const override { return known_.type(path); }
  bool sent(std::string_view path) const override { return has(question_.sent, path) || known_.sent(path); }
  push::Cached cached(std::string_view path) const override {
    return has(question_.cached, path) ? push::Cached::yes : known_.cached(path);
  }

 private:
  static bool has(const std::vector<std::string>& paths, std::string_view path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  }

  const push::Assets& known_;
  const Question& question_;
};

/// As the server does before rules see the request.
void take_client_cookie(const config::Site& site, push::MadeRequest& request) {
  if (!site.client_cookie) return;
  for (auto& [name, value] : request.fields) {
    if (name == "cookie") value = push::without_cookie(value, site.client_cookie->name);
  }
  std::erase_if(request.fields, [](const auto& field) { return field.first == "cookie" && field.second.empty(); });
}

/// The file that a route of files has not got, relative to the configuration.
std::string missing_file(const config::Config& config, const config::Site& site, std::string_view path) {
  const std::string plain = push::normal_path(path.substr(0, path.find('?')));
  const config::Route* route = http::find_route(site, plain);
  const auto* files = route != nullptr ? std::get_if<config::Files>(&route->action) : nullptr;
  if (files == nullptr || http::is_denied(*route, plain)) return {};
  std::string_view rest = std::string_view(plain).substr(std::min(plain.size(), route->prefix.size()));
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return (files->root / rest).lexically_proximate(config.folder).string();
}

AskedAsset asked_asset(const config::Config& config, const config::Site& site, const push::Request& request,
                       const push::Hint& hint) {
  AskedAsset asset;
  if (hint.kind == push::Kind::preconnect) return asset;
  const std::string_view path = push::same_origin_path(hint.url, request.scheme, request.authority);
  if (path.empty() || request.assets == nullptr) return asset;
  asset.status = request.assets->facts(path).status;
  if (asset.status == 404) asset.file = missing_file(config, site, path);
  return asset;
}

/// What happens before any rule is asked. True where that ends it.
bool refuse(const Ground& ground, const Question& question, Answer& answer) {
  const config::Config& config = ground.config;
  const push::MadeRequest& request = question.request;
  const auto end = [&](int status, std::string why) {
    answer.status = status;
    answer.why = std::move(why);
    return true;
  };
  if (const int status = http::status_of_method(request.method); status != 0) {
    return end(status, fmt::format("the method {} is refused", request.method));
  }
  if (request.host.empty()) return end(400, "the URL names no host, and the configuration has several sites");
  if (!config.health.empty() && request.path == config.health) return end(200, "it is the health path");
  const config::Listen* listen = answer.listen;
  if (listen != nullptr && http::must_use_https(*listen, request.path)) {
    return end(301, fmt::format("{} redirects to https", listen->address.text()));
  }
  answer.site = ground.sites.find(request.host);
  if (answer.site == nullptr) return end(421, fmt::format("no site is for the host {}", request.host));
  answer.route = http::find_route(*answer.site, request.path);
  switch (const int status = http::refusal_of(answer.route, request.path, question.target, 0); status) {
    case 0:
      return false;
    case 403:
      return end(status, fmt::format("the route {} denies it", answer.route->prefix));
    case 404:
      return end(status, fmt::format("the site {} has no route for it", answer.site->name));
    default:
      return end(status, "its path is ambiguous: dot segments beside encoded or doubled slashes");
  }
}

/// The head of the page, given or foretold.
void find_head(const Ground& ground, const Question& question, const push::Request& request, Answer& answer) {
  if (question.head) {
    answer.head_status = question.head->status;
    answer.head_fields = question.head->fields;
  } else if (auto page = ground.look.page(*answer.site, request.method, request.path, request.fields)) {
    answer.head_status = page->status;
    answer.head_fields = std::move(page->fields);
  } else {
    return;
  }
  answer.head_known = true;
}

/// What needs no server that runs.
push::Setting setting_for(const Ground& ground, const Question& question, const Answer& answer) {
  const config::Site& site = *answer.site;
  push::Setting setting;
  setting.rules = ground.rules.sets[static_cast<std::size_t>(&site - ground.config.sites.data())].get();
  setting.functions = ground.rules.functions.get();
  setting.site = site.name;
  setting.push = site.push;
  setting.budget_bytes = site.budget_bytes;
  setting.own_push_room = ground.config.limits.pushes_per_connection;
  setting.answers_at_once = http::answers_at_once(*answer.route, question.request.path);
  setting.think_time = question.think_time;
  setting.page_bytes = question.page_bytes;
  return setting;
}

void decide(const Ground& ground, const Question& question, Answer& answer) {
  const config::Site& site = *answer.site;
  const config::Config& config = ground.config;
  const push::WorkerRules& rules = ground.rules;
  push::MadeRequest& made = answer.made;
  if (ground.live == nullptr) take_client_cookie(site, made);
  const http::RoutedAssets routed(ground.look, site);
  std::optional<http::RehearsedRequest> live;
  if (ground.live != nullptr) live.emplace(*ground.live, site, question.target, made);
  const ClientAssets assets(live ? static_cast<const push::Assets&>(*live) : routed, question);
  push::RequestView view(made, &assets, rules.clients.get());
  view.edit().early_hints = site.early_hints;
  // A random key is no server's, and would tell something else each time.
  const std::array<std::uint8_t, 16> own_key = ground.bucket_key_is_random ? decltype(own_key){} : rules.bucket_key;
  view.edit().bucket_key = question.bucket_key.value_or(own_key);
  if (live) live->describe(view.edit());
  const push::Request& request = view.request();

  push::Setting setting = setting_for(ground, question, answer);
  if (live) {
    live->fill(setting);
    answer.connection = live->connection();
  }

  if (setting.rules != nullptr && question.considers_all) {
    const push::MadeRequest& asked = question.request;  // what is captured are views into it
    answer.considered = push::consider(*setting.rules, asked.host, asked.method, asked.path);
  }
  for (const push::Considered& each : answer.considered) {
    const bool is_off = setting.switches != nullptr && setting.switches->rule_is_off(site.name, each.rule->name);
    if (is_off) answer.switched_off.push_back(each.rule);
  }
  find_head(ground, question, request, answer);
  std::vector<push::Field> fields;
  for (const auto& [name, value] : answer.head_fields) fields.push_back({name, value});
  std::optional<push::FinalHead> head;
  if (answer.head_known) head = push::final_head({answer.head_status, fields}, request, question.target);
  answer.rehearsed = push::rehearse(request, setting, head ? &*head : nullptr);
  if (head && head->storable && push::takes_hints(request.method, answer.head_status)) {
    answer.vary = answer.rehearsed.decisions.reads.fields();
  }
  answer.assumptions = assumptions_of(ground, question, answer, setting, request);
  if (!question.considers_all) return;
  for (const push::RuleTrace& trace : answer.rehearsed.traces) {
    std::string why;
    if (!trace.matched) why = push::why_not(*trace.rule, trace.failed_condition, request);
    answer.conditions.push_back(trace.matched || trace.error.empty() ? why : "when: its function failed");
  }
  for (const push::Entry& entry : answer.rehearsed.decisions.list.entries()) {
    answer.assets.push_back(asked_asset(config, site, request, entry.hint));
  }
}

}  // namespace

Offline::Offline(const RunCommand& command) : Offline(command, rules_alone()) {}

Offline::Offline(const RunCommand& command, const LoadOptions& options)
    : loaded_(load(command, sources_, options, keys_, watchdog_)), sites_(loaded_.config->sites) {}

Answer ask(const Ground& ground, const Question& question) {
  Answer answer;
  answer.made = question.request;
  answer.listen = listener_for(ground.config, question);
  arrive(answer.listen, answer.made);
  if (refuse(ground, question, answer)) {
    answer.assumptions = assumptions_of(ground, question, answer);
  } else {
    decide(ground, question, answer);
  }
  return answer;
}

Answer Offline::ask(const Question& question) const {
  const push::WorkerRules& rules = *loaded_.workers.front();
  return app::ask({config(), sites_, rules, look_, nullptr, rules.bucket_key == keys_.bucket}, question);
}

}  // namespace outrider::app
