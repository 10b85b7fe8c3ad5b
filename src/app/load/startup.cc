// SPDX-License-Identifier: MIT
#include "app/load/startup.h"

#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/log.h"

namespace outrider::app {
namespace {

/// What is in `file`, loaded again, or nothing and a line in the log.
std::optional<Loaded> load_kept(const std::filesystem::path& file, const std::string& digest, const RunCommand& command,
                                const ProcessKeys& keys, script::Watchdog& watchdog) {
  auto snapshot = script::Snapshot::load(file);
  if (!snapshot) {
    log::warning("{}", snapshot.error().message);
    return std::nullopt;
  }
  if (!digest.empty() && (*snapshot)->digest() != digest) {
    log::warning("{} holds another generation than the one that ran; the files on disk are loaded", file.string());
    return std::nullopt;
  }
  script::SourceLog sources(*snapshot);
  LoadOptions options;
  options.run_tests = false;  // they passed when it was loaded first
  options.forgives_keys = true;
  options.self_signed = SelfSigned::made;
  try {
    return load(command, sources, options, keys, watchdog);
  } catch (const LoadError& error) {
    log::warning("what is kept in {} does not load any more: {}", file.string(), error.what());
    return std::nullopt;
  }
}

}  // namespace

std::string Memo::text() const {
  const nlohmann::json json{{"generation", generation}, {"last", last_generation}, {"digest", digest},
                            {"tried", tried_digest},    {"off", off.to_json()},    {"draining", draining}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Memo Memo::parse(const std::string& text) {
  try {
    Memo memo;
    const auto json = nlohmann::json::parse(text);
    memo.off = OffSwitches::from_json(json.at("off"));
    memo.draining = json.at("draining").get<bool>();
    memo.digest = json.at("digest").get<std::string>();
    memo.tried_digest = json.value("tried", memo.digest);
    memo.last_generation = json.at("last").get<std::uint64_t>();
    memo.generation = json.at("generation").get<std::uint64_t>();
    return memo;
  } catch (const nlohmann::json::exception&) {
    return {};  // a supervisor of another version kept something else
  }
}

FirstLoad first_load(const RunCommand& command, const Memo& memo, const StateFiles& files, const ProcessKeys& keys,
                     script::Watchdog& watchdog) {
  const std::uint64_t next = memo.last_generation + 1;
  if (memo.generation != 0 && command.files.empty()) {
    // The disk may hold what nobody has asked to load yet, or what was rolled back.
    if (auto kept = load_kept(files.running(), memo.digest, command, keys, watchdog)) {
      return {std::move(*kept), {"restart", ""}, memo.generation};
    }
  }
  try {
    script::SourceLog sources;
    LoadOptions options;
    options.self_signed = SelfSigned::made;
    return {load(command, sources, options, keys, watchdog), {"start", ""}, next};
  } catch (const LoadError& error) {
    if (!command.or_last_good) throw;
    auto kept = load_kept(files.last_good(), {}, command, keys, watchdog);
    if (!kept) throw;
    for (const Problem& problem : error.problems()) log::error("{}", problem.text());
    log::error("the files on disk are broken (above): starting the last good generation, kept in {}",
               files.last_good().string());
    return {std::move(*kept), {"last good", ""}, next};
  }
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("cannot raise the limit of open files");
}

}  // namespace outrider::app
