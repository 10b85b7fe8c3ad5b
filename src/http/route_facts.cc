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

/// As the library makes it.
std::string etag_of(const struct stat& file) {
  return fmt::format("\"{:08x}-{:x}\"", static_cast<unsigned>(file.st_mtim.tv_sec),
                     static_cast<std::uint64_t>(file.st_size));
}

/// What a file's 200 and its 304 have alike. `varies`: it may come from a compressed variant.
void add_common(RouteHead& head, const config::Route& route, const struct stat& file, bool varies) {
  head.fields.emplace_back("etag", etag_of(file));
  if (varies) head.fields.emplace_back("vary", "accept-encoding");
  if (route.max_age_s) head.fields.emplace_back("cache-control", fmt::format("max-age={}", *route.max_age_s));
}

RouteHead head_of_file(const config::Route& route, std::string_view type, const struct stat& file, bool varies) {
  RouteHead head;
  head.bytes = static_cast<std::uint64_t>(file.st_size);
  head.version = fmt::format("{:x}.{:x}-{:x}", file.st_mtim.tv_sec, file.st_mtim.tv_nsec, head.bytes);
  head.fields.emplace_back("content-type", type);
  std::array<char, H2O_TIMESTR_RFC1123_LEN + 1> modified{};
  std::tm utc{};
  if (gmtime_r(&file.st_mtim.tv_sec, &utc) != nullptr) {
    h2o_time2str_rfc1123(modified.data(), &utc);
    head.fields.emplace_back("last-modified", modified.data());
  }
  head.fields.emplace_back("accept-ranges", "bytes");
  add_common(head, route, file, varies);
  for (const config::HeaderChange& each : route.headers) change(head, each);
  return head;
}

RouteHead head_of_unchanged(const config::Route& route, const struct stat& file, bool varies) {
  RouteHead head;
  head.status = 304;
  add_common(head, route, file, varies);
  for (const config::HeaderChange& each : route.headers) change(head, each);
  return head;
}

/// Of a folder's path without the slash behind it.
RouteHead head_of_folder(std::string_view path) {
  return {.status = 301, .fields = {{"location", std::string(path) + "/"}}};
}

/// The client has the file already, by the library's reading of its fields: one version, byte for byte.
bool is_unchanged(const struct stat& file, push::Fields request) {
  const std::string_view version = push::first_value(request, "if-none-match");
  if (version.data() != nullptr) return version == etag_of(file);
  const std::string_view since = push::first_value(request, "if-modified-since");
  std::tm known{};
  if (since.data() == nullptr || h2o_time_parse_rfc1123(since.data(), since.size(), &known) != 0) return false;
  return ::timegm(&known) >= file.st_mtim.tv_sec;
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

  bool is_missing() const { return error == ENOENT || error == ENOTDIR; }
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
  std::string_view fallback;  // empty: none
  bool varies = false;        // there may be compressed variants
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
    return Tree{files->root, files->index, files->fallback, files->precompressed};
  }
  static const std::vector<std::string> beside_scripts = config::Files().index;
  const auto* fastcgi = std::get_if<config::FastCgi>(&route.action);
  const bool is_file = fastcgi != nullptr && answers_at_once(route, path);
  return is_file ? std::optional(Tree{fastcgi->root, beside_scripts, {}, false}) : std::nullopt;
}

std::optional<RouteHead> head_of(const config::Route& route, const Tree& tree, std::string_view path,
                                 h2o_mimemap_t* types) {
  const Found found = look_for(tree, below(route, path));
  if (found.error == 0) {
    if (S_ISDIR(found.about.st_mode)) return head_of_folder(path);
    if (!S_ISREG(found.about.st_mode)) return std::nullopt;
    return head_of_file(route, type_of_name(types, found.file.native()), found.about, tree.varies);
  }
  if (found.is_missing() && tree.fallback.empty()) return RouteHead{.status = 404};
  return std::nullopt;
}

/// A folder's path may be allowed and the index file that stands for it denied.
bool index_is_denied(const config::Route& route, const Tree& tree, std::string_view path) {
  if (!path.ends_with('/')) return false;
  return std::any_of(tree.index.begin(), tree.index.end(),
                     [&](const std::string& name) { return is_denied(route, std::string(path) + name); });
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

std::optional<RouteHead> page_head(const config::Site& site, std::string_view method, std::string_view path,
                                   push::Fields request, h2o_mimemap_t* types) {
  const config::Route* route = find_route(site, path);
  const bool is_routed = route != nullptr && !is_denied(*route, path);
  const auto tree = is_routed ? tree_of(*route, path) : std::nullopt;
  if (!tree) return route_head(site, path, types);
  if (index_is_denied(*route, *tree, path)) return RouteHead{.status = 403};
  const bool reads = method == "GET" || method == "HEAD";
  Found found = look_for(*tree, below(*route, path));
  if (found.is_missing() && reads && !tree->fallback.empty()) found = look_for(*tree, tree->fallback.substr(1));
  if (found.is_missing()) return RouteHead{.status = 404};
  if (found.error != 0) return std::nullopt;
  if (S_ISDIR(found.about.st_mode)) return head_of_folder(path);
  if (!S_ISREG(found.about.st_mode)) return std::nullopt;
  if (is_unchanged(found.about, request)) return head_of_unchanged(*route, found.about, tree->varies);
  if (!reads) return RouteHead{.status = 405};
  return head_of_file(*route, type_of_name(types, found.file.native()), found.about, tree->varies);
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
