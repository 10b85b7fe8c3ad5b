// SPDX-License-Identifier: MIT
#include "push/substitute.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"
#include "push/url_bytes.h"

namespace outrider::push {
namespace {

void append_encoded(std::string& out, std::string_view value, std::string_view also_plain) {
  for (char c : value) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        also_plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      append_percent_encoded(out, c);
    }
  }
}

/// The "{name}" at or behind `from`: where it begins and how long it is with its braces; npos where there is none.
struct Slot {
  std::size_t begin = std::string_view::npos, size = 0;
};

Slot next_capture(std::string_view url, std::size_t from) {
  for (auto open = url.find('{', from); open != std::string_view::npos; open = url.find('{', open + 1)) {
    const auto close = url.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view name = url.substr(open + 1, close - open - 1);
    const bool named = !name.empty() && std::all_of(name.begin(), name.end(),
                                                    [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
    if (named) return {open, close - open + 1};
  }
  return {};
}

bool in_path(std::string_view url, std::size_t at) {
  const std::string_view before = url.substr(0, at);
  if (before.find_first_of("?#") != std::string_view::npos) return false;
  const auto scheme = before.find("://");
  return before.find('/', scheme == std::string_view::npos ? 0 : scheme + 3) != std::string_view::npos;
}

}  // namespace

Result<std::string> substitute_captures(std::string_view url, const std::vector<Capture>& captures) {
  std::string result;
  result.reserve(url.size() + 16);
  std::size_t done = 0;
  for (Slot slot = next_capture(url, 0); slot.size > 0; slot = next_capture(url, done)) {
    const std::string_view name = url.substr(slot.begin + 1, slot.size - 2);
    const auto capture =
        std::find_if(captures.begin(), captures.end(), [&](const Capture& each) { return each.name == name; });
    if (capture == captures.end()) {
      return failure("the hint \"" + std::string(url) + "\" wants {" + std::string(name) +
                     "}, which the rule's path does not capture");
    }
    result += url.substr(done, slot.begin - done);
    // RFC 3986 3.3: a pchar, without the encoded ones.
    append_encoded(result, capture->value, in_path(url, slot.begin) ? "!$&'()*+,;=:@" : "");
    done = slot.begin + slot.size;
  }
  result += url.substr(done);
  return result;
}

std::vector<std::string_view> wanted_captures(std::string_view url) {
  std::vector<std::string_view> names;
  for (Slot slot = next_capture(url, 0); slot.size > 0; slot = next_capture(url, slot.begin + slot.size)) {
    names.push_back(url.substr(slot.begin + 1, slot.size - 2));
  }
  return names;
}

}  // namespace outrider::push
