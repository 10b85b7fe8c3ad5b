// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

namespace outrider {

template <auto Free>
struct CDeleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

/// A unique_ptr to a C object with its own free function: CPtr<SSL_CTX, SSL_CTX_free>.
template <class T, auto Free>
using CPtr = std::unique_ptr<T, CDeleter<Free>>;

}  // namespace outrider
