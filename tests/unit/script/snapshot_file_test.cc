// SPDX-License-Identifier: MIT
// A snapshot in a file: what comes back, and that no bytes whatever do harm.
#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "script/snapshot.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

std::string all_bytes() {
  std::string text;
  for (int i = 0; i < 4 * 256; ++i) text += static_cast<char>(i);
  return text;
}

/// One of each kind of answer.
Answers answers() {
  Answers all;
  Signature signature{1, ~std::uint64_t{0}, 3, -4, 1'800'000'000'000'000'000, true};
  all.files["/etc/binary"] = {std::make_shared<const std::string>(all_bytes()), {}, 1 << 20, signature};
  all.files["/etc/empty"] = {std::make_shared<const std::string>(), {}, 5, {}};
  all.files["/etc/head"] = {std::make_shared<const std::string>("<title>"), {}, 7, {}, true};
  all.files["/etc/odd\nname \xff"] = {nullptr, "does not exist", 7, {}};
  all.listings["/srv"] = {std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"a", "b/", ""}),
                          {}};
  all.listings["/none"] = {nullptr, "does not exist"};
  all.globs["/etc/*.lua"] = {{"/etc/a.lua", "/etc/b.lua"}, {"/etc"}, {}};
  all.globs["/none/*.lua"] = {{}, {}, "cannot look"};
  all.real_paths["/etc/link"] = "/etc/binary";
  all.real_paths["/etc/nothing"] = std::nullopt;
  all.names = {"/etc/link", "/etc/nothing"};
  return all;
}

/// What load() says of a file with these bytes; empty where it takes them.
std::string error_of(const TemporaryFolder& folder, const std::string& bytes) {
  const fs::path file = folder.write("tampered", bytes);
  const auto loaded = Snapshot::load(file);
  if (loaded) return {};
  const std::string prefix = file.string() + ": ";
  REQUIRE_THAT(loaded.error().message, StartsWith(prefix));
  return loaded.error().message.substr(prefix.size());
}

/// A file with this body and a head that fits it.
std::string with_head(const std::string& body) {
  return fmt::format("outrider snapshot 1\nlength {}\nsha256 {}\n{}", body.size(), sha256_hex(body), body);
}

std::string number(std::uint64_t value) {
  std::string text;
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

}  // namespace

TEST_CASE("everything comes back", "[script][snapshot]") {
  TemporaryFolder folder;
  const Snapshot before(answers());
  const fs::path file = folder.path / "kept";
  REQUIRE(before.save(file));
  const auto loaded = Snapshot::load(file);
  REQUIRE(loaded);
  const Answers& after = (*loaded)->answers();
  CHECK(*after.files.at("/etc/binary").text == all_bytes());
  CHECK(after.files.at("/etc/binary").largest == 1 << 20);
  CHECK(after.files.at("/etc/binary")
            .signature.proves_unchanged({1, ~std::uint64_t{0}, 3, -4, 1'800'000'000'000'000'000, false}));
  CHECK_FALSE(after.files.at("/etc/binary").head);
  CHECK(*after.files.at("/etc/head").text == "<title>");
  CHECK(after.files.at("/etc/head").head);
  CHECK(after.files.at("/etc/empty").text->empty());
  CHECK_FALSE(after.files.at("/etc/empty").signature.settled);
  CHECK(after.files.at("/etc/odd\nname \xff").text == nullptr);
  CHECK(after.files.at("/etc/odd\nname \xff").failure == "does not exist");
  CHECK(*after.listings.at("/srv").names == std::vector<std::string>{"a", "b/", ""});
  CHECK(after.listings.at("/none").failure == "does not exist");
  CHECK(after.globs.at("/etc/*.lua").matches.size() == 2);
  CHECK(after.globs.at("/etc/*.lua").directories == std::vector<fs::path>{"/etc"});
  CHECK(after.globs.at("/none/*.lua").failure == "cannot look");
  CHECK(after.real_paths == before.answers().real_paths);
  CHECK(after.names == before.answers().names);
  CHECK((*loaded)->digest() == before.digest());
  CHECK((*loaded)->files() == before.files());
  CHECK((*loaded)->directories() == before.directories());
}

TEST_CASE("the digest is over names and contents", "[script][snapshot]") {
  const std::string digest = Snapshot(answers()).digest();
  CHECK(digest.size() == 64);
  CHECK(Snapshot(answers()).digest() == digest);
  const auto other = [&](const auto& change) {
    Answers changed = answers();
    change(changed);
    return Snapshot(changed).digest() != digest;
  };
  CHECK(other([](Answers& all) { all.files["/etc/empty"].text = std::make_shared<const std::string>("x"); }));
  CHECK(other([](Answers& all) { all.files["/etc/other"] = all.files["/etc/empty"]; }));
  CHECK(other([](Answers& all) { all.globs["/etc/*.lua"].matches.pop_back(); }));
  CHECK(other([](Answers& all) { all.listings.erase("/srv"); }));
  CHECK_FALSE(other([](Answers& all) { all.files["/etc/binary"].signature = {}; }));
  CHECK(other([](Answers& all) { all.real_paths.clear(); }));  // one of them is of what was not there
}

TEST_CASE("a snapshot is for its owner alone, and replaces the old one as a whole", "[script][snapshot]") {
  TemporaryFolder folder;
  const fs::path file = folder.write("kept", "something else");
  ::chmod(file.c_str(), 0644);
  REQUIRE(Snapshot(answers()).save(file));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}

TEST_CASE("what cannot be written is said, and leaves nothing behind", "[script][snapshot]") {
  TemporaryFolder folder;
  const auto missing = Snapshot(answers()).save(folder.path / "no/kept");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message ==
        (folder.path / "no/kept").string() + ": cannot be written: No such file or directory");
  fs::create_directories(folder.path / "kept/x");
  CHECK_THAT(Snapshot(answers()).save(folder.path / "kept").error().message, Contains("cannot be written"));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
}

TEST_CASE("a snapshot that is cut off is an error, wherever", "[script][snapshot]") {
  TemporaryFolder folder;
  REQUIRE(Snapshot(answers()).save(folder.path / "kept"));
  const std::string whole = read_file(folder.path / "kept");
  REQUIRE(whole.size() > 1500);
  for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 100) {
    CAPTURE(size);
    const std::string error = error_of(folder, whole.substr(0, size));
    CHECK((error.find("is cut off") != error.npos || error.find("is damaged") != error.npos));
  }
  CHECK_THAT(error_of(folder, whole.substr(0, whole.size() - 1)), Contains("is cut off: of "));
  CHECK(error_of(folder, whole + "x") == "is damaged: 1 bytes too many");
  CHECK(error_of(folder, whole).empty());
}

TEST_CASE("a snapshot that was changed is an error, wherever", "[script][snapshot]") {
  TemporaryFolder folder;
  REQUIRE(Snapshot(answers()).save(folder.path / "kept"));
  const std::string whole = read_file(folder.path / "kept");
  for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 100) {
    CAPTURE(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(error_of(folder, changed).empty());
  }
}

TEST_CASE("files that are something else", "[script][snapshot]") {
  TemporaryFolder folder;
  CHECK(error_of(folder, "return {}\n") == "is no snapshot of rules and configuration");
  CHECK(error_of(folder, all_bytes()) == "is no snapshot of rules and configuration");
  CHECK_THAT(error_of(folder, "outrider snapshot 2\nrest"), StartsWith("is a snapshot of another version"));
  CHECK(error_of(folder, "outrider snapshot 1\nlength x\nsha256 y\n") == "is damaged: its length is no number");
  CHECK_THAT(error_of(folder, "outrider snapshot 1\nlength 99999999999999999999\nsha256 y\n"),
             StartsWith("is damaged"));
  CHECK(Snapshot::load(folder.path / "none").error().message == (folder.path / "none").string() + ": does not exist");
  CHECK_THAT(Snapshot::load(folder.path).error().message, Contains("is a directory"));
}

TEST_CASE("records that make no sense do no harm although their digest fits", "[script][snapshot]") {
  TemporaryFolder folder;
  const std::string senseless = "is damaged: a record in it makes no sense";
  CHECK(error_of(folder, with_head("")).empty());
  CHECK(error_of(folder, with_head("N" + number(1) + "x")).empty());
  for (const std::string& body : std::vector<std::string>{
           "N", "N" + number(2) + "x", "N" + number(~std::uint64_t{0}), "X" + number(0), "F" + number(1) + "x",
           "F" + number(1) + "x" + number(1) + "y" + number(3), "L" + number(1) + "x" + number(~std::uint64_t{0}),
           "L" + number(1) + "x" + number(1u << 31) + number(0), "R" + number(1) + "x",
           std::string(1, '\0') + number(0), "G" + number(0) + number(0) + number(5)}) {
    CAPTURE(body);
    CHECK(error_of(folder, with_head(body)) == senseless);
  }
  // Each prefix of a good body.
  REQUIRE(Snapshot(answers()).save(folder.path / "kept"));
  const std::string whole = read_file(folder.path / "kept");
  const std::string body = whole.substr(whole.find('\n', whole.find("sha256")) + 1);
  for (std::size_t size = 0; size < body.size(); size += 7) {
    const std::string error = error_of(folder, with_head(body.substr(0, size)));
    CHECK((error.empty() || error == senseless));
  }
}
