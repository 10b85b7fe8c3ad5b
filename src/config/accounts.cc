// SPDX-License-Identifier: MIT
#include "config/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <vector>

#include <fmt/format.h>

namespace outrider::config {
namespace {

// A group with thousands of members needs more than the usual kilobytes.
constexpr std::size_t buffer_bytes = 1u << 20;

bool known(Report& report, const Text& name, bool found, std::string_view kind) {
  if (!found) {
    report.wrong(name, fmt::format("the name of a {} of this system", kind),
                 fmt::format("there is no {} \"{}\"", kind, name.text));
  }
  return found;
}

}  // namespace

bool check_user(Report& report, const Text& name) {
  std::vector<char> buffer(buffer_bytes);
  passwd entry{};
  passwd* found = nullptr;
  getpwnam_r(name.text.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return known(report, name, found != nullptr, "user");
}

bool check_group(Report& report, const Text& name) {
  std::vector<char> buffer(buffer_bytes);
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.text.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return known(report, name, found != nullptr, "group");
}

}  // namespace outrider::config
