// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;

namespace {

std::string with(const std::string& listen) {
  return "{ listen = {\n" + listen + " },\nsites = { [\"*\"] = { routes = { [\"/\"] = { files = \"www\" } } } } }";
}

Listen read_one(const Folder& folder, const std::string& listen) {
  try {
    return folder.read(with(listen)).listen.at(0);
  } catch (const LoadError& error) {
    FAIL(error.what());
    throw;
  }
}

std::vector<std::string> problems(const Folder& folder, const std::string& listen) {
  return folder.problems(with(listen));
}

}  // namespace

TEST_CASE("addresses: IPv4, IPv6 and unix sockets, whose relative paths start at the folder") {
  const Folder folder;
  CHECK(read_one(folder, "{ address = \"192.0.2.1:80\" }").address.text() == "192.0.2.1:80");
  CHECK(read_one(folder, "{ address = \"[::1]:0\" }").address.text() == "[::1]:0");
  CHECK(read_one(folder, "{ address = \"unix:/run/x.sock\" }").address.text() == "unix:/run/x.sock");
  CHECK(read_one(folder, "{ address = \"unix:x.sock\" }").address.text() == "unix:" + folder / "x.sock");
  CHECK(problems(folder, "{ address = \"localhost:80\" }") ==
        only("config.lua:2: listen[1].address: \"localhost\" is no IP address; expected \"127.0.0.1:80\", \"[::]:443\" "
             "or \"unix:/path\""));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1\" }").at(0), Contains("has no port"));
  CHECK_THAT(problems(folder, "{ address = \"unix:\" }").at(0), Contains("wants a path"));
  CHECK_THAT(problems(folder, "{ address = \"unix:/" + std::string(200, 'x') + "\" }").at(0),
             Contains("at most 107 fit"));
}

TEST_CASE("one address belongs to one listener") {
  const Folder folder;
  CHECK(problems(folder,
                 "{ address = \"127.0.0.1:80\" },\n{ address = \"127.0.0.1:81\" },\n{ address = \"127.0.0.1:80\" }") ==
        only("config.lua:4: listen[3].address: \"127.0.0.1:80\" is already the address of listen[1] (config.lua:2); "
             "expected each "
             "address once"));
  CHECK(problems(folder, "{ address = \"unix:a\" }, { address = \"unix:./a\" }").size() == 1);
  CHECK(problems(folder, "{ address = \"127.0.0.1:0\" }, { address = \"127.0.0.1:0\" }") == none);
  CHECK(problems(folder, "{ address = \"0.0.0.0:80\" }, { address = \"[::]:80\" }") == none);
}

TEST_CASE("what only a server reads need not be there for whoever asks about rules") {
  const Folder folder;
  const std::string source = R"(return {
  listen = { { address = "127.0.0.1:1", tls = { certificate = "none.pem", key = "none.key" } } },
  admin = { address = "127.0.0.1:2", token_file = "none.token" }, cookie_keys = "none.cookies",
  log = { access = { to = "none/access.log" } },
  sites = { ["*"] = { routes = { ["/"] = { files = "www" } } } },
})";
  CHECK(folder.read(source, false).listen.front().tls.front().key == folder / "none.key");
  CHECK(folder.problems(source).size() == 5);
}

TEST_CASE("certificates: one table or a list, files that are there") {
  const Folder folder;
  for (const char* name : {"a.pem", "a.key", "b.pem"}) folder.write(name);
  CHECK(read_one(folder, "{ address = \"127.0.0.1:1\", tls = { certificate = \"a.pem\", key = \"a.key\" } }")
            .tls.size() == 1);
  CHECK(
      read_one(
          folder,
          R"({ address = "127.0.0.1:1", tls = { { certificate = "a.pem", key = "a.key" }, { certificate = "b.pem", key = "b.pem" } } })")
          .tls.at(1)
          .certificate == folder / "b.pem");
  CHECK(
      problems(
          folder,
          R"({ address = "127.0.0.1:1", tls = { { certificate = "a.pem", key = "none" }, { certificate = "." , key = "a.key" } } })") ==
      std::vector<std::string>{"config.lua:2: listen[1].tls[1].key: " + folder / "none" + ": no such file",
                               "config.lua:2: listen[1].tls[2].certificate: " + folder.path().string() +
                                   ": is a directory; expected a file"});
  CHECK(problems(folder, R"({ address = "127.0.0.1:1", tls = { { certificate = "a.pem" } } })") ==
        only("config.lua:2: listen[1].tls[1]: the key \"key\" is missing; expected a string such as \"tls/key.pem\" or "
             "credential \"tls-key\""));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", tls = {} }").at(0),
             Contains("listen[1].tls: expected at least one"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", tls = true }").at(0),
             Contains("expected a table or a list of tables; found true"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", tls = { \"a.pem\" } }").at(0),
             Contains("listen[1].tls[1]: expected a table; found a string"));
  if (geteuid() != 0) {  // root may read everything
    chmod((folder / "a.key").c_str(), 0);
    CHECK_THAT(problems(folder, R"({ address = "127.0.0.1:1", tls = { certificate = "a.pem", key = "a.key" } })").at(0),
               Contains("cannot be read") && Contains("its mode is 0000"));
  }
}

TEST_CASE("a redirect to https on the listener that has tls would go round") {
  const Folder folder;
  folder.write("a.pem");
  CHECK(
      problems(
          folder,
          R"({ address = "127.0.0.1:1", redirect_to_https = true, tls = { certificate = "a.pem", key = "a.pem" } })") ==
      only("config.lua:2: listen[1].redirect_to_https: this listener has tls, so the redirect would lead to itself; "
           "expected it on a "
           "plaintext listener"));
}

TEST_CASE("behind names who is trusted") {
  const Folder folder;
  const Listen listen =
      read_one(folder, R"({ address = "unix:x", behind = { trusted = { "unix:", "10.0.0.0/8", "2001:db8::1" },
    passes_103 = true, country_header = "CF-IPCountry" } })");
  REQUIRE(listen.behind);
  CHECK(listen.behind->trusts_unix);
  CHECK(listen.behind->trusted.size() == 2);
  CHECK(listen.behind->passes_103);
  CHECK(listen.behind->country_header == "cf-ipcountry");
  CHECK_FALSE(
      read_one(folder, R"({ address = "127.0.0.1:1", behind = { trusted = "10.0.0.1" } })").behind->trusts_unix);
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", behind = {} }").at(0),
             Contains("listen[1].behind: the key \"trusted\" is missing"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", behind = { trusted = {} } }").at(0),
             Contains("found an empty list"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", behind = { trusted = { \"10.0.0.0/33\" } } }").at(0),
             Contains("listen[1].behind.trusted[1]: \"10.0.0.0/33\": the prefix length is a number from 0 to 32"));
  CHECK_THAT(
      problems(folder, "{ address = \"127.0.0.1:1\", behind = { trusted = \"10.0.0.1\", country_header = \"a b\" } }")
          .at(0),
      Contains("expected the name of a header"));
}

TEST_CASE("proxy_protocol wants networks, TCP, and no behind") {
  const Folder folder;
  const Listen listen =
      read_one(folder, R"({ address = "127.0.0.1:1", proxy_protocol = true, from = { "10.0.0.0/8" } })");
  REQUIRE(listen.proxy_protocol_from);
  CHECK(listen.proxy_protocol_from->size() == 1);
  CHECK_FALSE(read_one(folder, R"({ address = "127.0.0.1:1", proxy_protocol = false })").proxy_protocol_from);
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", proxy_protocol = true }").at(0),
             Contains("proxy_protocol wants \"from\""));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", proxy_protocol = true, from = {} }").at(0),
             Contains("at least one network"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", from = \"10.0.0.1\" }").at(0),
             Contains("means nothing without proxy_protocol"));
  CHECK_THAT(problems(folder, "{ address = \"unix:x\", proxy_protocol = true, from = \"10.0.0.1\" }").at(0),
             Contains("is for TCP listeners"));
  CHECK_THAT(problems(folder, "{ address = \"127.0.0.1:1\", proxy_protocol = true, from = \"unix:\" }").at(0),
             Contains("is no network"));
  CHECK_THAT(
      problems(
          folder,
          R"({ address = "127.0.0.1:1", proxy_protocol = true, from = "10.0.0.1", behind = { trusted = "10.0.0.1" } })")
          .at(0),
      Contains("exclude each other"));
}

TEST_CASE("mode, owner and group belong to unix sockets and must be known") {
  const Folder folder;
  const Listen listen = read_one(folder, R"({ address = "unix:x", mode = "0640", owner = "root", group = "root" })");
  CHECK(listen.mode == 0640u);
  CHECK(listen.owner == "root");
  CHECK(listen.group == "root");
  CHECK(problems(folder, R"({ address = "127.0.0.1:1", mode = "0640", owner = "root" })").size() == 2);
  CHECK_THAT(problems(folder, R"({ address = "unix:x", mode = 660 })").at(0),
             Contains("Lua has no octal numbers: put the digits in quotes"));
  CHECK_THAT(problems(folder, R"({ address = "unix:x", mode = "0690" })").at(0),
             Contains("expected octal digits in a string such as \"0660\"; found a string (\"0690\")"));
  CHECK(problems(folder, R"({ address = "unix:x", mode = "07777" })").size() == 1);
  CHECK(problems(folder, R"({ address = "unix:x", owner = "no-such-user" })") ==
        only("config.lua:2: listen[1].owner: there is no user \"no-such-user\"; expected the name of a user of this "
             "system"));
  CHECK(problems(folder, R"({ address = "unix:x", group = "no-such-group" })").size() == 1);
}

TEST_CASE("a self-signed certificate stands instead of files") {
  const Folder folder;
  folder.write("a.pem");
  const Listen listen = read_one(folder, R"({ address = "127.0.0.1:1", tls = { self_signed = true } })");
  REQUIRE(listen.tls.size() == 1);
  CHECK(listen.tls.front().self_signed);
  CHECK(listen.tls.front().key.empty());
  CHECK(problems(folder, R"({ address = "127.0.0.1:1", tls = { self_signed = true, key = "a.pem" } })") ==
        only("config.lua:2: listen[1].tls.key: means nothing beside self_signed = true"));
  CHECK(problems(folder, R"({ address = "127.0.0.1:1", tls = { certificat = "a.pem", key = "a.pem" } })").size() == 1);
}
