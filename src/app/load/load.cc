// SPDX-License-Identifier: MIT
#include "app/load/load.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/load/admin_token.h"
#include "app/load/client_table.h"
#include "app/load/read_config.h"
#include "app/load/rules_options.h"
#include "base/log.h"

namespace outrider::app {
namespace {

std::shared_ptr<const tls::TicketKeys> ticket_keys(const config::Config& config, const ProcessKeys& keys,
                                                   Problems& problems) {
  if (config.ticket_keys.empty()) return keys.tickets;
  auto loaded = tls::TicketKeys::load(config.ticket_keys);
  if (loaded) return std::move(*loaded);
  problems.add({}, "ticket_keys: " + loaded.error().message);
  return keys.tickets;
}

/// What is wrong with a key: a problem, or a warning where that is forgiven.
void report(const LoadOptions& options, const Error& error, Problems& problems) {
  if (options.forgives_keys) {
    log::warning("{}", error.message);
  } else {
    problems.add({}, error.message);
  }
}

SecretKey bucket_key(const config::Config& config, const LoadOptions& options, const ProcessKeys& keys,
                     Problems& problems) {
  if (config.bucket_key.empty()) return keys.bucket;
  const auto key = read_secret_key(config.bucket_key, "bucket key");
  if (!key && options.serves) report(options, key.error(), problems);
  return key.value_or(options.running_bucket_key.value_or(keys.bucket));
}

/// Half of the configured keys would make clients forget, so it is all of them or those that run; at a start, where
/// none run, it is what can be read.
push::CookieKeys cookie_keys(const config::Config& config, const LoadOptions& options, const ProcessKeys& keys,
                             Problems& problems) {
  push::CookieKeys read;
  for (const std::filesystem::path& file : config.cookie_keys) {
    const auto key = read_secret_key(file, "cookie key");
    if (key) read.push_back(*key);
    if (!key && options.serves) report(options, key.error(), problems);
  }
  const bool all = read.size() == config.cookie_keys.size();
  if (!all && !options.running_cookie_keys.empty()) return options.running_cookie_keys;
  return read.empty() ? push::CookieKeys{keys.cookie} : read;
}

std::string admin_token(const config::Config& config, const LoadOptions& options, Problems& problems) {
  if (config.admin.token_file.empty() || !options.serves) return {};
  auto token = read_admin_token(config.admin.token_file);
  if (!token) report(options, token.error(), problems);
  return token ? std::move(*token) : options.running_token;
}

/// The rules of all sites for each worker, beside what all have `alike`.
void load_workers(Loaded& loaded, const LoadOptions& options, const push::WorkerRules& alike,
                  script::SourceLog& sources, script::Watchdog& watchdog) {
  const std::size_t workers = options.workers != 0 ? options.workers : worker_count(*loaded.config);
  script::RulesOptions rules_of = rules_options(*loaded.config, options.run_tests, options.cancel);
  rules_of.clients = alike.clients;
  rules_of.test_listener = options.test_listener;
  if (!options.module.empty()) rules_of.sets.front().module = options.module;
  script::LoadedRules rules = script::load_rules(rules_of, workers, watchdog, sources);
  if (rules.skipped_tests && options.serves) log::warning("the tests beside the rules were skipped");
  for (const auto& set : rules.sets) loaded.rules += set ? set->rules().size() : 0;
  const push::VisitorHash visitors;
  for (auto& functions : rules.functions) {
    auto worker = std::make_shared<push::WorkerRules>(alike);
    worker->sets = rules.sets;
    worker->functions = std::move(functions);
    worker->watch = std::make_shared<push::GenerationWatch>(visitors);
    loaded.workers.push_back(std::move(worker));
  }
}

/// Of all sites; a certificate cannot be for every host.
std::vector<std::string> host_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::Site& site : config.sites) {
    if (site.name != "*") names.push_back(site.name);
    names.insert(names.end(), site.aliases.begin(), site.aliases.end());
  }
  return names;
}

bool same_certificates(const config::Config& a, const config::Config& b) {
  const auto same = [](const config::Listen& one, const config::Listen& other) { return one.tls == other.tls; };
  return std::equal(a.listen.begin(), a.listen.end(), b.listen.begin(), b.listen.end(), same);
}

std::vector<std::shared_ptr<const tls::ServerContext>> load_tls_or_running(const config::Config& config,
                                                                           const LoadOptions& options,
                                                                           const ProcessKeys& keys,
                                                                           Problems& problems) {
  Problems of_tls;
  auto contexts = load_tls(config, keys, options.self_signed, of_tls);
  if (of_tls.none()) return contexts;
  if (options.running_config && same_certificates(config, *options.running_config)) {
    for (const Problem& problem : of_tls.list()) log::warning("{}", problem.text());
    return options.running_tls;
  }
  problems.add(LoadError(of_tls.list()));
  return contexts;
}

/// Whether a self-signed certificate can be used; makes or renews it for a server.
bool is_there(const config::Certificate& pair, const config::Config& config, SelfSigned self_signed,
              Problems& problems) {
  if (self_signed == SelfSigned::looked_at) return ::access(pair.key.c_str(), R_OK) == 0;
  auto made = tls::make_self_signed({pair.certificate, pair.key}, host_names(config));
  if (!made) problems.add(pair.place, made.error().message);
  return made.has_value();
}

}  // namespace

std::vector<std::shared_ptr<const tls::ServerContext>> load_tls(const config::Config& config, const ProcessKeys& keys,
                                                                SelfSigned self_signed, Problems& problems) {
  const bool any = std::any_of(config.listen.begin(), config.listen.end(),
                               [](const config::Listen& listen) { return !listen.tls.empty(); });
  const auto tickets = any ? ticket_keys(config, keys, problems) : keys.tickets;
  std::vector<std::shared_ptr<const tls::ServerContext>> contexts;
  for (const config::Listen& listen : config.listen) {
    contexts.emplace_back();
    if (listen.tls.empty()) continue;
    std::vector<tls::CertificateFiles> files;
    for (const config::Certificate& pair : listen.tls) {
      if (pair.self_signed && !is_there(pair, config, self_signed, problems)) continue;
      files.push_back({pair.certificate, pair.key});
    }
    if (files.empty()) continue;
    auto context = tls::ServerContext::create(files, tickets);
    if (context) contexts.back() = std::move(*context);
    if (!context) problems.add(listen.tls.front().place, context.error().message);
  }
  return contexts;
}

void log_wrong_dates(const std::vector<std::shared_ptr<const tls::ServerContext>>& contexts) {
  for (const auto& context : contexts) {
    if (context == nullptr) continue;
    for (const tls::CertificateFacts& one : context->certificates()) {
      if (!one.wrong_dates.empty()) log::warning("certificate {}: {}", one.file.string(), one.wrong_dates);
    }
  }
}

bool makes_certificates(const config::Config& config) {
  return std::any_of(config.listen.begin(), config.listen.end(), [](const config::Listen& listen) {
    return std::any_of(listen.tls.begin(), listen.tls.end(),
                       [](const config::Certificate& pair) { return pair.self_signed; });
  });
}

std::vector<std::filesystem::path> tls_files(const config::Config& config) {
  std::vector<std::filesystem::path> files = config.ticket_keys;
  for (const config::Listen& listen : config.listen) {
    for (const config::Certificate& pair : listen.tls) {
      files.push_back(pair.certificate);
      files.push_back(pair.key);
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Loaded load(const RunCommand& command, script::SourceLog& sources, const LoadOptions& options, const ProcessKeys& keys,
            script::Watchdog& watchdog) {
  Loaded loaded;
  Problems problems;
  loaded.config = options.config ? options.config : read_config(command, sources, options.serves, problems);
  const config::Config& config = *loaded.config;
  if (options.config_read != nullptr && problems.none()) *options.config_read = loaded.config;

  if (options.serves) loaded.tls = load_tls_or_running(config, options, keys, problems);
  push::WorkerRules alike;
  alike.bucket_key = bucket_key(config, options, keys, problems);
  alike.cookie_keys = cookie_keys(config, options, keys, problems);
  alike.clients = load_client_table(config, command.config, sources, problems);
  loaded.admin_token = admin_token(config, options, problems);
  try {
    load_workers(loaded, options, alike, sources, watchdog);
  } catch (const LoadError& error) {
    problems.add(error);
  }
  problems.throw_if_any();

  loaded.sources = options.sources ? options.sources : sources.snapshot();
  loaded.digest = loaded.sources->digest();
  for (const auto& worker : loaded.workers) worker->digest = loaded.digest;
  return loaded;
}

std::size_t worker_count(const config::Config& config) {
  if (config.workers > 0) return config.workers;
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&cores), 1));
}

}  // namespace outrider::app
