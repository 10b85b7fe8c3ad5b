// SPDX-License-Identifier: MIT
// Giving up what root may: `user` of the configuration. The supervisor may go on to open low ports, and nothing else;
// the server process may nothing that its user may not.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace outrider::app {

enum class LowPorts { given_up, kept };

/// True where the process may change users.
bool is_root();

/// True if this process is that user, or runs as it.
bool is_user(const std::string& user);

/// The whole process becomes `user`, with that user's groups, for good. With LowPorts::kept CAP_NET_BIND_SERVICE stays,
/// also through exec; that wants a process with one thread. Errors: no such user, or what the system refuses; then the
/// process may be neither the one nor the other, and has to end.
Result<void> become_user(const std::string& user, LowPorts ports);

/// In a child, before exec: who is not root has no capability any more, nor has what is executed.
void give_up_capabilities();

/// Makes root's state folder (StateFiles), hands it to `user`, and names it in the environment, so that whoever this
/// process becomes or starts finds it. Does nothing where $STATE_DIRECTORY names one. Errors name the folder.
Result<void> hand_over_state_folder(const std::string& user);

}  // namespace outrider::app
