// SPDX-License-Identifier: MIT
// `outrider run --files DIR`: a configuration without a configuration file.
#include <fmt/format.h>

#include "config/paths.h"
#include "config/read.h"

namespace outrider::config {
namespace {

/// A value of the command line, for messages.
Text option(std::string path, std::string text) {
  Text result;
  result.path = std::move(path);
  result.text = std::move(text);
  return result;
}

}  // namespace

Config for_files(const std::filesystem::path& directory, Certificate certificate, std::uint16_t port,
                 const std::vector<std::string>& rules_globs) {
  Report report;
  const std::filesystem::path here = std::filesystem::current_path();
  const std::filesystem::path root = absolute(here, directory.string());
  check_directory(report, option("--files", directory.string()), root);

  Config config;
  config.folder = here;
  Listen listen;
  listen.address = *Address::parse(fmt::format("127.0.0.1:{}", port));
  listen.tls.push_back(std::move(certificate));
  config.listen.push_back(std::move(listen));

  Site site;
  site.name = "*";
  site.rules_place = Place{"--rules", 0};
  for (const std::string& glob : rules_globs) {
    const std::filesystem::path path = absolute(here, glob);
    const Text text = option("--rules", glob);
    if (fixed_part(path) == path) {
      check_file(report, text, path);
    } else {
      check_directory(report, text, fixed_part(path));
    }
    site.rules.push_back(path.string());
  }
  Route route;
  route.prefix = "/";
  route.action = Files{.root = root};
  site.routes.push_back(std::move(route));
  config.sites.push_back(std::move(site));

  config.access_log = {"stdout", false};
  config.watch = true;
  report.throw_if_any();
  return config;
}

}  // namespace outrider::config
