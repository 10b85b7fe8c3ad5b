// SPDX-License-Identifier: MIT
// A small parser over one field value. It never fails as a whole: a value that makes no sense is left out, and reading
// goes on behind the next comma that stands neither in quotes nor in angle brackets.
#include "push/link_header.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "push/origin.h"

namespace outrider::push {
namespace {

constexpr std::size_t max_field_bytes = 16'384;

struct Parameter {
  std::string name;  // in lower case
  std::string value;
};

struct LinkValue {
  std::string_view written;  // as it stands in the field
  std::string target;
  std::vector<Parameter> parameters;

  /// The first of that name (RFC 8288 3.3 wants later ones ignored), or nullptr.
  const std::string* find(std::string_view name) const {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& each) { return each.name == name; });
    return found == parameters.end() ? nullptr : &found->value;
  }
  std::string text(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string() : *value;
  }
};

class Reader {
 public:
  explicit Reader(std::string_view text)
      : rest_(text.substr(0, max_field_bytes)), cut_(text.size() > max_field_bytes) {}

  /// The next well-formed value, or nothing at the end.
  std::optional<LinkValue> next() {
    for (;;) {
      skip(", \t");
      if (rest_.empty()) return std::nullopt;
      LinkValue value;
      const std::string_view from_here = rest_;
      const bool good = read_value(value) && (rest_.empty() || rest_.front() == ',');
      value.written = from_here.substr(0, from_here.size() - rest_.size());
      if (!good) skip_value();
      // The last value of a field that was cut may be half of one.
      if (good && !(cut_ && rest_.empty())) return value;
    }
  }

 private:
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view take_until(std::string_view characters) {
    const auto end = std::min(rest_.find_first_of(characters), rest_.size());
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  bool read_value(LinkValue& value) {
    if (!take('<')) return false;
    value.target = std::string(trim(take_until(">")));
    if (!take('>')) return false;
    for (skip(" \t"); take(';'); skip(" \t")) {
      skip(" \t");
      if (!read_parameter(value)) return false;
    }
    return true;
  }

  bool read_parameter(LinkValue& value) {
    Parameter parameter{lower_case(take_until("=;, \t\"<>")), {}};
    skip(" \t");
    if (take('=')) {
      skip(" \t");
      if (!read_parameter_value(parameter.value)) return false;
    }
    // ";;" and a ";" at the end are wrong but harmless.
    if (!parameter.name.empty()) value.parameters.push_back(std::move(parameter));
    return true;
  }

  bool read_parameter_value(std::string& value) {
    if (!take('"')) {
      value = std::string(take_until(";, \t\"<>"));
      return true;
    }
    while (!rest_.empty()) {
      if (take('"')) return true;
      take('\\');
      if (rest_.empty()) break;
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return false;
  }

  /// To the comma behind a malformed value.
  void skip_value() {
    bool quoted = false, bracketed = false;
    while (!rest_.empty() && (quoted || bracketed || rest_.front() != ',')) {
      const char c = rest_.front();
      if (quoted && c == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      if (c == '"' && !bracketed) quoted = !quoted;
      if (c == '<' && !quoted) bracketed = true;
      if (c == '>' && !quoted) bracketed = false;
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  bool cut_;
};

bool has_relation(const LinkValue& value, std::string_view relation) {
  const std::string relations = value.text("rel");
  const auto words = split(relations, ' ');
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equals_ignoring_case(word, relation); });
}

/// The kind that relation and `as` make together, or nothing where a browser would do nothing with it.
std::optional<Kind> kind_of(const LinkValue& value, std::string_view url) {
  const std::string as = lower_case(value.text("as"));
  if (has_relation(value, "modulepreload")) {
    return as.empty() || as == "script" ? std::optional(Kind::module) : std::nullopt;
  }
  if (has_relation(value, "preload")) {
    // What an application wrote for pushes alone often has no `as`.
    if (as.empty()) return kind_of_url(url);
    for (Kind kind : {Kind::style, Kind::script, Kind::font, Kind::image, Kind::fetch}) {
      if (as == as_of(kind)) return kind;
    }
    return std::nullopt;
  }
  return has_relation(value, "preconnect") ? std::optional(Kind::preconnect) : std::nullopt;
}

CrossOrigin crossorigin_of(const LinkValue& value) {
  const std::string* text = value.find("crossorigin");
  if (text == nullptr) return CrossOrigin::none;
  return equals_ignoring_case(*text, "use-credentials") ? CrossOrigin::use_credentials : CrossOrigin::anonymous;
}

FetchPriority fetchpriority_of(const LinkValue& value) {
  const std::string text = lower_case(value.text("fetchpriority"));
  if (text == "high") return FetchPriority::high;
  return text == "low" ? FetchPriority::low : FetchPriority::automatic;
}

/// An origin, whatever path the application put behind it.
std::string origin_of(const std::string& url) {
  const auto parts = split_origin(url);
  return parts ? url.substr(0, url.size() - parts->rest.size()) : url;
}

/// Nobody pushes a connection.
bool is_push_only(const LinkValue& value) {
  const bool names_asset = has_relation(value, "preload") || has_relation(value, "modulepreload");
  const bool connects = has_relation(value, "preconnect") && !names_asset;
  return !connects && value.find("x-http2-push-only") != nullptr;
}

std::optional<Hint> hint_of(const LinkValue& value, const BaseUrl& base) {
  // A link whose context is another document (RFC 8288 3.2) says nothing about this page.
  if (value.find("anchor") != nullptr) return std::nullopt;
  Hint hint;
  hint.imagesrcset = value.text("imagesrcset");
  // An empty target is the page itself, which nobody preloads; beside a set of sources it means no URL at all.
  if (!value.target.empty()) hint.url = resolve_reference(value.target, base);
  const auto kind = kind_of(value, hint.url);
  if (!kind) return std::nullopt;
  hint.kind = *kind;
  if (hint.kind == Kind::preconnect) hint.url = origin_of(hint.url);
  hint.crossorigin = crossorigin_of(value);
  hint.fetchpriority = fetchpriority_of(value);
  hint.type = value.text("type");
  hint.integrity = value.text("integrity");
  hint.media = value.text("media");
  hint.imagesizes = value.text("imagesizes");
  hint.push_only = is_push_only(value);
  hint.nopush = value.find("nopush") != nullptr && !hint.push_only;
  if (!problem_with(hint).empty()) return std::nullopt;
  return hint;
}

}  // namespace

std::vector<Hint> parse_link_field(std::string_view value, const BaseUrl& base) {
  std::vector<Hint> hints;
  Reader reader(value);
  while (const auto link = reader.next()) {
    if (auto hint = hint_of(*link, base)) hints.push_back(std::move(*hint));
  }
  return hints;
}

std::string without_push_only(std::string_view value) {
  constexpr std::string_view between = ", \t";
  std::string rest;
  const char* kept_from = value.data();
  Reader reader(value);
  while (const auto link = reader.next()) {
    if (!is_push_only(*link)) continue;
    rest.append(kept_from, link->written.data());
    kept_from = link->written.data() + link->written.size();
    // Of the commas on both sides one goes.
    const std::string_view behind(kept_from, value.data() + value.size());
    kept_from += std::min(behind.find_first_not_of(between), behind.size());
  }
  rest.append(kept_from, value.data() + value.size());
  if (rest.size() != value.size()) rest.resize(rest.find_last_not_of(between) + 1);
  return rest;
}

}  // namespace outrider::push
