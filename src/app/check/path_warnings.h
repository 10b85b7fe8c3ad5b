// SPDX-License-Identifier: MIT
// Path patterns in the language of another router, which match their own letters here and so nearly nothing.
#pragma once

#include "app/check/warnings.h"
#include "app/offline/offline.h"

namespace outrider::app {

/// literal_path, in `path` and `except`.
void judge_paths(const Offline& offline, Warnings& warnings);

}  // namespace outrider::app
