// SPDX-License-Identifier: MIT
// Rules of a shop with a test file beside them.
#pragma once

#include <string>
#include <string_view>

#include "unit/script/rules_world.h"

namespace outrider::script {

inline constexpr const char* shop_rules = R"(rule { name = "home", path = "/", hints = { style "/css/app.css" } }
rule {
  name = "product", path = "/product/{id}", host = "shop.example.com", method = { "GET", "POST" },
  when = { no_cookie = "session*", header = { ["user-agent"] = "curl*" }, query = "utm" },
  hints = function(req) return { image("/img/" .. req.params.id .. ".avif", { priority = "after" }) } end,
}
)";

class TestsWorld : public RulesWorld {
 public:
  explicit TestsWorld(std::string_view rules = shop_rules) { write("rules/shop.lua", rules); }

  /// What loading says with this test file beside the rules.
  std::string with_test(std::string_view test) {
    write("rules/shop.test.lua", test);
    return problems();
  }
};

}  // namespace outrider::script
