// SPDX-License-Identifier: MIT
// Kinds and their Link values. What a hint may look like is in hint_check.cc. No state; any thread.
#include "push/hint.h"

#include <array>
#include <cstddef>

#include "base/text.h"

namespace outrider::push {
namespace {

struct Extension {
  std::string_view text;
  Kind kind;
};

constexpr std::array<Extension, 18> extensions{{
    {"css", Kind::style},
    {"js", Kind::script},
    {"mjs", Kind::module},
    {"woff2", Kind::font},
    {"woff", Kind::font},
    {"ttf", Kind::font},
    {"otf", Kind::font},
    {"avif", Kind::image},
    {"webp", Kind::image},
    {"png", Kind::image},
    {"jpg", Kind::image},
    {"jpeg", Kind::image},
    {"gif", Kind::image},
    {"svg", Kind::image},
    {"ico", Kind::image},
    {"bmp", Kind::image},
    {"json", Kind::fetch},
    {"wasm", Kind::fetch},
}};

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append("; ").append(name) += '=';
  if (is_token(value)) {
    out += value;
    return;
  }
  out += '"';
  for (char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::string_view relation_of(Kind kind) {
  if (kind == Kind::preconnect) return "preconnect";
  return kind == Kind::module ? "modulepreload" : "preload";
}

void append_crossorigin(std::string& out, const Hint& hint) {
  if (hint.crossorigin == CrossOrigin::use_credentials) {
    out += "; crossorigin=use-credentials";
  } else if (hint.crossorigin == CrossOrigin::anonymous || hint.kind == Kind::font) {
    out += "; crossorigin";
  }
}

/// What a browser can use early.
std::string common_value(const Hint& hint) {
  std::string out;
  out.reserve(hint.url.size() + 64);
  out.append("<").append(hint.url).append(">; rel=").append(relation_of(hint.kind));
  // A module script is what modulepreload fetches when it says nothing.
  if (hint.kind != Kind::module) append_parameter(out, "as", as_of(hint.kind));
  append_crossorigin(out, hint);
  append_parameter(out, "type", hint.type);
  if (hint.fetchpriority == FetchPriority::high) out += "; fetchpriority=high";
  if (hint.fetchpriority == FetchPriority::low) out += "; fetchpriority=low";
  append_parameter(out, "integrity", hint.integrity);
  return out;
}

}  // namespace

std::optional<Kind> kind_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto authority = url.find("://");
  const auto slash = url.rfind('/');
  // In "https://cdn.example" the last dot belongs to the host.
  if (authority != std::string_view::npos && slash < authority + 3) return {};
  const auto dot = url.rfind('.');
  if (dot == std::string_view::npos || (slash != std::string_view::npos && dot < slash)) return {};
  for (const Extension& extension : extensions) {
    if (equals_ignoring_case(extension.text, url.substr(dot + 1))) return extension.kind;
  }
  return {};
}

std::string_view as_of(Kind kind) {
  switch (kind) {
    case Kind::style:
      return "style";
    case Kind::script:
    case Kind::module:
      return "script";
    case Kind::font:
      return "font";
    case Kind::image:
      return "image";
    case Kind::fetch:
      return "fetch";
    case Kind::preconnect:
      break;
  }
  return {};
}

CrossOrigin own_crossorigin(Kind kind) {
  return kind == Kind::font || kind == Kind::fetch ? CrossOrigin::anonymous : CrossOrigin::none;
}

std::string link_value(const Hint& hint) {
  std::string out = common_value(hint);
  // For a proxy in front that makes pushes of Link values, as this server does of an application's.
  if (hint.nopush) out += "; nopush";
  append_parameter(out, "media", hint.media);
  append_parameter(out, "imagesrcset", hint.imagesrcset);
  append_parameter(out, "imagesizes", hint.imagesizes);
  return out;
}

std::string early_link_value(const Hint& hint) {
  return common_value(hint);
}

}  // namespace outrider::push
