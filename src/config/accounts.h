// SPDX-License-Identifier: MIT
// Users and groups that a configuration names.
#pragma once

#include "config/report.h"

namespace outrider::config {

/// Each reports a name that the system does not know, and returns false.
bool check_user(Report& report, const Text& name);
bool check_group(Report& report, const Text& name);

}  // namespace outrider::config
