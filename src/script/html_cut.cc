// SPDX-License-Identifier: MIT
// Reads just enough of HTML to know where a tag is none. Where the parser sees that otherwise, which a page can bring
// about, the bounds must hold all the same: so that they count whatever looks like a tag, wherever it stands.
#include "script/html_cut.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"

namespace outrider::script {
namespace {

constexpr std::size_t most_bytes = 256u << 10;
constexpr std::size_t most_tags = 1'000;
constexpr std::size_t most_separators = 8'000;  // of attributes in a tag: the parser compares each with all others

std::size_t behind(std::string_view text, std::string_view what, std::size_t from) {
  const auto at = text.find(what, from);
  return at == text.npos ? text.size() : at + what.size();
}

/// The tag or end tag at `at` has this name.
bool is_named(std::string_view text, std::size_t at, std::string_view name) {
  if (text[at + 1] == '/') ++at;
  const std::string_view rest = text.substr(at + 1);
  return equals_ignoring_case(rest.substr(0, name.size()), name) &&
         (rest.size() == name.size() || std::string_view(" \t\r\n\f/>").find(rest[name.size()]) != rest.npos);
}

/// Behind the tag at `at`: a '>' in the quotes of a value does not end it.
std::size_t tag_end(std::string_view text, std::size_t at) {
  while ((at = text.find_first_of(">=", at)) != text.npos && text[at] == '=') {
    at = text.find_first_not_of(html_space, at + 1);
    if (at == text.npos) break;
    if (text[at] == '"' || text[at] == '\'') at = behind(text, text.substr(at, 1), at + 1);
  }
  return at == text.npos ? text.size() : at + 1;
}

/// Behind the comment at `at`.
std::size_t comment_end(std::string_view text, std::size_t at) {
  return std::min(behind(text, "-->", at + 2), behind(text, "--!>", at + 4));
}

/// Behind the end tag of an element whose content is text, from behind its tag.
std::size_t text_end(std::string_view text, std::size_t at, std::string_view name) {
  while ((at = text.find("</", at)) != text.npos && !is_named(text, at, name)) at += 2;
  return at == text.npos ? text.size() : behind(text, ">", at);
}

/// The tag could have more attributes than anybody would write.
bool has_too_much(std::string_view tag) {
  const auto separates = [](char c) {
    return html_space.find(c) != html_space.npos || c == '/' || c == '"' || c == '\'';
  };
  return static_cast<std::size_t>(std::count_if(tag.begin(), tag.end(), separates)) > most_separators;
}

}  // namespace

HtmlHead cut_html_head(std::string_view page) {
  constexpr std::array<std::string_view, 4> texts{"script", "style", "title", "noframes"};
  if (page.starts_with("\xef\xbb\xbf")) page.remove_prefix(3);
  HtmlHead head{std::string(page.substr(0, most_bytes)), false};
  std::string& text = head.text;
  std::size_t tags = 0, done = 0;  // up to there no tag is one
  for (auto at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
    if (at >= done && text.compare(at, 4, "<!--") == 0) done = comment_end(text, at);
    if (at + 1 == text.size() || !is_letter(text[at + 1])) continue;
    const bool is_tag = at >= done;
    head.whole = is_tag && is_named(text, at, "body");
    const std::size_t end = is_tag ? tag_end(text, at) : std::min(text.find('>', at), text.size());
    if (head.whole || ++tags > most_tags || has_too_much(std::string_view(text).substr(at, end - at))) {
      text.resize(at);
      break;
    }
    if (!is_tag) continue;
    done = end;
    const auto named = [&](std::string_view name) { return is_named(text, at, name); };
    if (const auto name = std::find_if(texts.begin(), texts.end(), named); name != texts.end()) {
      done = text_end(text, end, *name);
    } else if (named("noscript")) {
      // Browsers take it as text, the parser as elements, of which an <img> would end the head.
      done = text_end(text, end, "noscript");
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(done), ' ');
    }
  }
  return head;
}

}  // namespace outrider::script
