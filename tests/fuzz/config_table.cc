// SPDX-License-Identifier: MIT
// A table of values as any configuration file could return it, read without Lua and without a disk: problems are told
// by LoadError, and by nothing else. The input, line by line: `key: VALUE` or, in a list, `VALUE`; a VALUE is a number,
// true, false, function, any other text (behind a "$": a secret one), or "{" for a table, which a line "}" ends.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/load_error.h"
#include "base/text.h"
#include "config/read.h"
#include "fuzz/fuzz.h"

using namespace outrider;
using fuzz::expect;

namespace {

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  /// The lines up to "}" or the end.
  Value table(int depth) {
    auto made = std::make_shared<Table>();
    made->place = here();
    while (!rest_.empty()) {
      auto [line, rest] = fuzz::first_line(rest_);
      rest_ = rest;
      ++line_;
      line = trim(line);
      if (line == "}") break;
      Table::Entry entry;
      entry.key_place = here();
      const auto colon = line.find(": ");
      if (colon == line.npos) {
        entry.key = static_cast<std::int64_t>(made->entries.size()) + 1;
      } else {
        entry.key = std::string(line.substr(0, colon));
        line.remove_prefix(colon + 2);
      }
      entry.value = value(line, depth);
      if (const auto* key = std::get_if<std::string>(&entry.key); key != nullptr && made->find(*key) != nullptr) {
        made->repeats.push_back({*key, here(), here()});
        continue;
      }
      made->entries.push_back(std::move(entry));
    }
    Value value;
    value.place = made->place;
    value.data = std::shared_ptr<const Table>(std::move(made));
    return value;
  }

 private:
  Place here() const { return {"config.lua", line_}; }

  Value value(std::string_view text, int depth) {
    if (text == "{" && depth < 12) return table(depth + 1);
    Value value;
    value.place = here();
    char* end = nullptr;
    const std::string copy(text);
    const double number = std::strtod(copy.c_str(), &end);
    if (!copy.empty() && *end == '\0' && end == copy.c_str() + copy.size()) {
      value.data = number;
    } else if (text == "true" || text == "false") {
      value.data = text == "true";
    } else if (text == "function") {
      value.data = Value::Function();
    } else {
      value.secret = text.starts_with('$');
      value.data = std::string(text.substr(value.secret ? 1 : 0));
    }
    return value;
  }

  std::string_view rest_;
  int line_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  config::Sources sources;
  sources.replayed = true;
  sources.load = [](const std::filesystem::path& file) -> Value {
    throw LoadError({file.string(), 1}, "there is no such file");
  };
  sources.glob = [](const std::string&) { return std::vector<std::filesystem::path>(); };
  const Value tree = Reader(text).table(0);
  try {
    const config::Config config = config::read(tree, "/etc/outrider", sources);
    expect(!config.listen.empty(), "a configuration that is fine listens somewhere");
    const config::Config again = config::read(tree, "/etc/outrider", sources);
    expect(config == again, "it reads the same twice");
  } catch (const LoadError& error) {
    expect(!error.problems().empty(), "what is wrong is told");
    for (const Problem& problem : error.problems()) expect(!problem.message.empty(), "with words");
  }
  return 0;
}
