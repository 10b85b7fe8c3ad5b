// SPDX-License-Identifier: MIT
// Joins src/script, which runs configuration files, with src/config, which checks what they returned.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "config/config.h"
#include "script/sources.h"

namespace outrider::app {

/// Throws LoadError with every problem. Files are named in messages as the operator would: relative if `file` is. Every
/// file is read through `sources`. Unless a server will serve by it, keys and certificates need not be there. `missed`
/// gets what is named and not there, or not as it has to be; null: nobody asks.
config::Config load_config(const std::string& file, script::SourceLog& sources, bool serves = true,
                           std::set<std::filesystem::path>* missed = nullptr);

/// Of it only where the server can be asked, for who need not be able to read all that the server can. Throws
/// LoadError.
config::Admin load_admin(const std::string& file);

/// Of it only whom the server goes on as; empty = nobody else. Throws LoadError.
std::string load_user(const std::string& file);

}  // namespace outrider::app
