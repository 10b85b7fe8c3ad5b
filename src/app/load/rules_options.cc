// SPDX-License-Identifier: MIT
#include "app/load/rules_options.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "http/site_map.h"

namespace outrider::app {
namespace {

/// Rules may read below the directories that their sites serve from.
void add_roots(const config::Site& site, std::vector<std::filesystem::path>& directories) {
  for (const config::Route& route : site.routes) {
    const std::filesystem::path* root = nullptr;
    if (const auto* files = std::get_if<config::Files>(&route.action)) root = &files->root;
    if (const auto* fastcgi = std::get_if<config::FastCgi>(&route.action)) root = &fastcgi->root;
    if (root == nullptr || root->empty()) continue;
    if (std::find(directories.begin(), directories.end(), *root) == directories.end()) directories.push_back(*root);
  }
}

/// Tests must not depend on the disk, so that what PHP's folder has counts as a script.
bool is_at_hand(const config::Site& site, std::string_view path) {
  const config::Route* route = http::find_route(site, path);
  return route == nullptr || std::holds_alternative<config::Files>(route->action) ||
         std::holds_alternative<config::Redirect>(route->action);
}

script::SiteDelivery delivery_of(const config::Config& config, const config::Site& site) {
  script::SiteDelivery delivery;
  delivery.early_hints = site.early_hints;
  delivery.push = site.push;
  delivery.budget_bytes = site.budget_bytes;
  delivery.pushes_per_connection = config.limits.pushes_per_connection;
  delivery.answers_at_once = [&site](std::string_view path) { return is_at_hand(site, path); };
  return delivery;
}

}  // namespace

std::filesystem::path shipped_modules() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {folder / "../share/outrider/rules", folder / "rules"}) {
    if (fs::is_directory(candidate, error)) return fs::canonical(candidate, error);
  }
  return {};
}

script::RulesOptions rules_options(const config::Config& config, bool run_tests, const script::Cancel& cancel) {
  script::RulesOptions options;
  options.data_dirs = config.data_dirs;
  for (const config::Site& site : config.sites) {
    options.sets.push_back({site.name, site.rules, site.rules_place, delivery_of(config, site), {}, site.aliases});
    add_roots(site, options.data_dirs);
  }
  options.shipped_modules = shipped_modules();
  options.limits.cpu_time = std::chrono::milliseconds(config.limits.rule_cpu_ms);
  options.limits.memory_bytes = config.limits.rule_memory_bytes;
  options.limits.pattern_steps = config.limits.rule_pattern_steps;
  options.jit = config.jit;
  options.run_tests = run_tests;
  options.cancel = cancel;
  options.test_timeout = std::chrono::milliseconds(config.reload.test_timeout_ms);
  return options;
}

}  // namespace outrider::app
