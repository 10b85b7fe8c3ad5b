// SPDX-License-Identifier: MIT
#include "push/pattern.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace outrider::push {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// "{id}" and nothing around it.
bool is_capture(std::string_view segment) {
  return segment.size() >= 2 && segment.front() == '{' && segment.find('}') == segment.size() - 1;
}

std::string problem_with_whole(std::string_view text) {
  if (text.empty() || text.front() != '/') return "a pattern begins with \"/\"";
  if (text.size() > Pattern::max_bytes) {
    return "it has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(Pattern::max_bytes) +
           " are allowed";
  }
  if (has(text, "***")) return "\"***\" means nothing; \"*\" stays within a segment, \"**\" crosses them";
  if (has(text, "?")) {
    return "a pattern is matched against the path without the query; write the query's conditions as when = { query = "
           "… }";
  }
  if (has_percent_encoding(text))
    return "a pattern is matched against the decoded path; write the characters themselves";
  if (has(text, "//")) return "\"//\" is in no normalised path";
  return {};
}

std::string problem_with_segment(std::string_view segment) {
  if (segment == "." || segment == "..") return "\"" + std::string(segment) + "\" is in no normalised path";
  if (!has(segment, "{") && !has(segment, "}")) return {};
  const std::string shown = "\"" + std::string(segment) + "\"";
  if (!has(segment, "{")) return shown + " has a \"}\" without a \"{\"";
  if (!has(segment, "}")) return shown + " has a \"{\" that is not closed";
  if (!is_capture(segment)) {
    return shown + ": a capture is a whole segment, as in \"/product/{id}\"; within a segment use \"*\"";
  }
  const std::string_view name = segment.substr(1, segment.size() - 2);
  if (name.empty()) return "\"{}\" has no name; write one, as in \"{id}\"";
  return is_name(name) ? std::string() : shown + ": a name has letters, digits and \"_\", and no digit in front";
}

Segment compiled(std::string_view segment) {
  if (is_capture(segment)) return {Segment::Type::capture, std::string(segment.substr(1, segment.size() - 2))};
  return {has(segment, "*") ? Segment::Type::glob : Segment::Type::literal, std::string(segment)};
}

/// Takes as many segments from the path's front as there are in the list. `text` is without its first slash; afterwards
/// it is what follows the slash behind the last segment taken, or nothing where the path ends there.
bool take_segments(const std::vector<Segment>& segments, std::optional<std::string_view>& text,
                   std::vector<Capture>* captures) {
  for (const Segment& each : segments) {
    if (!text) return false;
    const std::size_t slash = text->find('/');
    const std::string_view segment = text->substr(0, slash);
    if (!each.fits(segment)) return false;
    if (captures != nullptr && each.type == Segment::Type::capture) captures->push_back({each.text, segment});
    text = slash == std::string_view::npos ? std::nullopt : std::optional(text->substr(slash + 1));
  }
  return true;
}

}  // namespace

bool Segment::fits(std::string_view segment) const {
  switch (type) {
    case Type::literal:
      return segment == text;
    case Type::glob:
      return glob_matches(text, segment);
    case Type::capture:
      return !segment.empty();
  }
  return false;
}

Result<Pattern> Pattern::parse(std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return failure("bad pattern \"" + std::string(text) + "\": " + why);
  };
  if (const std::string problem = problem_with_whole(text); !problem.empty()) return wrong(problem);

  Pattern pattern;
  pattern.text_ = std::string(text);
  std::size_t wild = std::string_view::npos;  // where the first segment with "**" begins
  for (std::size_t begin = 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view segment = text.substr(begin, end - begin);
    if (const std::string problem = problem_with_segment(segment); !problem.empty()) return wrong(problem);
    if (wild == std::string_view::npos && has(segment, "**")) wild = begin;
    if (wild == std::string_view::npos) pattern.segments_.push_back(compiled(segment));
    begin = end + 1;
  }
  if (wild != std::string_view::npos) pattern.compile_wild(text.substr(wild));

  auto names = pattern.capture_names();
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return wrong("{" + std::string(*twice) + "} stands in it twice");
  return pattern;
}

void Pattern::compile_wild(std::string_view text) {
  if (text.substr(0, 3) != "**/" || has(text.substr(3), "**")) {
    tail_.emplace(text);
    return;
  }
  std::optional<std::string_view> rest = text.substr(3);
  while (rest) {
    const std::size_t slash = rest->find('/');
    last_segments_.push_back(compiled(rest->substr(0, slash)));
    rest = slash == std::string_view::npos ? std::nullopt : std::optional(rest->substr(slash + 1));
  }
}

std::string Pattern::example() const {
  std::string path;
  for (std::size_t at = 0; at < text_.size();) {
    const char c = text_[at];
    if (c == '*') {
      path += 'x';
      at = std::min(text_.find_first_not_of('*', at), text_.size());
    } else if (c == '{') {
      path += '1';
      at = text_.find('}', at) + 1;
    } else {
      path += c;
      ++at;
    }
  }
  return path;
}

bool Pattern::matches(std::string_view path, std::vector<Capture>* captures) const {
  if (path.empty() || path.front() != '/') return false;
  const std::size_t captured_before = captures == nullptr ? 0 : captures->size();
  std::optional<std::string_view> rest = path.substr(1);
  bool fits = take_segments(segments_, rest, captures);
  if (fits && tail_) {
    fits = rest && tail_->matches(*rest, captures);
  } else if (fits) {
    if (!last_segments_.empty() && rest) rest = last_of(*rest, last_segments_.size());
    fits = take_segments(last_segments_, rest, captures) && !rest;
  }
  if (!fits && captures != nullptr) captures->resize(captured_before);
  return fits;
}

bool Pattern::is_exact() const {
  return !tail_ && last_segments_.empty() &&
         std::all_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.type == Segment::Type::literal; });
}

std::vector<std::string_view> Pattern::capture_names() const {
  std::vector<std::string_view> names;
  for (const auto* segments : {&segments_, &last_segments_}) {
    for (const Segment& segment : *segments) {
      if (segment.type == Segment::Type::capture) names.push_back(segment.text);
    }
  }
  if (tail_) tail_->append_capture_names(names);
  return names;
}

std::optional<std::string_view> last_of(std::string_view text, std::size_t count) {
  std::string_view before = text;  // what has not been counted yet
  for (; count > 0; --count) {
    const std::size_t slash = before.rfind('/');
    if (slash == std::string_view::npos) return count == 1 ? std::optional(text) : std::nullopt;
    if (count == 1) return text.substr(slash + 1);
    before = before.substr(0, slash);
  }
  return text.substr(text.size());
}

bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0, t = 0;
  std::size_t star = std::string_view::npos, taken = 0;  // the last star, and how far it reaches into the text
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      taken = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      // Only the last star needs to give way: what an earlier one could take, this one can take too.
      g = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace outrider::push
