// SPDX-License-Identifier: MIT
#include "observe/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "observe/escape.h"

namespace outrider::observe {
namespace {

void append_label(std::string& text, std::string_view value) {
  while (!value.empty()) {
    std::size_t length = 1;
    if (static_cast<unsigned char>(value[0]) >= 0x80) length = sequence_length(value);
    if (value[0] == '\n') {
      text += "\\n";
    } else if (length == 0) {
      text += "\xef\xbf\xbd";  // a reader would refuse the whole page
    } else {
      if (value[0] == '\\' || value[0] == '"') text += '\\';
      text += value.substr(0, length);
    }
    value.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

}  // namespace

void Prometheus::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void Prometheus::sample(Labels labels, double value) {
  add(labels, fmt::format("{:.3f}", value));
}

void Prometheus::sample(Labels labels, std::uint64_t value) {
  add(labels, std::to_string(value));
}

void Prometheus::add(Labels labels, std::string_view value) {
  text_ += name_;
  const char* before = "{";
  for (const auto& [name, text] : labels) {
    text_ += fmt::format("{}{}=\"", before, name);
    append_label(text_, text);
    text_ += '"';
    before = ",";
  }
  text_ += fmt::format("{} {}\n", labels.size() == 0 ? "" : "}", value);
}

}  // namespace outrider::observe
