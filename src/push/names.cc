// SPDX-License-Identifier: MIT
// One array of names for each enumeration; the position in the array is the enumerator's value, less the number of
// enumerators in front that have no name.
#include "push/names.h"

#include <array>
#include <cstddef>

namespace outrider::push {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 7> kinds{"style", "script", "module", "font", "image", "fetch", "preconnect"};
constexpr std::array<std::string_view, 4> delivers{"auto", "push", "early_hints", "link"};
constexpr std::array<std::string_view, 2> phases{"request", "response"};
constexpr std::array<std::string_view, 2> crossorigins{"anonymous", "use-credentials"};
constexpr std::array<std::string_view, 3> fetchpriorities{"auto", "high", "low"};
constexpr std::array<std::string_view, 3> push_priorities{"before", "interleaved", "after"};
constexpr std::array<std::string_view, 4> families{"other", "chromium", "firefox", "safari"};
constexpr std::array<std::string_view, 4> hows{"none", "link", "early_hints", "push"};

/// `unnamed` is the number of enumerators in front of the first that has a name.
template <class Enum>
std::string_view name_in(Names names, Enum value, std::size_t unnamed = 0) {
  const auto position = static_cast<std::size_t>(value);
  return position < unnamed || position - unnamed >= names.size() ? std::string_view() : names[position - unnamed];
}

template <class Enum>
std::optional<Enum> value_in(Names names, std::string_view name, std::size_t unnamed = 0) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Enum>(i + unnamed);
  }
  return std::nullopt;
}

static_assert(static_cast<std::size_t>(Kind::preconnect) + 1 == kinds.size());
static_assert(static_cast<std::size_t>(Deliver::link) + 1 == delivers.size());
static_assert(static_cast<std::size_t>(Phase::response) + 1 == phases.size());
static_assert(static_cast<std::size_t>(CrossOrigin::use_credentials) == crossorigins.size());
static_assert(static_cast<std::size_t>(FetchPriority::low) + 1 == fetchpriorities.size());
static_assert(static_cast<std::size_t>(PushPriority::after) == push_priorities.size());
static_assert(static_cast<std::size_t>(Family::safari) + 1 == families.size());
static_assert(static_cast<std::size_t>(How::push) + 1 == hows.size());

}  // namespace

std::string_view name_of(Kind kind) {
  return name_in(kinds, kind);
}
std::string_view name_of(Deliver deliver) {
  return name_in(delivers, deliver);
}
std::string_view name_of(Phase phase) {
  return name_in(phases, phase);
}
std::string_view name_of(CrossOrigin crossorigin) {
  return name_in(crossorigins, crossorigin, 1);
}
std::string_view name_of(FetchPriority fetchpriority) {
  return name_in(fetchpriorities, fetchpriority);
}
std::string_view name_of(PushPriority priority) {
  return name_in(push_priorities, priority, 1);
}
std::string_view name_of(Family family) {
  return name_in(families, family);
}
std::string_view name_of(How how) {
  return name_in(hows, how);
}

std::optional<Kind> kind_named(std::string_view name) {
  return value_in<Kind>(kinds, name);
}
std::optional<Deliver> deliver_named(std::string_view name) {
  return value_in<Deliver>(delivers, name);
}
std::optional<Phase> phase_named(std::string_view name) {
  return value_in<Phase>(phases, name);
}
std::optional<CrossOrigin> crossorigin_named(std::string_view name) {
  return value_in<CrossOrigin>(crossorigins, name, 1);
}
std::optional<FetchPriority> fetchpriority_named(std::string_view name) {
  return value_in<FetchPriority>(fetchpriorities, name);
}
std::optional<PushPriority> push_priority_named(std::string_view name) {
  return value_in<PushPriority>(push_priorities, name, 1);
}
std::optional<Family> family_named(std::string_view name) {
  return value_in<Family>(families, name);
}

Names kind_names() {
  return kinds;
}
Names deliver_names() {
  return delivers;
}
Names phase_names() {
  return phases;
}
Names crossorigin_names() {
  return crossorigins;
}
Names fetchpriority_names() {
  return fetchpriorities;
}
Names push_priority_names() {
  return push_priorities;
}
Names family_names() {
  return families;
}

}  // namespace outrider::push
