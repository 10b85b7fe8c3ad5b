// SPDX-License-Identifier: MIT
// Every message that a key of the configuration can provoke by itself: each key of the schema with values of wrong
// types, out of its range, misspelt, missing and written twice. A file for each group, in tests/golden/errors.
#include <functional>
#include <map>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "config/schema.h"
#include "unit/config/tree.h"
#include "unit/golden.h"

using namespace outrider;
using namespace outrider::config;
using schema::Group;
using schema::Key;
using schema::Type;

namespace {

/// The source of a whole configuration with this body of one of its tables.
using Around = std::function<std::string(const std::string& body)>;

/// What a table of the group needs to be fine, by key.
using Base = std::map<std::string_view, std::string>;

const std::map<std::string_view, Base>& bases() {
  static const std::map<std::string_view, Base> all = {
      {"configuration",
       {{"listen", "{ address = \"127.0.0.1:80\" }"},
        {"sites", "{ [\"*\"] = { routes = { [\"/\"] = { files = \"www\" } } } }"}}},
      {"listen", {{"address", "\"127.0.0.1:80\""}}},
      {"tls", {{"certificate", "\"tls.pem\""}, {"key", "\"tls.key\""}}},
      {"behind", {{"trusted", "{ \"10.0.0.0/8\" }"}}},
      {"admin", {{"address", "\"unix:/run/outrider/admin.sock\""}}},
      {"site", {{"routes", "{ [\"/\"] = { files = \"www\" } }"}}},
      {"route", {{"files", "\"www\""}}},
      {"proxy", {{"servers", "\"http://127.0.0.1:3000\""}}},
      {"fastcgi", {{"servers", "\"127.0.0.1:9000\""}}},
      {"redirect", {{"to", "\"/\""}}},
  };
  return all;
}

bool is_action(std::string_view key) {
  return key == "files" || key == "proxy" || key == "fastcgi" || key == "redirect";
}

std::string body_of(const Group& group, std::string_view without, const std::string& more) {
  std::string body;
  const auto base = bases().find(group.name);
  for (const auto& [key, value] : base == bases().end() ? Base() : base->second) {
    if (key != without && !(is_action(key) && is_action(without))) body += std::string(key) + " = " + value + ", ";
  }
  return body + more;
}

std::vector<std::string> wrong_values(const Key& key) {
  switch (key.type) {
    case Type::boolean:
      return {"\"yes\"", "1"};
    case Type::integer:
      return {"\"5\"", "true", "1.5", std::to_string(key.least - 1), std::to_string(key.most + 1)};
    case Type::string:
      return {"5", "true", "\"\"", "\"a\\nb\"", "\"?\""};
    case Type::strings:
      return {"5", "{ 5 }", "{ a = \"b\" }", "\"\"", "{}", "\"?\""};
    case Type::mode:
      return {"600", "\"0999\"", "\"\"", "\"77777\""};
    case Type::choice:
      return {"5", "\"nonsense\""};
    case Type::table:
    case Type::tables:
      return {"5", "\"x\"", "{ 5 }"};
    case Type::string_or_table:
    case Type::boolean_or_table:
    case Type::boolean_or_strings:
      return {"5", "{ 5 }", "\"?\"", "{ nonsense = 1 }"};
    case Type::map:
      return {"5", "{ 5 }", "{}", "{ [\"?\"] = 5 }", "{ [\"/\"] = \"x\" }"};
  }
  return {};
}

class Walk {
 public:
  void group(const Group& group, const Around& around) {
    if (!seen_.insert(group.name).second) return;
    std::string text;
    const auto attempt = [&](std::string_view without, const std::string& more) {
      text += (more.empty() ? "without " + std::string(without) : more) + "\n";
      for (const std::string& problem : folder_.problems(around(body_of(group, without, more)))) {
        text += "  " + with_replaced(problem, folder_.path().string(), "FOLDER") + "\n";
      }
    };
    for (const Group* part = &group; part != nullptr; part = part->base) {
      for (const Key& key : part->keys) {
        const std::string name(key.name);
        for (const std::string& value : wrong_values(key)) attempt(name, name + " = " + value);
        attempt({}, name.substr(0, name.size() - 1) + " = 1");
        if (key.required) attempt(name, {});
      }
    }
    const std::string first(group.keys.front().name);
    attempt(first, first + " = 1, " + first + " = 2");
    attempt({}, "5");
    check_golden("errors/config_" + std::string(group.name) + ".txt", text);
    for (const Group* part = &group; part != nullptr; part = part->base) {
      for (const Key& key : part->keys) below(*part, key, group, around);
    }
  }

  const std::set<std::string_view>& seen() const { return seen_; }

 private:
  void below(const Group&, const Key& key, const Group& group, const Around& around) {
    if (key.group == nullptr) return;
    const std::string name(key.name);
    const std::string entry = name == "sites" ? "*" : "/";
    this->group(*key.group, [&, name, entry](const std::string& body) {
      const bool map = key.type == Type::map;
      const std::string value = map ? "{ [\"" + entry + "\"] = { " + body + " } }" : "{ " + body + " }";
      return around(body_of(group, name, name + " = " + value));
    });
  }

  config::test::Folder folder_;
  std::set<std::string_view> seen_;
};

}  // namespace

TEST_CASE("what each key of the configuration says to what is wrong", "[golden]") {
  Walk walk;
  walk.group(schema::configuration, [](const std::string& body) { return "return { " + body + " }"; });
  CHECK(walk.seen().size() > 12);
}

namespace {

/// Each body of the table's problems, as one text.
std::string each_of(const std::vector<std::string>& bodies, const Around& around) {
  const config::test::Folder folder;
  folder.write("tls.pem");
  folder.write("tls.key");
  folder.make_directory("sites.d");
  folder.write("sites.d/number.lua", "5");
  std::string text;
  for (const std::string& body : bodies) {
    text += body + "\n";
    for (const std::string& problem : folder.problems(around(body))) {
      text += "  " + with_replaced(problem, folder.path().string(), "FOLDER") + "\n";
    }
  }
  return text;
}

constexpr char tls[] = "tls = { certificate = \"tls.pem\", key = \"tls.key\" }";

}  // namespace

TEST_CASE("what a listener says to keys that do not go together", "[golden]") {
  const std::string text = each_of(
      {"address = \"[::1\"", "address = \"unix:x\"", "address = \"127.0.0.1:99999\"", "address = \"localhost:80\"",
       "address = \"127.0.0.1:80\", tls = {}", "address = \"127.0.0.1:80\", tls = { {} }",
       "address = \"127.0.0.1:80\", tls = { self_signed = true, key = \"tls.key\" }",
       "address = \"127.0.0.1:80\", proxy_protocol = true",
       "address = \"127.0.0.1:80\", proxy_protocol = true, from = {}",
       "address = \"127.0.0.1:80\", proxy_protocol = true, from = { \"10.0.0.0/8\" }, behind = { trusted = "
       "\"10.0.0.0/8\" }",
       "address = \"unix:/run/x.sock\", proxy_protocol = true, from = { \"10.0.0.0/8\" }",
       "address = \"127.0.0.1:80\", from = { \"10.0.0.0/8\" }", "address = \"127.0.0.1:80\", mode = \"0600\"",
       std::string("address = \"127.0.0.1:80\", redirect_to_https = true, ") + tls,
       "address = \"127.0.0.1:80\" }, { address = \"127.0.0.1:80\""},
      [](const std::string& body) {
        return "return { listen = { { " + body + " } }, " + std::string("sites = ") +
               bases().at("configuration").at("sites") + " }";
      });
  check_golden("errors/listen_cases.txt", text);
}

TEST_CASE("what sites and the whole say to what does not go together", "[golden]") {
  const std::string route = "routes = { [\"/\"] = { files = \"www\" } }";
  const std::string text = each_of(
      {"include = \"nowhere.d/*.lua\", sites = {}", "include = \"*.none\", sites = {}", "include = \"sites.d/*.lua\"",
       "workers = 1", "sites = { [\"[::x]\"] = { " + route + " } }", "sites = { [\"[0:0::1]\"] = { " + route + " } }",
       "sites = { [\"a.example\"] = { " + route + " }, [\"b.example\"] = { aliases = { \"A.example\" }, " + route +
           " } }",
       "sites = { a = { rules = \"nowhere/*.lua\", " + route + " } }",
       "sites = { a = { client_cookie = { name = \"" + std::string(65, 'x') + "\" }, " + route + " } }",
       "sites = { a = { client_cookie = { name = \"a b\" }, " + route + " } }", "sites = { a = { routes = {} } }",
       "sites = { a = { " + route + " } }, admin = { address = \"127.0.0.1:1\" }",
       "sites = { a = { " + route + " } }, log = { access = { to = \"stdot\" } }",
       "sites = { a = { " + route + " } }, log = { error = { to = \"stdout\" } }",
       "sites = { a = { " + route + " } }, log = { access = { to = \"www\" } }"},
      [](const std::string& body) { return "return { listen = { address = \"127.0.0.1:80\" }, " + body + " }"; });
  check_golden("errors/site_cases.txt", text);
}

TEST_CASE("what a route says to keys that do not go together", "[golden]") {
  const std::string text =
      each_of({"max_age = 5",
               "files = \"www\", redirect = \"/\"",
               "files = \"www\", headers = { connection = \"x\" }",
               "files = \"www\", headers = { [\"X-A\"] = \"1\", [\"x-a\"] = \"2\" }",
               "files = \"www\", headers = { [\"a b\"] = \"1\" }",
               "files = \"www\", deny = { \"/app/x\" }",
               "files = \"www\", deny = { \"x\" }",
               "fastcgi = \"127.0.0.1:9000\", root = \"www\", index = { \"/a.php\", \"/b.php\" }",
               "fastcgi = \"http://127.0.0.1:9000\", root = \"www\"",
               "fastcgi = \"unix:x\", root = \"www\"",
               "redirect = { to = \"/\", status = 304 }",
               "proxy = \"http://unix:@x\"",
               "fastcgi = \"unix:@x\", root = \"www\"",
               "redirect = \"/a b\"",
               "redirect = \"ftp://x/\"",
               "proxy = { servers = { \"http://a:1\", \"http://a:1\" } }",
               "proxy = { servers = { \"http://a:1/x\", \"http://b:1/y\" } }",
               "proxy = \"http://[::x]:1\"",
               "proxy = \"http://[::x]\"",
               "proxy = \"http://*.example\"",
               "proxy = \"http://a:port\"",
               "proxy = \"http://unix:x\"",
               "proxy = \"http://a/?q\"",
               "proxy = \"http://a/b c\"",
               "proxy = \"a.example\"",
               "proxy = \"127.0.0.1:80\"",
               "proxy = \"https://a\"",
               "proxy = \"ftp://a\"",
               "proxy = \"http://user@a\"",
               "files = \"www\", error_page = { [1000] = \"/x\" }",
               "files = \"www\", error_page = { a = \"/x\" }"},
              [](const std::string& body) {
                return "return { listen = { address = \"127.0.0.1:80\" }, sites = { a = { routes = { [\"/app/\"] = { " +
                       body + " } } } } }";
              });
  check_golden("errors/route_cases.txt", text);
}

TEST_CASE("what is said of a glob of which the disk says nothing", "[golden]") {
  const config::test::Folder folder;
  Sources sources;
  sources.glob = [](const std::string&) -> Result<std::vector<std::filesystem::path>> {
    return failure("cannot look in /etc/rules: Permission denied");
  };
  std::string text;
  try {
    config::read(config::test::parse_tree("{ listen = { address = \"127.0.0.1:80\" }, include = \"www/*.lua\" }"),
                 folder.path(), sources);
  } catch (const LoadError& error) {
    text = std::string(error.what()) + "\n";
  }
  check_golden("errors/globs.txt", text);
}
