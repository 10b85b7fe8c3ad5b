// SPDX-License-Identifier: MIT
#include "config/schema.h"

#include <algorithm>

#include <fmt/format.h>

namespace outrider::config::schema {
namespace {

std::string example_text(const Key& key) {
  return key.example.empty() ? std::string() : fmt::format(" such as {}", key.example);
}

}  // namespace

const Key* Group::find(std::string_view key) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& one) { return one.name == key; });
  if (found != keys.end()) return &*found;
  return base ? base->find(key) : nullptr;
}

std::vector<std::string_view> Group::names() const {
  std::vector<std::string_view> result = base ? base->names() : std::vector<std::string_view>();
  for (const Key& key : keys) {
    // A group may say of its base's key what is otherwise for it.
    if (std::find(result.begin(), result.end(), key.name) == result.end()) result.push_back(key.name);
  }
  return result;
}

std::string Key::expected() const {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return fmt::format("a whole number{}{} from {} to {}", unit.empty() ? "" : " of ", unit, least, most);
    case Type::string:
      return "a string" + example_text(*this);
    case Type::strings:
      return "a string or a list of strings" + example_text(*this);
    case Type::mode:
      return "octal digits in a string" + example_text(*this);
    case Type::choice: {
      std::string text;
      for (std::size_t i = 0; i < choices.size(); ++i) {
        text += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ", choices[i]);
      }
      return text;
    }
    case Type::table:
    case Type::map:
      return "a table" + example_text(*this);
    case Type::tables:
      return "a table or a list of tables" + example_text(*this);
    case Type::string_or_table:
      return fmt::format("a string{} or a table", example_text(*this));
    case Type::boolean_or_strings:
      return "true, false, a string or a list of strings" + example_text(*this);
    case Type::boolean_or_table:
      return "true, false or a table" + example_text(*this);
  }
  return {};
}

}  // namespace outrider::config::schema
