// SPDX-License-Identifier: MIT
// A text that a person has looked at once, in tests/golden: the test fails where it has become another. UPDATE_GOLDEN=1
// writes it anew, for a person to look at the difference.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace outrider {

/// `name` is relative to tests/golden.
inline void check_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(OUTRIDER_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::ifstream stream(file);
  std::stringstream golden;
  golden << stream.rdbuf();
  INFO(file.string() << " is out of date; run this test with UPDATE_GOLDEN=1 and look at the difference");
  CHECK(text == golden.str());
}

/// `text` with each `from` in it replaced.
inline std::string with_replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace outrider
