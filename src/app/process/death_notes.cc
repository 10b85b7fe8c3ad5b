// SPDX-License-Identifier: MIT
#include "app/process/death_notes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "observe/escape.h"

namespace outrider::app {
namespace {

template <std::size_t size>
std::uint16_t fill(char (&target)[size], std::string_view text) {
  // Not by memcpy, which may not be given the null pointer of an empty view.
  return static_cast<std::uint16_t>(text.copy(target, size));
}

template <std::size_t size>
std::string_view text_of(const char (&source)[size], std::uint16_t length) {
  return {source, std::min<std::size_t>(length, size)};
}

std::string describe(std::size_t worker, const DeathNotes::Slot& slot) {
  const auto phase = text_of(slot.phase, slot.phase_length);
  const auto rule = text_of(slot.rule, slot.rule_length);
  const auto path = text_of(slot.path, slot.path_length);
  std::string text = fmt::format("worker {}{}: {}", worker, slot.stalled.load() != 0 ? " (not answering)" : "",
                                 phase.empty() ? "idle" : observe::escaped(phase));
  if (!rule.empty()) text += fmt::format(", rule \"{}\"", observe::escaped(rule));
  if (!path.empty()) text += ", " + observe::escaped(path);
  return text;
}

}  // namespace

void DeathNotes::Slot::set(std::string_view new_phase, std::string_view new_rule, std::string_view new_path) {
  rule_length = fill(rule, new_rule);
  path_length = fill(path, new_path);
  phase_length = fill(phase, new_phase);
}

void DeathNotes::Slot::set_rule(std::string_view new_rule) {
  rule_length = fill(rule, new_rule);
}

Result<DeathNotes> DeathNotes::create(std::size_t workers) {
  const auto broken = [] {
    return failure(fmt::format("cannot make the memory for death notes: {}", std::strerror(errno)));
  };
  UniqueFd fd(::memfd_create("outrider-notes", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const std::size_t bytes = workers * sizeof(Slot);
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return broken();
  ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) return broken();
  auto* slots = static_cast<Slot*>(memory);
  for (std::size_t index = 0; index < workers; ++index) new (&slots[index]) Slot;
  return DeathNotes(std::move(fd), slots, workers);
}

DeathNotes::DeathNotes(DeathNotes&& other) noexcept
    : fd_(std::move(other.fd_)), slots_(std::exchange(other.slots_, nullptr)), size_(other.size_) {}

DeathNotes::~DeathNotes() {
  if (slots_ != nullptr) ::munmap(slots_, size_ * sizeof(Slot));
}

std::string DeathNotes::read(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return {};
  std::string crashed, stalled, busy;
  const auto workers = static_cast<std::size_t>(status.st_size) / sizeof(Slot);
  for (std::size_t worker = 0; worker < workers; ++worker) {
    Slot slot;
    // The copy is raw bytes of the dead process: every length is checked on use.
    if (::pread(fd, static_cast<void*>(&slot), sizeof(slot), static_cast<off_t>(worker * sizeof(slot))) != sizeof(slot))
      break;
    std::string* list = slot.crashed.load() != 0   ? &crashed
                        : slot.stalled.load() != 0 ? &stalled
                        : slot.phase_length != 0   ? &busy
                                                   : nullptr;
    if (list == nullptr) continue;
    if (!list->empty()) *list += "; ";
    *list += describe(worker, slot);
  }
  return !crashed.empty() ? crashed : !stalled.empty() ? stalled : busy;
}

}  // namespace outrider::app
