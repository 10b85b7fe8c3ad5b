// SPDX-License-Identifier: MIT
// What a path means below a FastCGI route's root: a script, a file, or the index. Files are looked at here; nothing is
// opened. Names that end in ".php", in any case, are never served as files: their source is nobody's business.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace outrider::http::upstream {

struct ScriptPath {
  enum class Kind {
    script,     // run it
    file,       // a static file, or a directory that wants its slash or its index.html
    not_found,  // neither it nor the route's index exists, or it leads out of the root
  };
  Kind kind = Kind::not_found;
  std::filesystem::path filename;  // of the script: SCRIPT_FILENAME
  std::string name;                // its URL path: SCRIPT_NAME
  std::string path_info;           // what follows it: "" or "/…"
  std::string problem;             // why nothing was found
};

/// `path` is the request's, decoded and normalised, and begins with `prefix`. An existing `*.php` runs, and the rest is
/// its PATH_INFO; an existing other file is served; a directory tries index.php, then index.html; all else goes to
/// `index`. Scripts must lie below `root` also when their symbolic links are followed.
ScriptPath resolve_script(const std::filesystem::path& root, std::string_view prefix, std::string_view path,
                          std::string_view index);

}  // namespace outrider::http::upstream
