// SPDX-License-Identifier: MIT
#include "app/load/state_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A variable of the environment for as long as this lives.
struct Environment {
  Environment(const char* variable, const char* value) : name(variable) {
    if (const char* old = std::getenv(variable)) before = old;
    value == nullptr ? ::unsetenv(variable) : ::setenv(variable, value, 1);
  }
  ~Environment() { before ? ::setenv(name, before->c_str(), 1) : ::unsetenv(name); }
  const char* name;
  std::optional<std::string> before;
};

}  // namespace

TEST_CASE("state files: each configuration file has its own, however it is typed") {
  const StateFiles one("/state", "/etc/outrider/config.lua"), other("/state", "/srv/config.lua");
  CHECK(one.directory() == "/state");
  CHECK(one.running().parent_path() == "/state");
  CHECK(one.running().filename().string().rfind("config-", 0) == 0);
  CHECK(one.running() != other.running());
  CHECK(one.last_good() != other.last_good());
  CHECK(one.running() != one.last_good());
  CHECK(StateFiles("/state", "/etc/x/../outrider/./config.lua").running() == one.running());
  CHECK(StateFiles("/state", "here.lua").running() ==
        StateFiles("/state", (fs::current_path() / "here.lua").string()).running());
}

TEST_CASE("state files: the folder is the option's, systemd's, or the user's") {
  const Environment systemd("STATE_DIRECTORY", "/var/lib/one:/var/lib/two");
  CHECK(StateFiles("/mine/../mine", "c.lua").directory() == "/mine");
  CHECK(StateFiles("relative", "c.lua").directory() == fs::current_path() / "relative");
  CHECK(StateFiles("", "c.lua").directory() == "/var/lib/one");
  const Environment none("STATE_DIRECTORY", nullptr);
  const Environment home("XDG_STATE_HOME", "/somewhere");
  CHECK(StateFiles("", "c.lua").directory() == (::geteuid() == 0 ? "/var/lib/outrider" : "/somewhere/outrider"));
}

TEST_CASE("state files: the folder is made for its owner alone") {
  const TemporaryFolder folder;
  const StateFiles files(folder.file("a/b"), "c.lua");
  REQUIRE(files.prepare());
  struct stat status {};
  REQUIRE(::stat(files.directory().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777u) == 0700);
  CHECK(files.prepare());  // it is there
}

TEST_CASE("state files: a folder that cannot be had is named, with what to do") {
  const TemporaryFolder folder;
  write_file(folder.file("file"), "x");
  const auto taken = StateFiles(folder.file("file"), "c.lua").prepare();
  REQUIRE_FALSE(taken);
  CHECK_THAT(taken.error().message,
             Contains(folder.file("file")) && Contains("File exists") && Contains("--state-dir"));
  const auto below = StateFiles(folder.file("file/below"), "c.lua").prepare();
  REQUIRE_FALSE(below);
  CHECK_THAT(below.error().message, Contains("Not a directory"));
  const auto deep = StateFiles(folder.file("file/below/it"), "c.lua").prepare();
  REQUIRE_FALSE(deep);
  CHECK_THAT(deep.error().message, Contains("Not a directory"));
  if (::geteuid() == 0) return;  // root writes everywhere
  REQUIRE(::mkdir(folder.file("closed").c_str(), 0500) == 0);
  const auto closed = StateFiles(folder.file("closed"), "c.lua").prepare();
  REQUIRE_FALSE(closed);
  CHECK_THAT(closed.error().message, Contains("cannot write to the state folder") && Contains("Permission denied"));
}

TEST_CASE("state files: where the admin plane is") {
  const TemporaryFolder folder;
  const StateFiles files(folder.path.string(), "c.lua");
  CHECK_FALSE(files.read_admin());
  for (const char* text : {"unix:/run/outrider/admin.sock", "127.0.0.1:9000", "[::1]:9000"}) {
    const Address address = *Address::parse(text);
    REQUIRE(files.write_admin({address, "/etc/outrider/token"}));
    REQUIRE(files.read_admin());
    CHECK(files.read_admin()->address == address);
    CHECK(files.read_admin()->token_file == "/etc/outrider/token");
    REQUIRE(files.write_admin({address, {}}));
    CHECK(files.read_admin()->token_file.empty());
  }
  files.remove_admin();
  CHECK_FALSE(files.read_admin());
  files.remove_admin();

  const auto nowhere = StateFiles(folder.file("none"), "c.lua").write_admin({*Address::parse("127.0.0.1:1"), {}});
  REQUIRE_FALSE(nowhere);
  CHECK_THAT(nowhere.error().message, Contains(folder.file("none")));
}

TEST_CASE("state files: garbage in the admin file is no address") {
  const TemporaryFolder folder;
  const StateFiles files(folder.path.string(), "c.lua");
  REQUIRE(files.write_admin({*Address::parse("127.0.0.1:1"), {}}));
  std::string file;
  for (const auto& entry : fs::directory_iterator(folder.path)) file = entry.path().string();
  for (const std::string& garbage :
       {std::string(), std::string("\n"), std::string("localhost:80\n"), std::string("127.0.0.1:99999\n"),
        std::string(100'000, 'x'), std::string(9, '\0')}) {
    write_file(file, garbage);
    CHECK_FALSE(files.read_admin());
  }
}

TEST_CASE("state files: a folder that others may write to is not used") {
  const TemporaryFolder folder;
  const std::string open = folder.file("open");
  REQUIRE(::mkdir(open.c_str(), 0700) == 0);
  CHECK(StateFiles(open, "c.lua").prepare());
  REQUIRE(::chmod(open.c_str(), 0777) == 0);
  const auto refused = StateFiles(open, "c.lua").prepare();
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message,
             Contains(open) && Contains("mode 0777") && Contains("others could put files there"));
}
