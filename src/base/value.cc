// SPDX-License-Identifier: MIT
#include "base/value.h"

#include <fmt/format.h>

namespace outrider {

std::string Value::describe() const {
  struct Describe {
    bool secret;
    std::string operator()(std::monostate) const { return "nothing"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(double value) const {
      return secret ? "a secret number (***)" : fmt::format("a number ({})", value);
    }
    std::string operator()(const std::string& value) const {
      if (secret) return "a secret string (***)";
      return value.size() > 60 ? fmt::format("a string (\"{}…\")", value.substr(0, 60))
                               : fmt::format("a string (\"{}\")", value);
    }
    std::string operator()(const std::shared_ptr<const Table>&) const { return "a table"; }
    std::string operator()(Function) const { return "a function"; }
  };
  return std::visit(Describe{secret}, data);
}

const Value* Table::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    const auto* name = std::get_if<std::string>(&entry.key);
    if (name && *name == key) return &entry.value;
  }
  return nullptr;
}

bool Table::is_list() const {
  for (const Entry& entry : entries) {
    if (!std::holds_alternative<std::int64_t>(entry.key)) return false;
  }
  return true;
}

}  // namespace outrider
