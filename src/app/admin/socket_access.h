// SPDX-License-Identifier: MIT
// Why this user may not connect to a unix socket, and what to do about it. Commands only: their one thread.
#pragma once

#include <string>

namespace outrider::app {

/// "permission denied: the socket belongs to root:outrider, its mode is 0660, and you are alice; become a member of
/// the group outrider, or ask as root". Where a folder on the way may not be entered, it is about that folder.
std::string no_access_to_socket(const std::string& path);

}  // namespace outrider::app
