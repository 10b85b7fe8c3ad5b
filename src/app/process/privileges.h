// SPDX-License-Identifier: MIT
// Giving up what root may: `user` of the configuration. The supervisor may go on to open low ports, and nothing else;
// the server process may nothing that its user may not.
#pragma once

#include <sys/types.h>

#include <filesystem>
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

/// In a child, before exec: who is not root has no capability any more, nor has what is executed. False where the
/// system refuses.
bool give_up_capabilities();

/// As root, before become_user(): the state folder becomes `user`'s; it is made if it is not there. Errors name it.
Result<void> hand_over_state_folder(const std::string& user, const std::filesystem::path& folder);

/// As root, before become_user(): makes the folder of a socket that `user` will bind. One that is there stays as it is.
Result<void> make_socket_folder(const std::string& user, const std::filesystem::path& folder);

}  // namespace outrider::app
