// SPDX-License-Identifier: MIT
#include "http/upstream/script_path.h"

#include <system_error>

#include <fmt/format.h>

#include "base/text.h"

namespace outrider::http::upstream {
namespace {

namespace fs = std::filesystem;

/// In any spelling: such a file is never sent as text.
bool is_php(std::string_view name) {
  return name.size() >= 4 && equals_ignoring_case(name.substr(name.size() - 4), ".php");
}

/// Only the exact ending runs: a `deny` of "**.php" must not be passed by an uploaded "x.PHP".
bool is_script(std::string_view name) {
  return name.ends_with(".php");
}

fs::file_type type_of(const fs::path& path) {
  std::error_code ignored;
  return fs::status(path, ignored).type();
}

/// Both with their symbolic links followed.
bool lies_below(const fs::path& root, const fs::path& path) {
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  if (error) return false;
  const fs::path real = fs::canonical(path, error);
  if (error) return false;
  const std::string below = real_root == "/" ? "/" : real_root.string() + "/";
  return real.string().starts_with(below);
}

class PathResolver {
 public:
  PathResolver(const fs::path& root, std::string_view prefix) : root_(root), prefix_(prefix) {
    if (prefix_.ends_with('/')) prefix_.remove_suffix(1);
  }

  /// `rest` is a path below the root and begins with a slash.
  fs::path file(std::string_view rest) const { return root_ / rest.substr(1); }

  ScriptPath run(std::string_view script, std::string_view path_info) const {
    ScriptPath result;
    result.filename = file(script);
    if (!lies_below(root_, result.filename)) {
      result.problem = fmt::format("{} leads out of {}", result.filename.string(), root_.string());
      return result;
    }
    result.kind = ScriptPath::Kind::script;
    result.name = std::string(prefix_) + std::string(script);
    result.path_info = path_info;
    return result;
  }

  /// The first part of `rest` that is an existing script, where there is one.
  bool find_script(std::string_view rest, ScriptPath& found) const {
    for (std::size_t end = 0; end < rest.size();) {
      end = std::min(rest.find('/', end + 1), rest.size());
      const std::string_view head = rest.substr(0, end);
      if (is_script(head) && type_of(file(head)) == fs::file_type::regular) {
        found = run(head, rest.substr(end));
        return true;
      }
    }
    return false;
  }

 private:
  const fs::path& root_;
  std::string_view prefix_;
};

ScriptPath static_file() {
  ScriptPath result;
  result.kind = ScriptPath::Kind::file;
  return result;
}

ScriptPath nothing(std::string problem) {
  ScriptPath result;
  result.problem = std::move(problem);
  return result;
}

}  // namespace

ScriptPath resolve_script(const fs::path& root, std::string_view prefix, std::string_view path,
                          std::string_view index) {
  if (path.find('\0') != std::string_view::npos) return nothing("a NUL in the path");
  const PathResolver resolver(root, prefix);
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  std::string rest(path.starts_with(prefix) ? path.substr(prefix.size()) : path);
  if (!rest.starts_with('/')) rest.insert(0, "/");

  ScriptPath found;
  if (resolver.find_script(rest, found)) return found;
  const fs::file_type type = type_of(resolver.file(rest));
  if (type == fs::file_type::regular && !is_php(rest)) return static_file();
  if (type == fs::file_type::directory) {
    const std::string folder = rest.ends_with('/') ? rest : rest + "/";
    const bool has_script = type_of(resolver.file(folder + "index.php")) == fs::file_type::regular;
    const bool has_page = type_of(resolver.file(folder + "index.html")) == fs::file_type::regular;
    // Relative links in the page need the slash: the file handler redirects to it.
    if ((has_script || has_page) && !rest.ends_with('/')) return static_file();
    if (has_script) return resolver.run(folder + "index.php", "");
    if (has_page) return static_file();
  }
  const std::string fallback = index.starts_with('/') ? std::string(index) : "/" + std::string(index);
  if (type_of(resolver.file(fallback)) != fs::file_type::regular) {
    return nothing(fmt::format("neither the path nor the route's index {} exists below {}", fallback, root.string()));
  }
  return resolver.run(fallback, "");
}

}  // namespace outrider::http::upstream
