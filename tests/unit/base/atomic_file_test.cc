// SPDX-License-Identifier: MIT
// Files that are replaced as a whole: what is there afterwards, and what is left where it could not be done.
#include "base/atomic_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "unit/without_privileges.h"

using namespace outrider;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

const std::vector<std::string> only_x{"x"};

}  // namespace

TEST_CASE("a file is made, and replaced as a whole") {
  const TemporaryFolder folder;
  const fs::path file = folder / "x";
  std::string bytes(3 << 20, '\0');  // more than one write may take
  for (std::size_t at = 0; at < bytes.size(); ++at) bytes[at] = static_cast<char>(at * 31 >> 3);
  REQUIRE(replace_file(file, bytes, 0644));
  CHECK(read_file(file) == bytes);
  std::ifstream reader(file, std::ios::binary);  // has opened the old one
  REQUIRE(replace_file(file, "short", 0644));
  CHECK(read_file(file) == "short");
  CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == bytes);
  REQUIRE(replace_file(file, "", 0644));
  CHECK(read_file(file).empty());
  CHECK(names_in(folder.path) == only_x);
}

TEST_CASE("the mode is the one that is asked for, whatever the umask and the file before") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("x", "old");
  const mode_t before = ::umask(077);
  for (const mode_t mode : {0644u, 0600u, 0640u, 0400u, 0666u}) {
    REQUIRE(replace_file(file, "new", mode));
    CHECK(mode_of(file) == mode);
  }
  ::umask(before);
}

TEST_CASE("a name without a folder is one in the working directory") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path);
  const auto replaced = replace_file("x", "text", 0600);
  fs::current_path(before);
  REQUIRE(replaced);
  CHECK(read_file(folder / "x") == "text");
}

TEST_CASE("a link is replaced, and the file behind it is not touched") {
  const TemporaryFolder folder;
  folder.write("behind", "old");
  fs::create_symlink("behind", folder / "x");
  REQUIRE(replace_file(folder / "x", "new", 0600));
  CHECK_FALSE(fs::is_symlink(folder / "x"));
  CHECK(read_file(folder / "x") == "new");
  CHECK(read_file(folder / "behind") == "old");
}

TEST_CASE("in a folder that may not be written, or that is not there, the error says which file and why") {
  const TemporaryFolder folder;
  const fs::path closed = folder / "closed", file = folder.write("closed/x", "old");
  REQUIRE(::chmod(closed.c_str(), 0555) == 0);
  Result<void> refused;
  {
    const WithoutPrivileges nobody(folder);
    refused = replace_file(file, "new", 0600);
  }
  REQUIRE(::chmod(closed.c_str(), 0755) == 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == file.string() + ": cannot be written: Permission denied");
  CHECK(read_file(file) == "old");
  CHECK(names_in(closed) == only_x);

  const auto nowhere = replace_file(folder / "no/x", "new", 0600);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().message == (folder / "no/x").string() + ": cannot be written: No such file or directory");
}

TEST_CASE("a directory is not replaced, and nothing is left beside it") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "x");
  const auto refused = replace_file(folder / "x", "new", 0600);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == (folder / "x").string() + ": cannot be written: Is a directory");
  CHECK(names_in(folder.path) == only_x);
  CHECK(fs::is_directory(folder / "x"));
}

TEST_CASE("where not all of it can be written the old file stands, and nothing is left beside it") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("x", "old");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto refused = replace_file(file, std::string(5000, 'x'), 0600);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == file.string() + ": cannot be written: File too large");
  CHECK(read_file(file) == "old");
  CHECK(names_in(folder.path) == only_x);
}

TEST_CASE("where the folder cannot be read to be synced the new file stands, and that is said") {
  const TemporaryFolder folder;
  const fs::path blind = folder / "blind", file = blind / "x";
  fs::create_directory(blind);
  if (::geteuid() == 0) REQUIRE(::chown(blind.c_str(), 65534, 65534) == 0);
  REQUIRE(::chmod(blind.c_str(), 0300) == 0);
  Result<void> unsynced;
  {
    const WithoutPrivileges nobody(folder);
    unsynced = replace_file(file, "new", 0600);
  }
  REQUIRE(::chmod(blind.c_str(), 0700) == 0);
  REQUIRE_FALSE(unsynced);
  CHECK(unsynced.error().message == file.string() + ": cannot be made to last: Permission denied");
  CHECK(read_file(file) == "new");
  CHECK(names_in(blind) == only_x);
}
