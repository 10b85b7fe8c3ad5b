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

/// Over TCP anybody who reaches the address could command the server.
void read_admin_address(Reading& reading, const Text& text, Admin& admin) {
  Address address;
  constexpr std::string_view expected = "a unix socket such as \"unix:/run/outrider/admin.sock\"";
  if (!read_address(reading, text, expected, address)) return;
  if (address.is_unix() || !admin.token_file.empty()) {
    admin.addresses.push_back(address);
    return;
  }
  reading.report.wrong(text, fmt::format("{}, or a token_file (a long random word in a file) beside it", expected),
                       fmt::format("whoever can connect to {} could command the server", text.shown()));
}

Rollback read_rollback(Reading& reading, const Fields& reload) {
  Rollback rollback;
  const Value* value = reload.value("rollback");
  if (!value) return rollback;
  const Fields fields(reading.report, *value, reload.path("rollback"), *group_of("reload").find("rollback")->group);
  rollback.failures_percent = fields.integer<std::uint32_t>("failures_percent");
  rollback.assets_percent = fields.integer<std::uint32_t>("assets_percent");
  rollback.window_s = fields.integer<std::uint32_t>("window_s");
  rollback.minimum = fields.integer<std::uint32_t>("minimum");
  rollback.visitors = fields.integer<std::uint32_t>("visitors");
  return rollback;
}

Reload read_reload(Reading& reading, const Fields& configuration) {
  Reload reload;
  const Value* value = configuration.value("reload");
  if (!value) return reload;
  const Fields fields(reading.report, *value, "reload", group_of("reload"));
  reload.keep_generations = fields.integer<std::uint32_t>("keep_generations");
  reload.test_timeout_ms = fields.integer<std::uint32_t>("test_timeout_ms");
  reload.rollback = read_rollback(reading, fields);
  return reload;
}

FailingRules read_failing_rules(Reading& reading, const Fields& limits) {
  FailingRules failing;
  const Value* value = limits.value("failing_rules");
  if (!value) return failing;
  const schema::Group& group = *group_of("limits").find("failing_rules")->group;
  const Fields fields(reading.report, *value, limits.path("failing_rules"), group);
  failing.percent = fields.integer<std::uint32_t>("percent");
  failing.window_s = fields.integer<std::uint32_t>("window_s");
  failing.minimum = fields.integer<std::uint32_t>("minimum");
  failing.visitors = fields.integer<std::uint32_t>("visitors");
  return failing;
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
  limits.drain_delay_ms = fields.integer<std::uint32_t>("drain_delay_ms");
  limits.drain_timeout_ms = fields.integer<std::uint32_t>("drain_timeout_ms");
  limits.resets_per_10s = fields.integer<std::uint32_t>("resets_per_10s");
  limits.frames_per_10s = fields.integer<std::uint32_t>("frames_per_10s");
  limits.header_bytes = fields.integer<std::uint32_t>("header_bytes");
  limits.header_fields = fields.integer<std::uint32_t>("header_fields");
  limits.rule_cpu_ms = fields.integer<std::uint32_t>("rule_cpu_ms");
  limits.rule_memory_bytes = fields.integer<std::uint64_t>("rule_memory_bytes");
  limits.rule_pattern_steps = fields.integer<std::uint64_t>("rule_pattern_steps");
  limits.failing_rules = read_failing_rules(reading, fields);
  return limits;
}

/// The files under a key, which must be there.
std::vector<std::filesystem::path> read_files(Reading& reading, const Fields& fields, std::string_view key) {
  std::vector<std::filesystem::path> files;
  for (const Text& text : fields.texts(key)) {
    files.push_back(absolute(reading.folder, text.text));
    check_secret_file(reading.report, text, files.back());
  }
  return files;
}

/// The one file under a key, or an empty path.
std::filesystem::path read_file(Reading& reading, const Fields& fields, std::string_view key) {
  if (!fields.has(key)) return {};
  return read_files(reading, fields, key).front();
}

}  // namespace

Admin read_admin(Reading& reading, const Value* value) {
  Admin admin;
  if (!value) return admin;
  const Fields fields(reading.report, *value, "admin", group_of("admin"));
  admin.mode = fields.mode("mode");
  admin.group = fields.text("group").text;
  if (fields.has("group")) check_group(reading.report, fields.text("group"));
  if (fields.has("token_file")) {
    admin.token_file = absolute(reading.folder, fields.text("token_file").text);
    check_secret_file(reading.report, fields.text("token_file"), admin.token_file);
  }
  for (const Text& text : fields.texts("address")) read_admin_address(reading, text, admin);
  return admin;
}

std::string read_user(Reading& reading, const Value* value) {
  Text name;
  constexpr const char* expected = "the name of a user of this system";
  if (!value || !read_text(reading.report, *value, "user", expected, name)) return {};
  return check_user(reading.report, name) ? name.text : std::string();
}

void read_settings(Reading& reading, const Fields& configuration, Config& config) {
  if (configuration.has("health") && check_url_path(reading.report, configuration.text("health"), "the health path")) {
    config.health = configuration.text("health").text;
  }
  if (const Value* value = configuration.value("log")) {
    const Fields log(reading.report, *value, "log", group_of("log"));
    config.access_log = read_access_log(reading, log);
    config.error_log = read_error_log(reading, log);
  }
  config.admin = read_admin(reading, configuration.value("admin"));
  config.limits = read_limits(reading, configuration);
  config.reload = read_reload(reading, configuration);
  config.user = read_user(reading, configuration.value("user"));
  config.workers = configuration.integer<std::uint32_t>("workers");
  config.jit = configuration.boolean("jit");
  config.watch = configuration.boolean("watch");
  for (const Text& text : configuration.texts("data_dirs")) {
    config.data_dirs.push_back(absolute(reading.folder, text.text));
    check_directory(reading.report, text, config.data_dirs.back());
  }
  config.bucket_key = read_file(reading, configuration, "bucket_key");
  config.clients = read_file(reading, configuration, "clients");
  config.ticket_keys = read_files(reading, configuration, "ticket_keys");
  config.cookie_keys = read_files(reading, configuration, "cookie_keys");
}

}  // namespace outrider::config
