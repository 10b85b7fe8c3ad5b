// SPDX-License-Identifier: MIT
#include "app/offline/offline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/admission.h"
#include "push/caching.h"
#include "push/link_header.h"
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

/// The head of the page, given or foretold, as the rehearsal takes it.
struct Head {
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<push::Field> fields;
  push::FinalHead head;
};

push::PushList hints_of(const push::Fields& fields, const push::Request& request, std::string_view target) {
  push::PushList list;
  const push::BaseUrl base{request.scheme, target.substr(0, target.find('?'))};
  for (const push::Field& field : fields) {
    if (field.name != "link") continue;
    for (push::Hint& hint : push::parse_link_field(field.value, base)) {
      if (push::problem_with(hint).empty()) list.add(std::move(hint), nullptr);
    }
  }
  return list;
}

void fill(Head& head, int status, const push::Request& request, std::string_view target, bool behind) {
  for (const auto& [name, value] : head.texts) head.fields.push_back({name, value});
  head.head.response = {status, head.fields};
  head.head.links = hints_of(head.fields, request, target);
  const bool between = behind || request.scheme != "https" || request.field("via").data() != nullptr;
  // A 304 goes into what a cache has of the page already.
  const push::Response page{status == 304 ? 200 : status, head.fields};
  head.head.storable = push::may_be_stored_for_all(request.field("authorization").data() != nullptr, page, between);
}

std::string_view action_of(const config::Route& route) {
  if (std::holds_alternative<config::Files>(route.action)) return "files";
  if (std::holds_alternative<config::Redirect>(route.action)) return "redirect";
  return std::holds_alternative<config::Proxy>(route.action) ? "an application (proxy)" : "an application (FastCGI)";
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

bool asks_for_visitor(const std::vector<push::RuleTrace>& traces) {
  return std::any_of(traces.begin(), traces.end(),
                     [](const push::RuleTrace& trace) { return trace.rule->share && *trace.rule->share < 1; });
}

/// By the URL's port, else by its scheme.
const config::Listen* listener_for(const config::Config& config, const Question& question) {
  const bool https = question.request.scheme == "https";
  const auto fits = [&](const config::Listen& listen) {
    if (listen.tls.empty() == https) return false;
    return !question.port || listen.address.is_unix() || listen.address.port() == *question.port;
  };
  const auto& all = config.listen;
  const auto found = std::find_if(all.begin(), all.end(), fits);
  return found != all.end() ? &*found : nullptr;
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
  const config::Listen* listen = listener_for(config, question);
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

void decide(const Ground& ground, const Question& question, Answer& answer) {
  const config::Site& site = *answer.site;
  const config::Config& config = ground.config;
  const push::WorkerRules& rules = ground.rules;
  const auto index = static_cast<std::size_t>(&site - config.sites.data());
  push::MadeRequest& made = answer.made;
  const config::Listen* listen = listener_for(config, question);
  if (listen != nullptr && listen->behind) {
    made.behind_proxy = true;
    made.passes_early_hints = listen->behind->passes_103;
  }
  const http::RoutedAssets routed(ground.look, site);
  std::optional<http::RehearsedRequest> live;
  if (ground.live != nullptr) live.emplace(*ground.live, site, question.target, made);
  const ClientAssets assets(live ? static_cast<const push::Assets&>(*live) : routed, question);
  push::RequestView view(made, &assets, rules.clients.get());
  view.edit().early_hints = site.early_hints;
  view.edit().bucket_key = question.bucket_key.value_or(rules.bucket_key);
  if (live) live->describe(view.edit());
  const push::Request& request = view.request();

  push::Setting setting;
  setting.rules = rules.sets[index].get();
  setting.functions = rules.functions.get();
  setting.site = site.name;
  setting.push = site.push;
  setting.budget_bytes = site.budget_bytes;
  setting.own_push_room = config.limits.pushes_per_connection;
  setting.answers_at_once = http::answers_at_once(*answer.route, request.path);
  setting.think_time = question.think_time;
  setting.page_bytes = question.page_bytes;
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
  Head head;
  std::optional<int> status;
  if (question.head) {
    status = question.head->status;
    head.texts = question.head->fields;
  } else if (auto foretold = ground.look.head(site, request.path)) {
    status = foretold->status;
    head.texts = std::move(foretold->fields);
  }
  if (status) fill(head, *status, request, question.target, request.client.behind_proxy);
  answer.head_known = status.has_value();
  answer.head_status = status.value_or(200);
  answer.head_fields = head.texts;
  answer.rehearsed = push::rehearse(request, setting, status ? &head.head : nullptr);
  if (status && head.head.storable) answer.vary = answer.rehearsed.decisions.reads.fields();

  if (!status) {
    answer.assumptions.push_back(
        fmt::format("the page comes from {}, and how it answers is not known: --response FILE has its head",
                    action_of(*answer.route)));
  }
  if (made.behind_proxy) {
    answer.assumptions.push_back(
        fmt::format("the request comes by way of a proxy that {} is behind", listen->address.text()));
  }
  if (request.client.accepts_push && request.link() && !answer.connection) {
    answer.assumptions.push_back(
        fmt::format("the connection is new: a round trip of {} ms, a window of {} bytes",
                    std::chrono::duration_cast<std::chrono::milliseconds>(request.link()->rtt).count(),
                    request.link()->cwnd_bytes));
  }
  if (!setting.answers_at_once && !setting.think_time) {
    answer.assumptions.emplace_back("how long the application thinks is not known yet");
  }
  if (ground.live == nullptr && config.bucket_key.empty() && asks_for_visitor(answer.rehearsed.traces)) {
    answer.assumptions.emplace_back(
        "there is no bucket_key file, so that share and req.bucket() put a visitor elsewhere in each process");
  }
}

}  // namespace

Offline::Offline(const RunCommand& command) : Offline(command, rules_alone()) {}

Offline::Offline(const RunCommand& command, const LoadOptions& options)
    : loaded_(load(command, sources_, options, keys_, watchdog_)), sites_(loaded_.config->sites) {}

Answer ask(const Ground& ground, const Question& question) {
  Answer answer;
  answer.made = question.request;
  if (!refuse(ground, question, answer)) decide(ground, question, answer);
  return answer;
}

Answer Offline::ask(const Question& question) const {
  return app::ask({config(), sites_, *loaded_.workers.front(), look_}, question);
}

}  // namespace outrider::app
