// SPDX-License-Identifier: MIT
#include "http/upstream/head_fields.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "http/guard/picohttpparser.h"

namespace outrider::http::upstream {

Result<std::size_t> parse_fields(std::string_view text, std::size_t known, std::vector<push::Field>& fields) {
  // The parser's short cut looks for two line ends; where there are no fields there is only one.
  if (!text.empty() && (text[0] == '\r' || text[0] == '\n')) known = 0;
  std::array<phr_header, max_fields> found;
  std::size_t count = found.size();
  const int length = phr_parse_headers(text.data(), text.size(), found.data(), &count, known);
  if (length == -2) return 0;
  if (length < 0) return failure(fmt::format("malformed header fields, or more than {} of them", max_fields));
  fields.clear();
  fields.reserve(count);
  for (std::size_t i = 0; i != count; ++i) {
    const phr_header& field = found[i];
    if (field.name == nullptr) return failure("a header field folded over several lines (RFC 9112 5.2)");
    fields.push_back({{field.name, field.name_len}, trim({field.value, field.value_len})});
  }
  return static_cast<std::size_t>(length);
}

const push::Field* find_field(const std::vector<push::Field>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const push::Field& field) { return equals_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

Result<std::optional<std::uint64_t>> content_length_of(const std::vector<push::Field>& fields) {
  std::optional<std::uint64_t> length;
  for (const push::Field& field : fields) {
    if (!equals_ignoring_case(field.name, "content-length")) continue;
    if (length) return failure("more than one Content-Length");
    std::uint64_t value = 0;
    const char* end = field.value.data() + field.value.size();
    const auto [stop, error] = std::from_chars(field.value.data(), end, value);
    if (error != std::errc() || stop != end || field.value.empty()) {
      return failure(fmt::format("a Content-Length that is no number (\"{}\")", printable(field.value)));
    }
    length = value;
  }
  return length;
}

bool lists_token(const std::vector<push::Field>& fields, std::string_view name, std::string_view token) {
  for (const push::Field& field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    for (std::string_view part : split(field.value, ',')) {
      if (equals_ignoring_case(part, token)) return true;
    }
  }
  return false;
}

std::string printable(std::string_view bytes) {
  std::string text(bytes.substr(0, 60));
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '.';
  }
  return bytes.size() > text.size() ? text + "…" : text;
}

}  // namespace outrider::http::upstream
