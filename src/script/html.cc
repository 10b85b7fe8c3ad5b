// SPDX-License-Identifier: MIT
// What the head of an HTML page names. The parser (gumbo) cannot be interrupted, and frees its tree by recursion, so
// that it gets the head's text alone, and of that only so much and so many tags that both end soon whatever is in it.
#include <fmt/format.h>
#include <gumbo.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/text.h"
#include "push/resolve.h"
#include "script/data_formats.h"
#include "script/frozen.h"
#include "script/html_cut.h"
#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

struct Parsed {
  explicit Parsed(std::string_view text) {
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    output = gumbo_parse_with_options(&options, text.data(), text.size());
  }
  ~Parsed() { gumbo_destroy_output(&kGumboDefaultOptions, output); }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  GumboOutput* output;
};

/// The first child that is such an element.
const GumboElement* child(const GumboElement& parent, GumboTag tag) {
  for (unsigned i = 0; i < parent.children.length; ++i) {
    const auto& node = *static_cast<const GumboNode*>(parent.children.data[i]);
    if (node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == tag) return &node.v.element;
  }
  return nullptr;
}

/// Without control characters, without spaces at the ends.
std::string plain(std::string_view value) {
  std::string text(value);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return std::string(trim(text));
}

/// Those whose values are words without regard to case.
bool is_keyword(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{
      "rel", "as", "type", "crossorigin", "fetchpriority", "referrerpolicy", "media"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Where the page's references begin.
struct Base {
  std::string origin;  // "https://cdn.example" where <base> names another host, else empty
  std::string path;

  /// The URL as a hint has it, without its fragment; empty where it is none of http.
  std::string resolve(std::string_view reference) const {
    std::string text(reference);
    std::erase_if(text, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
    const auto begin = std::min(text.find_first_not_of(html_space), text.size());
    text = text.substr(begin, text.find_last_not_of(html_space) + 1 - begin);
    text.erase(std::min(text.find('#'), text.size()));
    // The parser's sign for bytes that are no UTF-8: of a page in another encoding nobody knows which URL it means.
    if (text.empty() || text.find("\xef\xbf\xbd") != text.npos) return {};
    std::string url = push::resolve_reference(text, {"https", path});
    if (url.starts_with('/')) return origin + url;
    const std::string start = lower_case(url.substr(0, 8));
    return start.starts_with("http://") || start == "https://" ? url : std::string();
  }
};

/// Takes the address of a <base>, against which that has been resolved so far.
void take_base(const GumboElement& element, Base& base) {
  const std::string url = base.resolve(gumbo_get_attribute(&element.attributes, "href")->value);
  if (url.empty()) return;
  const std::size_t host = url.starts_with('/') ? 0 : url.find("//") + 2;
  const std::size_t end = host == 0 ? 0 : std::min(url.find_first_of("/?", host), url.size());
  base.origin = url.substr(0, end);
  base.path = url.substr(end, url.find('?', end) - end);
  if (!base.path.starts_with('/')) base.path.insert(0, "/");
}

bool is_base(const GumboElement& element) {
  return element.tag == GUMBO_TAG_BASE && gumbo_get_attribute(&element.attributes, "href") != nullptr;
}

/// An import map, which stands in the page itself.
bool is_import_map(const GumboElement& element) {
  const auto* type = gumbo_get_attribute(&element.attributes, "type");
  return element.tag == GUMBO_TAG_SCRIPT && type != nullptr && equals_ignoring_case(plain(type->value), "importmap");
}

/// Pushes the record of a link or script that is told of; false, and nothing pushed, for others.
bool push_record(lua_State* lua, const GumboElement& element, const Base& base) {
  const bool link = element.tag == GUMBO_TAG_LINK;
  if (!link && element.tag != GUMBO_TAG_SCRIPT) return false;
  const char* const address = link ? "href" : "src";
  const auto* reference = gumbo_get_attribute(&element.attributes, address);
  const std::string url = reference == nullptr ? std::string() : base.resolve(reference->value);
  const bool images = link && gumbo_get_attribute(&element.attributes, "imagesrcset") != nullptr;
  if (url.empty() && !images && !is_import_map(element)) return false;
  lua_newtable(lua);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string value = plain(attribute.value);
    push_text(lua, attribute.name);
    push_text(lua, is_keyword(attribute.name) ? lower_case(value) : value);
    lua_rawset(lua, -3);
  }
  if (url.empty()) {
    lua_pushnil(lua);
  } else {
    push_text(lua, url);
  }
  lua_setfield(lua, -2, address);
  push_text(lua, link ? "link" : "script");
  lua_setfield(lua, -2, "tag");
  Frozen::wrap_plain_data(lua);
  return true;
}

}  // namespace

bool push_html_head(State& state, lua_State* lua, std::string_view page, const std::string& path) {
  luaL_checkstack(lua, 10, "HTML");
  const HtmlHead cut = cut_html_head(page);
  const Parsed parsed(cut.text);
  state.check_time(lua);
  lua_newtable(lua);
  const GumboNode* root = parsed.output->root;
  const GumboElement* head =
      root != nullptr && root->type == GUMBO_NODE_ELEMENT ? child(root->v.element, GUMBO_TAG_HEAD) : nullptr;
  Base base{{}, path};
  bool has_base = false;  // the first one counts, for what comes behind it
  int count = 0;
  for (unsigned i = 0; head != nullptr && i < head->children.length; ++i) {
    const auto& node = *static_cast<const GumboNode*>(head->children.data[i]);
    if (node.type != GUMBO_NODE_ELEMENT) continue;
    if (!has_base && is_base(node.v.element)) {
      take_base(node.v.element, base);
      has_base = true;
    }
    if (push_record(lua, node.v.element, base)) lua_rawseti(lua, -2, ++count);
  }
  Frozen::wrap_plain_data(lua);
  return cut.whole;
}

}  // namespace outrider::script
