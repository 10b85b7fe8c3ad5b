// SPDX-License-Identifier: MIT
// The table of clients from its Lua file: the operator's, or the one that ships (rules/clients.lua), which is part of
// the binary. Control thread, while loading.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "push/clients.h"

namespace outrider::script {

class SourceLog;

/// The text of rules/clients.lua as this binary was built with it.
extern const std::string_view shipped_clients_text;

/// Throws LoadError with every problem: what load_config_file() throws, unknown and repeated keys, families and hints,
/// wrong types, versions that are in two rows. A file without rows keeps those that ship. `file` is absolute, is named
/// in messages as `shown_as`, and is read by way of `sources`; it has neither `env` nor `credential`.
std::shared_ptr<const push::ClientTable> load_clients_file(const std::filesystem::path& file,
                                                           const std::string& shown_as, SourceLog& sources);

/// The table that ships.
std::shared_ptr<const push::ClientTable> shipped_clients();

}  // namespace outrider::script
