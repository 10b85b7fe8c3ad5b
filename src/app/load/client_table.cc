// SPDX-License-Identifier: MIT
#include "app/load/client_table.h"

#include "script/clients_file.h"
#include "script/rule_files.h"

namespace outrider::app {

std::shared_ptr<const push::ClientTable> load_client_table(const config::Config& config, const std::string& named_in,
                                                           script::SourceLog& sources, Problems& problems) {
  try {
    if (config.clients.empty()) return script::shipped_clients();
    return script::load_clients_file(config.clients, script::shown_as(config.clients, {named_in, 0}), sources);
  } catch (const LoadError& error) {
    problems.add(error);
    return nullptr;
  }
}

}  // namespace outrider::app
