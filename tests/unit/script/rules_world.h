// SPDX-License-Identifier: MIT
// For tests of rules: a temporary folder of rule files, what loading it gives, and a request to run it on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "push/evaluate.h"
#include "script/rules.h"
#include "script/sources.h"
#include "script/watchdog.h"
#include "unit/temporary_folder.h"

namespace outrider::script {

class RulesWorld {
 public:
  RulesWorld() {
    std::filesystem::create_directories(root / "rules");
    options.shipped_modules = root / "shipped";
    options.sets.push_back({"www.example", {(root / "rules/*.lua").string()}, {(root / "config.lua").string(), 7}});
    options.sets.front().aliases = {"*.example.com"};
  }

  void write(const std::string& name, std::string_view text) { folder.write(name, text); }

  LoadedRules load(std::size_t workers = 1) {
    SourceLog sources;
    return load(sources, workers);
  }
  /// Afterwards snapshot is that of the load, also where it throws.
  LoadedRules load(SourceLog& sources, std::size_t workers = 1) {
    struct Keep {
      ~Keep() { world.snapshot = log.snapshot(); }
      RulesWorld& world;
      SourceLog& log;
    } keep{*this, sources};
    return load_rules(options, workers, watchdog, sources);
  }

  /// The rules of a single file, "rules/a.lua".
  LoadedRules load_text(std::string_view text) {
    write("rules/a.lua", text);
    return load();
  }

  /// Every problem that loading finds, one a line, without the temporary folder's name; empty where there is none.
  std::string problems(std::size_t workers = 1) {
    try {
      load(workers);
    } catch (const LoadError& error) {
      std::string text = error.what();
      const std::string prefix = root.string() + "/";
      for (auto at = text.find(prefix); at != text.npos; at = text.find(prefix)) text.erase(at, prefix.size());
      return text;
    }
    return {};
  }

  std::string problems_of(std::string_view text) {
    write("rules/a.lua", text);
    return problems();
  }

  TemporaryFolder folder;
  const std::filesystem::path root = folder.path;
  RulesOptions options;
  Watchdog watchdog;
  std::shared_ptr<const Snapshot> snapshot;
};

/// The only rule of what was loaded.
inline const push::Rule& only_rule(const LoadedRules& loaded) {
  return loaded.sets.at(0)->rules().at(0);
}

/// A GET of `path` with these header fields.
struct Asked {
  explicit Asked(std::string_view path, std::vector<push::Field> header_fields = {})
      : fields(std::move(header_fields)) {
    request.id = "r1";
    request.method = "GET";
    request.scheme = "https";
    request.host = "www.example";
    request.path = path;
    request.protocol = "HTTP/2";
    request.fields = fields;
    request.client.address = "192.0.2.7";
    request.client.peer = "192.0.2.7";
    request.now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
  }
  std::vector<push::Field> fields;
  push::Request request;
};

/// Evaluates the first rule set on the request.
inline push::Evaluation run(const LoadedRules& loaded, const push::Request& request,
                            const push::Response* response = nullptr) {
  std::vector<push::Match> matches;
  loaded.sets.at(0)->find(request.host, request.method, request.path, matches);
  const auto phase = response != nullptr ? push::Phase::response : push::Phase::request;
  return push::evaluate(matches, phase, request, response, loaded.functions.at(0).get(), true);
}

/// The URLs of the list, joined by spaces; or "error: …" where a rule failed.
inline std::string urls(const push::Evaluation& evaluation) {
  std::string text;
  for (const auto& trace : evaluation.traces) {
    if (!trace.error.empty()) return "error: " + trace.error;
  }
  for (const auto& entry : evaluation.list.entries()) text += (text.empty() ? "" : " ") + entry.hint.url;
  return text;
}

/// Runs `body` as the body of a rule's function on the request; what it returns, as urls() tells it.
inline std::string run_body(std::string_view body, const push::Request& request) {
  RulesWorld world;
  const auto loaded = world.load_text("rule { path = \"/**\", hints = function(req)\n" + std::string(body) + "\nend }");
  return urls(run(loaded, request));
}

}  // namespace outrider::script
