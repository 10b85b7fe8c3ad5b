// SPDX-License-Identifier: MIT
#include "http/upstream/script_path.h"

#include <catch2/catch.hpp>

#include "unit/temporary_folder.h"

using namespace outrider::http::upstream;
namespace fs = std::filesystem;

namespace {

/// A site in a temporary folder.
class Site {
 public:
  Site() {
    for (const char* file : {"site/index.php", "site/wp/admin.php", "site/style.css", "site/scripts/index.php",
                             "site/both/index.php", "site/both/index.html", "site/pages/index.html",
                             "site/uploads/evil.jpg", "site/SHELL.PHP", "outside/secret.php", "site-too/x.php"}) {
      folder_.write(file, "x");
    }
    fs::create_directories(root() / "empty");
    fs::create_directories(root() / "folder.php");
    fs::create_symlink(folder_ / "outside" / "secret.php", root() / "leak.php");
    fs::create_symlink(folder_ / "outside", root() / "linked");
    fs::create_symlink(root() / "wp", root() / "inner");
  }

  fs::path root() const { return folder_ / "site"; }
  ScriptPath at(std::string_view path, std::string_view prefix = "/") const {
    return resolve_script(root(), prefix, path, "/index.php");
  }

 private:
  outrider::TemporaryFolder folder_;
};

using Kind = ScriptPath::Kind;

}  // namespace

TEST_CASE("an existing script runs and the rest is its path info") {
  const Site site;
  const auto plain = site.at("/wp/admin.php");
  CHECK(plain.kind == Kind::script);
  CHECK(plain.filename == site.root() / "wp/admin.php");
  CHECK(plain.name == "/wp/admin.php");
  CHECK(plain.path_info == "");
  const auto more = site.at("/wp/admin.php/a/b.php");
  CHECK(more.name == "/wp/admin.php");
  CHECK(more.path_info == "/a/b.php");
  CHECK(site.at("/inner/admin.php").kind == Kind::script);
}

TEST_CASE("files that are no scripts are served") {
  const Site site;
  CHECK(site.at("/style.css").kind == Kind::file);
  CHECK(site.at("/uploads/evil.jpg").kind == Kind::file);
}

TEST_CASE("a file is never run because of what follows its name") {
  const Site site;
  const auto trick = site.at("/uploads/evil.jpg/x.php");
  CHECK(trick.kind == Kind::script);
  CHECK(trick.name == "/index.php");
}

TEST_CASE("the source of a script is never served") {
  const Site site;
  // Neither run nor sent as text: the front controller gets it.
  CHECK(site.at("/SHELL.PHP").name == "/index.php");
  CHECK(site.at("/SHELL.PHP").kind == Kind::script);
  CHECK(site.at("/index.php/").path_info == "/");
  CHECK(site.at("/folder.php").name == "/index.php");
}

TEST_CASE("a directory tries index.php, then index.html, else the route's index") {
  const Site site;
  CHECK(site.at("/both/").name == "/both/index.php");
  CHECK(site.at("/scripts/").name == "/scripts/index.php");
  CHECK(site.at("/pages/").kind == Kind::file);
  CHECK(site.at("/empty/").name == "/index.php");
  CHECK(site.at("/").name == "/index.php");
  // The file handler redirects to the slash.
  CHECK(site.at("/both").kind == Kind::file);
  CHECK(site.at("/empty").name == "/index.php");
}

TEST_CASE("anything else goes to the index") {
  const Site site;
  const auto article = site.at("/2024/01/some-article");
  CHECK(article.kind == Kind::script);
  CHECK(article.name == "/index.php");
  CHECK(article.path_info == "");
  const auto missing = resolve_script(site.root() / "empty", "/", "/x", "/index.php");
  CHECK(missing.kind == Kind::not_found);
  CHECK(missing.problem.find("/index.php") != std::string::npos);
}

TEST_CASE("the route's prefix stands for the root") {
  const Site site;
  const auto script = site.at("/blog/wp/admin.php/x", "/blog/");
  CHECK(script.filename == site.root() / "wp/admin.php");
  CHECK(script.name == "/blog/wp/admin.php");
  CHECK(script.path_info == "/x");
  CHECK(site.at("/blog", "/blog/").name == "/blog/index.php");
  CHECK(site.at("/blog/nothing", "/blog/").name == "/blog/index.php");
}

TEST_CASE("scripts outside the root do not run") {
  const Site site;
  CHECK(site.at("/leak.php").kind == Kind::not_found);
  CHECK(site.at("/linked/secret.php").kind == Kind::not_found);
  CHECK(site.at("/../site-too/x.php").kind == Kind::not_found);
  CHECK(site.at(std::string_view("/index.php\0.txt", 15)).kind == Kind::not_found);
}
