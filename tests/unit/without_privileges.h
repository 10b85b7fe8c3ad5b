// SPDX-License-Identifier: MIT
// For tests of what may not be read, entered or written: root may all of it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "unit/temporary_folder.h"

namespace outrider {

/// Root becomes nobody for as long as this lives, and may enter `folder`. Others stay what they are.
class WithoutPrivileges {
 public:
  explicit WithoutPrivileges(const TemporaryFolder& folder) {
    if (::geteuid() != 0) return;
    REQUIRE(::chmod(folder.path.c_str(), 0755) == 0);
    REQUIRE(::seteuid(65534) == 0);
    was_root_ = true;
  }
  ~WithoutPrivileges() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  WithoutPrivileges(const WithoutPrivileges&) = delete;
  WithoutPrivileges& operator=(const WithoutPrivileges&) = delete;

 private:
  bool was_root_ = false;
};

}  // namespace outrider
