// SPDX-License-Identifier: MIT
#include "app/process/server_process.h"

#include <signal.h>

#include <array>
#include <utility>

#include "app/process/death_notes.h"

namespace outrider::app {
namespace {

using Role = ServerProcess::Role;

constexpr std::array<std::pair<Role, std::string_view>, 4> role_names{
    {{Role::current, "current"}, {Role::next, "next"}, {Role::retired, "retired"}, {Role::dismissed, "dismissed"}}};

}  // namespace

std::string_view ServerProcess::name_of(Role role) {
  for (const auto& [value, name] : role_names) {
    if (value == role) return name;
  }
  return {};
}

std::optional<Role> ServerProcess::role_of(std::string_view name) {
  for (const auto& [value, known] : role_names) {
    if (known == name) return value;
  }
  return std::nullopt;
}

void ServerProcess::signal(int number) const {
  if (pid > 0) ::kill(pid, number);
}

std::string ServerProcess::busy(std::string_view lead) const {
  const std::string text = notes ? DeathNotes::read(notes.get()) : std::string();
  return text.empty() ? text : std::string(lead) + text;
}

}  // namespace outrider::app
