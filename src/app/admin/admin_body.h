// SPDX-License-Identifier: MIT
// The body of a request to the admin plane: a JSON object whose members are checked when they are taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/admin/admin_json.h"
#include "http/admin_server.h"

namespace outrider::app {

/// Becomes an answer with "error".
struct Refusal {
  int status;
  std::string message;
};

http::AdminResponse refuse(int status, std::string message);

class Body {
 public:
  /// An empty text is an empty object. Throws Refusal, as all of it does, with what is wrong.
  explicit Body(const std::string& text);

  bool boolean(const char* name) { return take(name, &Json::is_boolean, "true or false", false); }
  std::string text(const char* name) { return take(name, &Json::is_string, "a string", std::string()); }
  std::vector<std::string> texts(const char* name);
  /// 0 where it is missing or null.
  std::int64_t number(const char* name, std::int64_t most, std::int64_t least = 1);
  /// Nothing where it is missing or null.
  std::optional<std::int64_t> number_if_any(const char* name, std::int64_t least, std::int64_t most);
  /// Nothing may be left that nobody asked for.
  void end() const;

 private:
  template <class Value>
  Value take(const char* name, bool (Json::*is)() const noexcept, const char* expected, Value standard) {
    known_.emplace_back(name);
    if (!json_.contains(name) || json_[name].is_null()) return standard;
    if (!(json_[name].*is)()) throw Refusal{400, wrong(name, expected)};
    return json_[name].get<Value>();
  }
  static std::string wrong(const char* name, const char* expected);

  Json json_ = Json::object();
  std::vector<std::string_view> known_;
};

}  // namespace outrider::app
