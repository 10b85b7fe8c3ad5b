// SPDX-License-Identifier: MIT
// The site that a module's folder is tested as, for `outrider test rules/NAME`.
#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"

namespace outrider::app {

/// A site for every host: its rules are the folder's example.lua, which has the module by its name, its root is
/// fixture/ where there is one, and its pages take their time; the configuration's folder is the module's. `folder` is
/// as it was typed. Throws LoadError with every file that is missing (init.lua, example.lua, test.lua).
config::Config module_site(const std::string& folder);

}  // namespace outrider::app
