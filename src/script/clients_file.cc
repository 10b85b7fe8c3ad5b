// SPDX-License-Identifier: MIT
#include "script/clients_file.h"

#include <utility>

#include "script/clients_reader.h"
#include "script/sources.h"
#include "script/table_file.h"

namespace outrider::script {

std::shared_ptr<const push::ClientTable> shipped_clients() {
  const Value tree = run_table_file(shipped_clients_text, "rules/clients.lua (shipped)", nullptr);
  ClientsFile read = read_clients(tree);
  return std::make_shared<const push::ClientTable>(std::move(read.rows), std::move(read.denied));
}

std::shared_ptr<const push::ClientTable> load_clients_file(const std::filesystem::path& file,
                                                           const std::string& shown_as, SourceLog& sources) {
  const auto text = sources.read(file, SourceLog::largest_lua_file);
  if (!text) throw LoadError({shown_as, 0}, text.error().message);
  ClientsFile read = read_clients(run_table_file(**text, shown_as, nullptr));
  if (read.rows.empty()) read.rows = shipped_clients()->rows();
  return std::make_shared<const push::ClientTable>(std::move(read.rows), std::move(read.denied));
}

}  // namespace outrider::script
