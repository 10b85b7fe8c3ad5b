// SPDX-License-Identifier: MIT
// Run-time failures that a caller handles: a value or a sentence that says what went wrong.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace outrider {

/// Why an operation failed, as one sentence that names the thing, what was expected and what was found.
struct Error {
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace outrider
