// SPDX-License-Identifier: MIT
// log, admin, limits, and the keys of the configuration that stand alone.
#include <fmt/format.h>

#include "base/text.h"
#include "config/accounts.h"
#include "config/paths.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

const schema::Group& group_of(std::string_view key) {
  return *schema::configuration.find(key)->group;
}

/// A file to write to. A bare word that is nearly one of `words` is a slip that would make a file of that name.
std::string read_log_file(Reading& reading, const Text& text, const std::vector<std::string_view>& words,
                          std::string_view expected) {
  const bool bare = text.text.find('/') == std::string::npos;
  const std::string_view meant = bare ? nearest(text.text, words) : std::string_view();
  if (text.text.empty() || !meant.empty()) {
    reading.report.wrong(
        text, expected,
        meant.empty() ? "" : fmt::format("{} is no file's path; did you mean \"{}\"?", text.shown(), meant));
    return {};
  }
  const std::filesystem::path path = absolute(reading.folder, text.text);
  check_parent(reading.report, text, path);
  return path.string();
}

AccessLog read_access_log(Reading& reading, const Fields& log) {
  AccessLog result{"off", false};
  const Value* value = log.value("access");
  if (!value) return result;
  const Fields fields(reading.report, *value, log.path("access"), *group_of("log").find("access")->group);
  result.json = fields.text("format").text == "json";
  if (!fields.has("to")) return result;
  const Text to = fields.text("to");
  const std::vector<std::string_view> words{"stdout", "stderr", "off"};
  const bool word = to.text == "stdout" || to.text == "stderr" || to.text == "off";
  result.to = word ? to.text : read_log_file(reading, to, words, "\"stdout\", \"stderr\", \"off\" or a file");
  return result;
}

ErrorLog read_error_log(Reading& reading, const Fields& log) {
  ErrorLog result;
  const Value* value = log.value("error");
  if (!value) return result;
  const Fields fields(reading.report, *value, log.path("error"), *group_of("log").find("error")->group);
  // The schema's choices are these levels.
  if (const auto level = log::parse_level(fields.text("level").text)) result.level = *level;
  const Text to = fields.text("to");
  if (to.text == "stdout" || to.text == "off") {
    reading.report.wrong(to, "\"stderr\" or a file");
  } else if (to.text != "stderr") {
    result.to = read_log_file(reading, to, {"stderr"}, "\"stderr\" or a file");
  }
  return result;
}

Admin read_admin(Reading& reading, const Fields& configuration) {
  Admin admin;
  const Value* value = configuration.value("admin");
  if (!value) return admin;
  const Fields fields(reading.report, *value, "admin", group_of("admin"));
  admin.mode = fields.mode("mode");
  admin.group = fields.text("group").text;
  if (fields.has("group")) check_group(reading.report, fields.text("group"));
  Address address;
  constexpr std::string_view expected = "a unix socket such as \"unix:/run/outrider/admin.sock\"";
  if (!fields.has("address") || !read_address(reading, fields.text("address"), expected, address)) return admin;
  if (address.is_unix()) {
    admin.address = address;
  } else {
    reading.report.wrong(fields.text("address"), expected);
  }
  return admin;
}

Limits read_limits(Reading& reading, const Fields& configuration) {
  Limits limits;
  const Value* value = configuration.value("limits");
  if (!value) return limits;
  const Fields fields(reading.report, *value, "limits", group_of("limits"));
  limits.pushes_per_connection = fields.integer<std::uint32_t>("pushes_per_connection");
  limits.idle_timeout_ms = fields.integer<std::uint32_t>("idle_timeout_ms");
  limits.request_timeout_ms = fields.integer<std::uint32_t>("request_timeout_ms");
  limits.handshake_timeout_ms = fields.integer<std::uint32_t>("handshake_timeout_ms");
  limits.shutdown_timeout_ms = fields.integer<std::uint32_t>("shutdown_timeout_ms");
  limits.resets_per_10s = fields.integer<std::uint32_t>("resets_per_10s");
  limits.rule_cpu_ms = fields.integer<std::uint32_t>("rule_cpu_ms");
  limits.rule_memory_bytes = fields.integer<std::uint64_t>("rule_memory_bytes");
  limits.rule_pattern_steps = fields.integer<std::uint64_t>("rule_pattern_steps");
  return limits;
}

}  // namespace

void read_settings(Reading& reading, const Fields& configuration, Config& config) {
  if (configuration.has("health") && check_url_path(reading.report, configuration.text("health"), "the health path")) {
    config.health = configuration.text("health").text;
  }
  if (const Value* value = configuration.value("log")) {
    const Fields log(reading.report, *value, "log", group_of("log"));
    config.access_log = read_access_log(reading, log);
    config.error_log = read_error_log(reading, log);
  }
  config.admin = read_admin(reading, configuration);
  config.limits = read_limits(reading, configuration);
  config.workers = configuration.integer<std::uint32_t>("workers");
  config.jit = configuration.boolean("jit");
  config.watch = configuration.boolean("watch");
  for (const Text& text : configuration.texts("data_dirs")) {
    config.data_dirs.push_back(absolute(reading.folder, text.text));
    check_directory(reading.report, text, config.data_dirs.back());
  }
  if (configuration.has("bucket_key")) {
    config.bucket_key = absolute(reading.folder, configuration.text("bucket_key").text);
    check_file(reading.report, configuration.text("bucket_key"), config.bucket_key);
  }
}

}  // namespace outrider::config
