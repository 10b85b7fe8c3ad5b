// SPDX-License-Identifier: MIT
// What a clients file returned, as rows and globs. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "push/clients.h"

namespace outrider::script {

struct ClientsFile {
  std::vector<push::ClientRow> rows;  // no two of them have the same version of a family
  std::vector<std::string> denied;
};

/// Throws LoadError with every problem, by line. `tree` is a table.
ClientsFile read_clients(const Value& tree);

}  // namespace outrider::script
