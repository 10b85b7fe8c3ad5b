// SPDX-License-Identifier: MIT
// Owner and mode in words: of the file, or of the folder that bars the way to it.
#include "base/file_access.h"

#include <pwd.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "unit/without_privileges.h"

using namespace outrider;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

constexpr uid_t no_such_user = 3'999'999'999;

}  // namespace

TEST_CASE("users are told by name and number, and by number alone where they have no name") {
  const passwd* root = ::getpwuid(0);
  REQUIRE(root != nullptr);
  CHECK(user_name(0) == root->pw_name);
  CHECK(user_text(0) == std::string(root->pw_name) + " (uid 0)");
  REQUIRE(::getpwuid(no_such_user) == nullptr);
  CHECK(user_name(no_such_user) == "uid 3999999999");
  CHECK(user_text(no_such_user) == "uid 3999999999");
}

TEST_CASE("a file is told with its owner, its mode and who asks") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("private.key", "secret");
  const std::string me = user_text(::geteuid());
  for (const auto& [mode, digits] : {std::pair(0200u, "0200"), {0u, "0000"}, {04755u, "4755"}}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK(describe_access(file) ==
          "it belongs to " + me + ", its mode is " + digits + ", and this process runs as " + me);
  }
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK("it " + owner_and_mode(status) == describe_access(file));
  status.st_uid = no_such_user;
  CHECK_THAT(owner_and_mode(status), StartsWith("belongs to uid 3999999999, its mode is 4755, and "));
}

TEST_CASE("the folder that may not be entered is told in the file's place") {
  const TemporaryFolder folder;
  const fs::path live = folder / "live", file = folder.write("live/www/key.pem", "secret");
  const std::string owner = user_text(::geteuid());
  REQUIRE(::chmod(live.c_str(), ::geteuid() == 0 ? 0700 : 0) == 0);
  {
    const WithoutPrivileges nobody(folder);
    const auto seen = as_far_as_seen(file);
    REQUIRE(seen);
    CHECK(seen->path == live);
    CHECK(S_ISDIR(seen->status.st_mode));
    CHECK_THAT(describe_access(file), StartsWith("its folder " + live.string() + " belongs to " + owner + ", "));
    // Also of what may not be there at all.
    CHECK_THAT(describe_access(live / "none"), StartsWith("its folder " + live.string() + " "));
  }
  REQUIRE(::chmod(live.c_str(), 0700) == 0);
  CHECK(as_far_as_seen(file)->path == file);
}

TEST_CASE("of what is not there nothing is told") {
  const TemporaryFolder folder;
  CHECK_FALSE(as_far_as_seen(folder / "none"));
  CHECK(describe_access(folder / "none/below").empty());
  CHECK(describe_access(folder.write("file", "") / "below").empty());
  CHECK(describe_access("").empty());
}

TEST_CASE("paths may be relative; of one in a working directory that may not be entered nothing is told") {
  const TemporaryFolder folder;
  folder.write("closed/x", "");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  const std::string mine = describe_access("closed/x");
  REQUIRE(::chmod("closed", ::geteuid() == 0 ? 0700 : 0) == 0);
  std::string barred, lost;
  {
    const WithoutPrivileges nobody(folder);
    barred = describe_access("closed/x");
  }
  REQUIRE(::chmod("closed", 0700) == 0);
  fs::current_path("closed");
  REQUIRE(::chmod(".", ::geteuid() == 0 ? 0700 : 0) == 0);
  {
    const WithoutPrivileges nobody(folder);
    lost = describe_access("x");
  }
  fs::current_path(before);
  REQUIRE(::chmod((folder / "closed").c_str(), 0700) == 0);
  CHECK_THAT(mine, StartsWith("it belongs to "));
  CHECK_THAT(barred, StartsWith("its folder closed belongs to "));
  CHECK(lost.empty());
}
