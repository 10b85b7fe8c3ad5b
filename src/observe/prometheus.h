// SPDX-License-Identifier: MIT
// Prometheus' text format, version 0.0.4: families of samples with their labels escaped. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace outrider::observe {

inline constexpr const char* prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

class Prometheus {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Begins a family; `type` is "counter" or "gauge". The samples that follow belong to it.
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// Values of labels are UTF-8: of a page that has anything else, readers refuse the whole.
  void sample(Labels labels, double value);
  void sample(Labels labels, std::uint64_t value);

  const std::string& text() const { return text_; }

 private:
  void add(Labels labels, std::string_view value);

  std::string name_;
  std::string text_;
};

}  // namespace outrider::observe
