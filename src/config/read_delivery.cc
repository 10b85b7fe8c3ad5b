// SPDX-License-Identifier: MIT
// How a site's pages are delivered: early_hints, push, budget_bytes, client_cookie, learn, server_timing. Read once, by
// whoever loads.
#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

/// It goes with every request, so it had better be short.
constexpr std::size_t longest_cookie_name = 64;

push::EarlyHintsFor early_hints_named(std::string_view name) {
  if (name == "navigations") return push::EarlyHintsFor::navigations;
  if (name == "all") return push::EarlyHintsFor::everybody;
  CHECK(name == "off");  // the schema's choices are these
  return push::EarlyHintsFor::nobody;
}

std::vector<push::Pattern> read_patterns(Reading& reading, const Fields& fields, std::string_view key,
                                         std::string_view example) {
  std::vector<push::Pattern> patterns;
  for (const Text& text : fields.texts(key)) add_pattern(reading.report, text, text.text, example, patterns);
  return patterns;
}

/// A cookie's name is a token (RFC 6265 4.1.1).
std::string read_cookie_name(Reading& reading, const Text& text) {
  constexpr std::string_view expected = "letters, digits and !#$%&'*+-.^_`|~";
  if (!is_token(text.text)) {
    reading.report.wrong(text, expected, fmt::format("{} is no name of a cookie", text.shown()));
  } else if (text.text.size() > longest_cookie_name) {
    reading.report.wrong(text, fmt::format("at most {} characters", longest_cookie_name),
                         fmt::format("the name has {} characters", text.text.size()));
  }
  return text.text;
}

std::optional<ClientCookie> read_client_cookie(Reading& reading, const Fields& site) {
  if (!site.boolean("client_cookie")) return std::nullopt;
  ClientCookie cookie;
  const Value* value = site.value("client_cookie");
  if (!value || !value->table()) return cookie;
  const schema::Group& group = *schema::site.find("client_cookie")->group;
  const Fields fields(reading.report, *value, site.path("client_cookie"), group);
  cookie.name = read_cookie_name(reading, fields.text("name"));
  cookie.lifetime_s = fields.integer<std::uint32_t>("lifetime_s");
  cookie.except = read_patterns(reading, fields, "except", "\"/private/**\"");
  return cookie;
}

}  // namespace

void read_delivery(Reading& reading, const Fields& fields, Site& site) {
  site.early_hints = early_hints_named(fields.text("early_hints").text);
  site.push = fields.boolean("push");
  if (fields.has("budget_bytes")) site.budget_bytes = fields.integer<std::uint64_t>("budget_bytes");
  site.client_cookie = read_client_cookie(reading, fields);
  site.learn.on = fields.boolean("learn");
  site.learn.pages = read_patterns(reading, fields, "learn", "\"/product/{id}\"");
  site.server_timing = fields.boolean("server_timing");
}

}  // namespace outrider::config
