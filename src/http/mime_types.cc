// SPDX-License-Identifier: MIT
#include "http/mime_types.h"

#include <utility>

namespace outrider::http {

void add_mime_types(h2o_mimemap_t* map) {
  constexpr std::pair<const char*, const char*> types[] = {
      {"avif", "image/avif"},       {"webp", "image/webp"},
      {"woff2", "font/woff2"},      {"woff", "font/woff"},
      {"mjs", "text/javascript"},   {"js", "text/javascript"},
      {"wasm", "application/wasm"}, {"webmanifest", "application/manifest+json"},
      {"md", "text/markdown"}};
  for (const auto& [extension, type] : types) h2o_mimemap_define_mimetype(map, extension, type, nullptr);
}

std::string_view type_of_name(h2o_mimemap_t* map, std::string_view path) {
  const h2o_iovec_t extension = h2o_get_filext(path.data(), path.size());
  const h2o_mimemap_type_t* type = h2o_mimemap_get_type_by_extension(map, extension);
  const bool is_static = type != nullptr && type->type == h2o_mimemap_type_t::H2O_MIMEMAP_TYPE_MIMETYPE;
  return is_static ? view(type->data.mimetype) : std::string_view();
}

}  // namespace outrider::http
