// SPDX-License-Identifier: MIT
// Joins src/script, which runs a configuration file, with src/config, which checks what it returned.
#pragma once

#include <string>

#include "config/config.h"

namespace outrider::app {

/// Throws LoadError with every problem. Files are named in messages as the operator would: relative if `file` is.
config::Config load_config(const std::string& file);

}  // namespace outrider::app
