// SPDX-License-Identifier: MIT
// A folder with a configuration, rules and what else a server is loaded from, and the loading of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/load/load.h"
#include "base/load_error.h"
#include "script/watchdog.h"
#include "tls/context.h"
#include "unit/temporary_folder.h"

namespace outrider::app {

class LoadedWorld {
 public:
  LoadedWorld() {
    std::filesystem::create_directories(folder.path / "rules");
    std::filesystem::create_directories(folder.path / "www");
    command.config = path("config.lua");
    options.workers = 1;
    configure({});
  }

  std::string path(const std::string& name) const { return folder.file(name); }
  void write(const std::string& name, const std::string& text) const { folder.write(name, text); }
  void remove(const std::string& name) const { std::filesystem::remove_all(folder.path / name); }

  /// A configuration that serves one directory on a free port, with `more` keys.
  void configure(const std::string& more, const std::string& listen = "{ address = \"127.0.0.1:0\" }") const {
    write("config.lua", "return { listen = { " + listen +
                            " },\n sites = { [\"*\"] = { rules = \"rules/*.lua\", routes = { [\"/\"] = { files = "
                            "\"www\" } } } },\n" +
                            more + "}\n");
  }

  /// A new certificate of its own as NAME.pem and NAME.key.
  void make_certificate(const std::string& name) const {
    for (const char* ending : {".pem", ".key"}) std::filesystem::remove(path(name + ending));
    REQUIRE(tls::make_self_signed({path(name + ".pem"), path(name + ".key")}, {name + ".example"}));
  }
  static std::string tls_listener(const std::string& name) {
    return "{ address = \"127.0.0.1:0\", tls = { { certificate = \"" + name + ".pem\", key = \"" + name +
           ".key\" } } }";
  }

  Loaded load(script::SourceLog& sources) { return app::load(command, sources, options, keys, watchdog); }
  Loaded load() {
    script::SourceLog sources;
    return load(sources);
  }

  /// What loading finds, each without the folder's name; empty where nothing is wrong.
  std::vector<std::string> problems() {
    std::vector<std::string> texts;
    try {
      load();
    } catch (const LoadError& error) {
      for (const Problem& problem : error.problems()) texts.push_back(without_folder(problem.text()));
    }
    return texts;
  }
  std::string without_folder(std::string text) const {
    const std::string prefix = folder.path.string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
    return text;
  }

  TemporaryFolder folder;
  RunCommand command;
  LoadOptions options;
  ProcessKeys keys;
  script::Watchdog watchdog;
};

}  // namespace outrider::app
