// SPDX-License-Identifier: MIT
// What one function rule costs: nanoseconds per call of FunctionHost::hints, and of the whole evaluation around it. Not
// a test: numbers depend on the machine. Build with optimisation, run on an idle core.
#include <stdlib.h>
#include <time.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "push/evaluate.h"
#include "script/rules.h"
#include "script/sources.h"
#include "script/watchdog.h"

using namespace outrider;

namespace {

struct Case {
  const char* what;
  const char* body;
};

constexpr Case cases[] = {
    {"returns nil", "return nil"},
    {"reads req.path", "local path = req.path"},
    {"reads one header", "local accept = req.headers.accept"},
    {"reads client and cookie", "local skip = req.client.mobile or req.cookies.session"},
    {"returns one hint", "return style \"/css/app.css\""},
    {"returns three hints", "return { style \"/css/app.css\", script \"/js/app.js\", font \"/f/inter.woff2\" }"},
    {"returns an image with options",
     "return image(\"/img/\" .. req.params.id .. \".avif\", { priority = \"after\" })"},
};

constexpr int rounds = 1'000'000;

/// CPU time of this thread: neighbours on the machine do not count.
double thread_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void measure(const Case& each, const std::filesystem::path& folder, script::Watchdog& watchdog) {
  std::ofstream(folder / "rule.lua") << "rule { path = \"/product/{id}\", hints = function(req)\n"
                                     << each.body << "\nend }";
  script::RulesOptions options;
  options.sets.push_back({"bench", {(folder / "*.lua").string()}, {}});
  script::SourceLog sources;
  const auto loaded = script::load_rules(options, 1, watchdog, sources);

  const std::vector<push::Field> fields{{"accept", "text/html"}, {"user-agent", "bench"}, {"cookie", "theme=dark"}};
  push::Request request;
  request.method = "GET";
  request.host = "www.example";
  request.path = "/product/7";
  request.fields = fields;
  std::vector<push::Match> matches;
  loaded.sets[0]->find(request.host, request.method, request.path, matches);

  std::vector<push::Hint> hints;
  double begun = thread_nanoseconds();
  for (int i = 0; i < rounds; ++i) {
    hints.clear();
    if (!loaded.functions[0]->hints(matches.at(0), request, nullptr, hints)) std::abort();
  }
  const double call = (thread_nanoseconds() - begun) / rounds;
  begun = thread_nanoseconds();
  for (int i = 0; i < rounds; ++i) {
    push::evaluate(matches, push::Phase::request, request, nullptr, loaded.functions[0].get(), false);
  }
  std::printf("%-32s %8.0f ns per call %8.0f ns per evaluation\n", each.what, call,
              (thread_nanoseconds() - begun) / rounds);
}

}  // namespace

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "outrider-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  script::Watchdog watchdog;
  for (const Case& each : cases) measure(each, name, watchdog);
  std::filesystem::remove_all(name);
}
