// SPDX-License-Identifier: MIT
// The table of clients that a configuration wants: its own file's, or the one that ships.
#pragma once

#include <memory>
#include <string>

#include "app/load/problems.h"
#include "config/config.h"
#include "push/clients.h"
#include "script/sources.h"

namespace outrider::app {

/// Read through `sources`, so that it is part of the generation. What is wrong goes to `problems`, and null comes back.
/// `named_in` is the configuration file as it was typed: messages name the table's file likewise.
std::shared_ptr<const push::ClientTable> load_client_table(const config::Config& config, const std::string& named_in,
                                                           script::SourceLog& sources, Problems& problems);

}  // namespace outrider::app
