// SPDX-License-Identifier: MIT
#include "app/reload/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "app/reload/serving_change.h"

namespace outrider::app {
namespace {

/// What is compared: a name and what is equal where nothing changed; in order of appearance.
template <class Value>
using Named = std::vector<std::pair<std::string, Value>>;
using Things = Named<std::string>;

/// By name, in order of appearance: listeners on any port of one address have one name.
template <class Value>
std::map<std::string_view, std::vector<const Value*>> by_name(const Named<Value>& things) {
  std::map<std::string_view, std::vector<const Value*>> map;
  for (const auto& [name, value] : things) map[name].push_back(&value);
  return map;
}

template <class Value>
void compare(const Named<Value>& before, const Named<Value>& after, std::vector<std::string>& lines) {
  const auto was = by_name(before);
  const auto is = by_name(after);
  std::map<std::string_view, std::size_t> seen;
  for (const auto& [name, value] : before) {
    const std::size_t index = seen[name]++;
    const auto other = is.find(name);
    if (other == is.end() || index >= other->second.size()) {
      lines.push_back("- " + name);
    } else if (*other->second[index] != value) {
      lines.push_back("~ " + name);
    }
  }
  seen.clear();
  for (const auto& [name, value] : after) {
    const auto other = was.find(name);
    if (other == was.end() || seen[name]++ >= other->second.size()) lines.push_back("+ " + name);
  }
}

std::string shown(const std::filesystem::path& file, const config::Config& config) {
  const std::filesystem::path relative = file.lexically_relative(config.folder);
  return relative.empty() || *relative.begin() == ".." ? file.string() : relative.string();
}

Things files_of(const Side& side) {
  Things things;
  for (const auto& [file, answer] : side.sources.answers().files) {
    if (answer.text) things.emplace_back(shown(file, side.config), *answer.text);
  }
  return things;
}

/// Equal parts give the text that `before` gives itself.
template <class Part>
std::string mark(const Part& before, const Part& now) {
  return before == now ? "same" : "other";
}

/// Structs are compared as such: their text here only says whether they are what `reference` has.
Things settings_of(const config::Config& config, const config::Config& reference) {
  Things things;
  const auto counterparts = match_listeners(config, reference);
  for (std::size_t index = 0; index < config.listen.size(); ++index) {
    const config::Listen& listen = config.listen[index];
    const auto& same = counterparts[index];
    things.emplace_back("listen " + listen.address.text(), same ? mark(reference.listen[*same], listen) : "");
  }
  for (const config::Site& site : config.sites) {
    const auto same = std::find_if(reference.sites.begin(), reference.sites.end(),
                                   [&](const config::Site& one) { return one.name == site.name; });
    things.emplace_back("site " + site.name, same == reference.sites.end() ? "" : mark(*same, site));
  }
  things.emplace_back("health", config.health);
  things.emplace_back("log.access", mark(reference.access_log, config.access_log));
  things.emplace_back("log.error", mark(reference.error_log, config.error_log));
  things.emplace_back("admin", mark(reference.admin, config.admin));
  things.emplace_back("limits", mark(reference.limits, config.limits));
  things.emplace_back("reload", mark(reference.reload, config.reload));
  things.emplace_back("workers", std::to_string(config.workers));
  things.emplace_back("data_dirs", mark(reference.data_dirs, config.data_dirs));
  things.emplace_back("jit", mark(reference.jit, config.jit));
  things.emplace_back("watch", mark(reference.watch, config.watch));
  things.emplace_back("bucket_key", config.bucket_key.string());
  things.emplace_back("ticket_keys", mark(reference.ticket_keys, config.ticket_keys));
  things.emplace_back("cookie_keys", mark(reference.cookie_keys, config.cookie_keys));
  things.emplace_back("clients", config.clients.string());
  return things;
}

/// Files cut into lines.
class Lines {
 public:
  explicit Lines(const script::Snapshot& sources) {
    for (const auto& [path, answer] : sources.answers().files) {
      if (!answer.text || path.extension() != ".lua") continue;
      File& file = files_[path.string()];
      file.text = *answer.text;
      file.starts.assign(1, 0);
      for (std::size_t at = 0; (at = file.text.find('\n', at)) != std::string::npos;) file.starts.push_back(++at);
    }
  }

  /// From line `first` to before line `end`, or to the file's end where that is 0. `shown` is the file as a rule's
  /// place has it.
  std::string_view between(const std::string& shown, int first, int end) {
    const auto [known, fresh] = by_shown_name_.try_emplace(shown, nullptr);
    if (fresh) known->second = find(shown);
    if (known->second == nullptr) return {};
    const auto& [text, starts] = *known->second;
    const auto offset = [&text = text, &starts = starts](int line) {
      const auto index = static_cast<std::size_t>(std::max(line, 1) - 1);
      return index < starts.size() ? starts[index] : text.size();
    };
    const std::size_t from = offset(first);
    const std::size_t to = end == 0 ? text.size() : offset(end);
    return text.substr(from, std::max(to, from) - from);
  }

 private:
  struct File {
    std::string_view text;
    std::vector<std::size_t> starts;
  };

  /// Names are shown as the operator would type them: the real one ends alike. Of several, the shortest has the least
  /// that was not typed.
  const File* find(const std::string& shown) const {
    const auto exact = files_.find(shown);
    if (exact != files_.end()) return &exact->second;
    const std::string ending = "/" + shown;
    auto best = files_.end();
    for (auto file = files_.begin(); file != files_.end(); ++file) {
      if (!file->first.ends_with(ending)) continue;
      if (best == files_.end() || file->first.size() < best->first.size()) best = file;
    }
    return best == files_.end() ? nullptr : &best->second;
  }

  std::map<std::string, File> files_;
  std::map<std::string, const File*> by_shown_name_;
};

/// What its functions do shows in the text alone, and what was built from data shows in the rule alone.
struct ComparedRule {
  push::Rule rule;  // without its place
  std::string source;

  bool operator==(const ComparedRule&) const = default;
};

ComparedRule compared(push::Rule rule, int end, Lines& lines) {
  const bool has_function = rule.when_function >= 0 || rule.hints_function >= 0;
  std::string source;
  if (has_function) source = lines.between(rule.place.file, rule.place.line, end);
  rule.place = {};
  rule.when_function = std::min(rule.when_function, 0);
  rule.hints_function = std::min(rule.hints_function, 0);
  return {std::move(rule), std::move(source)};
}

/// For each rule the line where the next one of its file begins, 0 for the last. What a loop built shares a line.
std::vector<int> ends_of(const std::vector<push::Rule>& rules) {
  std::vector<int> ends(rules.size());
  for (std::size_t index = rules.size(); index-- > 1;) {
    const Place& next = rules[index].place;
    const Place& place = rules[index - 1].place;
    if (next.file == place.file) ends[index - 1] = next.line == place.line ? ends[index] : next.line;
  }
  return ends;
}

Named<ComparedRule> rules_of(const Side& side) {
  Lines lines(side.sources);
  Named<ComparedRule> things;
  for (std::size_t site = 0; site < side.rules.sets.size(); ++site) {
    if (!side.rules.sets[site]) continue;
    const auto& rules = side.rules.sets[site]->rules();
    const std::vector<int> ends = ends_of(rules);
    for (std::size_t index = 0; index < rules.size(); ++index) {
      things.emplace_back(fmt::format("rule \"{}\" of {}", rules[index].name, side.config.sites[site].name),
                          compared(rules[index], ends[index], lines));
    }
  }
  return things;
}

}  // namespace

std::vector<std::string> difference(const Side& before, const Side& after) {
  std::vector<std::string> lines;
  compare(files_of(before), files_of(after), lines);
  compare(settings_of(before.config, before.config), settings_of(after.config, before.config), lines);
  compare(rules_of(before), rules_of(after), lines);
  return lines;
}

}  // namespace outrider::app
