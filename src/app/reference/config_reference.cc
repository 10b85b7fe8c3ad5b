// SPDX-License-Identifier: MIT
#include "app/reference/config_reference.h"

#include <fmt/format.h>

#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "config/schema.h"

namespace outrider::app {
namespace {

using config::schema::Group;
using config::schema::Key;
using config::schema::Type;

std::string as_sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + ".";
}

std::string standard_of(const Key& key) {
  if (const auto* flag = std::get_if<bool>(&key.standard)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&key.standard)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string_view>(&key.standard)) return fmt::format("\"{}\"", *text);
  return {};
}

/// "Only where the route has `files` or `fastcgi`."
std::string place_of(const Key& key) {
  if (key.only_with.empty()) return {};
  std::string text = "Only where the route has `";
  for (const char c : key.only_with) text += c == ' ' ? std::string("` or `") : std::string(1, c);
  return text + "`.";
}

/// `path` is where the key's own table is described.
void write_key(ManPage& page, const Key& key, const std::string& path) {
  page.term(key.name);
  page.line(key.sentence);
  page.line(as_sentence(key.expected()));
  if (key.required) page.line("Required.");
  if (const std::string standard = standard_of(key); !standard.empty()) {
    page.line(fmt::format("Default: `{}`.", standard));
  }
  page.line(place_of(key));
  if (key.group != nullptr) page.line(fmt::format("Its keys are under `{}`.", path));
}

/// How a table's key leads to its group: "sites[…].routes[…]", "listen.tls".
std::string path_to(const std::string& path, const Key& key) {
  return fmt::format("{}{}{}{}", path, path.empty() ? "" : ".", key.name, key.type == Type::map ? "[…]" : "");
}

class Writer {
 public:
  explicit Writer(ManPage& page) : page_(page) {}

  void write(const Group& group, const std::string& path) {
    page_.subheading(path.empty() ? "The table itself" : path);
    page_.line(group.sentence);
    std::vector<std::pair<const Group*, std::string>> inner;
    for (const std::string_view name : group.names()) {
      const Key& key = *group.find(name);
      write_key(page_, key, path_to(path, key));
      if (key.group != nullptr) inner.emplace_back(key.group, path_to(path, key));
    }
    for (const auto& [each, where] : inner) write(*each, where);
  }

 private:
  ManPage& page_;
};

}  // namespace

void write_configuration(ManPage& page) {
  Writer(page).write(config::schema::configuration, "");
}

}  // namespace outrider::app
