// SPDX-License-Identifier: MIT
#include "config/read.h"

#include <set>

#include <fmt/format.h>

#include "config/paths.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

/// The folder's own name may have characters that mean something in a glob.
std::string escaped(const std::filesystem::path& path) {
  std::string result;
  for (const char c : path.string()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// The files that match, sorted by name (bytes); none is fine, a folder that is missing is not.
std::vector<std::filesystem::path> find_files(Reading& reading, const Text& text, const Sources& sources) {
  std::vector<std::filesystem::path> files;
  const bool relative = text.text.empty() || text.text.front() != '/';
  const std::filesystem::path fixed = absolute(relative ? reading.folder : "/", fixed_part(text.text).string());
  if (fixed_part(text.text) == std::filesystem::path(text.text)) {
    if (check_file(reading.report, text, fixed)) files.push_back(fixed);
    return files;
  }
  if (!check_directory(reading.report, text, fixed)) return files;
  const std::string pattern = relative ? escaped(reading.folder) + "/" + text.text : text.text;
  auto found = sources.glob(pattern);
  if (found) return std::move(*found);
  reading.report.wrong(text, "a glob of files such as \"sites.d/*.lua\"",
                       fmt::format("{} cannot be searched: {}", text.shown(), found.error().message));
  return files;
}

void read_included(Reading& reading, const Fields& configuration, const Sources& sources, std::vector<Site>& sites) {
  std::set<std::filesystem::path> done;
  for (const Text& text : configuration.texts("include")) {
    for (const std::filesystem::path& file : find_files(reading, text, sources)) {
      if (!done.insert(file.lexically_normal()).second) continue;
      try {
        read_sites(reading, sources.load(file), {}, sites);
      } catch (const LoadError& error) {
        reading.report.add_all(error.problems());
      }
    }
  }
}

}  // namespace

Config read(const Value& tree, const std::filesystem::path& folder, const Sources& sources) {
  Config config;
  config.folder = std::filesystem::absolute(folder).lexically_normal();
  Reading reading{Report(sources), config.folder, {}};
  const Fields fields(reading.report, tree, {}, schema::configuration);
  if (tree.table()) {
    config.listen = read_listen(reading, fields);
    read_settings(reading, fields, config);
    if (const Value* sites = fields.value("sites")) read_sites(reading, *sites, "sites", config.sites);
    read_included(reading, fields, sources, config.sites);
    if (!fields.mentions("sites") && !fields.mentions("include")) {
      reading.report.add(
          tree.place, {},
          "there are no sites; expected sites = { [\"www.example.com\"] = { … } } or include = \"sites.d/*.lua\"");
    }
    check_hosts(reading);
  }
  reading.report.throw_if_any();
  return config;
}

namespace {

/// What `read` makes of the value of one key, or of nullptr.
template <class T>
T read_one(const Value& tree, std::string_view key, const std::filesystem::path& folder, const Sources& sources,
           T (*read)(Reading&, const Value*)) {
  Reading reading{Report(sources), std::filesystem::absolute(folder).lexically_normal(), {}};
  const Table* table = tree.table();
  T result = read(reading, table != nullptr ? table->find(key) : nullptr);
  reading.report.throw_if_any();
  return result;
}

}  // namespace

Admin read_admin(const Value& tree, const std::filesystem::path& folder, const Sources& sources) {
  return read_one<Admin>(tree, "admin", folder, sources, read_admin);
}

std::string read_user(const Value& tree, const std::filesystem::path& folder, const Sources& sources) {
  return read_one<std::string>(tree, "user", folder, sources, read_user);
}

}  // namespace outrider::config
