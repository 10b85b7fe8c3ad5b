// SPDX-License-Identifier: MIT
// Hashes instead of strings: two paths that collide cost one push, never a wrong answer.
#include "push/sent_memory.h"

#include <functional>

namespace outrider::push {
namespace {

std::uint64_t hash_of(std::string_view host, std::string_view path) {
  const std::hash<std::string_view> hash;
  const std::uint64_t first = hash(host);
  // The multiplication keeps ("a", "b") and ("b", "a") apart.
  return (first ^ (first >> 29)) * 0x9e3779b97f4a7c15u + hash(path);
}

}  // namespace

bool SentMemory::contains(std::string_view host, std::string_view path) const {
  return full() || hashes_.count(hash_of(host, path)) != 0;
}

void SentMemory::insert(std::string_view host, std::string_view path) {
  if (!full()) hashes_.insert(hash_of(host, path));
}

}  // namespace outrider::push
