// SPDX-License-Identifier: MIT
// SipHash-2-4 (Aumasson and Bernstein): a short keyed hash whose output tells nobody the key, for numbers that visitors
// may see the effect of but not predict.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace outrider::push {

std::uint64_t siphash24(const std::array<std::uint8_t, 16>& key, std::string_view message);

}  // namespace outrider::push
