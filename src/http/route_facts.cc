// SPDX-License-Identifier: MIT
#include "http/route_facts.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "http/mime_types.h"
#include "http/site_map.h"
#include "http/upstream/script_path.h"

namespace outrider::http {
namespace {

void change(RouteHead& head, const config::HeaderChange& change) {
  using Type = config::HeaderChange::Type;
  if (change.type != Type::add)
    std::erase_if(head.fields, [&](const auto& field) { return field.first == change.name; });
  if (change.type != Type::remove) head.fields.emplace_back(change.name, change.value);
}

RouteHead head_of_file(const config::Route& route, std::string_view type, const struct stat& file) {
  RouteHead head;
  head.bytes = static_cast<std::uint64_t>(file.st_size);
  head.version = fmt::format("{:x}.{:x}-{:x}", file.st_mtim.tv_sec, file.st_mtim.tv_nsec, head.bytes);
  std::array<char, H2O_TIMESTR_RFC1123_LEN + 1> modified{};
  std::tm utc{};
  if (gmtime_r(&file.st_mtim.tv_sec, &utc) != nullptr) {
    h2o_time2str_rfc1123(modified.data(), &utc);
    head.fields.emplace_back("last-modified", modified.data());
  }
  head.fields.emplace_back("content-type", type);
  if (route.max_age_s) head.fields.emplace_back("cache-control", fmt::format("max-age={}", *route.max_age_s));
  for (const config::HeaderChange& each : route.headers) change(head, each);
  return head;
}

/// A path below a route of files, without the slashes in front.
std::string_view below(const config::Route& route, std::string_view path) {
  std::string_view rest = path.substr(std::min(path.size(), route.prefix.size()));
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return rest;
}

/// What the file system says of the path; the path itself is what was found.
struct Found {
  std::filesystem::path file;
  struct stat about {};
  int error = 0;
};

Found look_for(std::filesystem::path file) {
  Found found;
  found.file = std::move(file);
  if (::stat(found.file.c_str(), &found.about) != 0) found.error = errno;
  return found;
}

/// The files of a route, also the static ones beside scripts.
struct Tree {
  const std::filesystem::path& root;
  std::span<const std::string> index;
  bool has_fallback = false;
};

/// A folder's path stands for the first of its index files that is there.
Found look_for(const Tree& tree, std::string_view rest) {
  if (!rest.empty() && !rest.ends_with('/')) return look_for(tree.root / rest);
  Found found;
  found.error = ENOENT;
  for (const std::string& name : tree.index) {
    found = look_for(tree.root / rest / name);
    if (found.error == 0) break;
  }
  return found;
}

/// Nothing for what an application answers.
std::optional<Tree> tree_of(const config::Route& route, std::string_view path) {
  if (const auto* files = std::get_if<config::Files>(&route.action)) {
    return Tree{files->root, files->index, !files->fallback.empty()};
  }
  static const std::vector<std::string> beside_scripts = config::Files().index;
  const auto* fastcgi = std::get_if<config::FastCgi>(&route.action);
  const bool is_file = fastcgi != nullptr && answers_at_once(route, path);
  return is_file ? std::optional(Tree{fastcgi->root, beside_scripts}) : std::nullopt;
}

std::optional<RouteHead> head_of(const config::Route& route, const Tree& tree, std::string_view path,
                                 h2o_mimemap_t* types) {
  const Found found = look_for(tree, below(route, path));
  if (found.error == 0) {
    if (!S_ISREG(found.about.st_mode)) return std::nullopt;
    return head_of_file(route, type_of_name(types, found.file.native()), found.about);
  }
  const bool is_missing = found.error == ENOENT || found.error == ENOTDIR;
  if (is_missing && !tree.has_fallback) return RouteHead{.status = 404};
  return std::nullopt;
}

}  // namespace

std::vector<push::Field> RouteHead::views() const {
  std::vector<push::Field> views;
  for (const auto& [name, value] : fields) views.push_back({name, value});
  return views;
}

bool answers_at_once(const config::Route& route, std::string_view path) {
  if (std::holds_alternative<config::Proxy>(route.action)) return false;
  const auto* fastcgi = std::get_if<config::FastCgi>(&route.action);
  return fastcgi == nullptr || upstream::resolve_script(fastcgi->root, route.prefix, path, fastcgi->index).kind !=
                                   upstream::ScriptPath::Kind::script;
}

std::optional<RouteHead> route_head(const config::Site& site, std::string_view path, h2o_mimemap_t* types) {
  const config::Route* route = find_route(site, path);
  if (route == nullptr) return RouteHead{.status = 404};
  if (is_denied(*route, path)) return RouteHead{.status = 403};
  if (const auto* redirect = std::get_if<config::Redirect>(&route->action))
    return RouteHead{.status = redirect->status};
  const auto tree = tree_of(*route, path);
  return tree ? head_of(*route, *tree, path, types) : std::nullopt;
}

push::AssetFacts route_facts(const config::Site& site, std::string_view path, h2o_mimemap_t* types) {
  push::AssetFacts facts;
  const config::Route* route = find_route(site, path);
  const bool is_folder = route != nullptr && path.ends_with('/') && !is_denied(*route, path) && tree_of(*route, path);
  const auto head = is_folder ? std::nullopt : route_head(site, path, types);
  if (!head) return facts;
  // Denied to whoever asks: no credentials help.
  facts.status = head->status == 403 ? 404 : head->status;
  if (head->status != 200) return facts;
  const std::vector<push::Field> fields = head->views();
  facts = push::facts_of({head->status, fields});
  // Beside scripts a name tells nothing to who looks at no disk, and both have to say the same.
  if (!std::holds_alternative<config::Files>(route->action)) facts.type.clear();
  facts.bytes = head->bytes;
  facts.version = head->version;
  return facts;
}

std::string route_type(const config::Site& site, std::string_view path, h2o_mimemap_t* types) {
  const config::Route* route = find_route(site, path);
  const bool has_files = route != nullptr && std::holds_alternative<config::Files>(route->action);
  if (!has_files || path.ends_with('/')) return {};
  const std::string_view type = type_of_name(types, path);
  return lower_case(trim(type.substr(0, type.find(';'))));
}

}  // namespace outrider::http
