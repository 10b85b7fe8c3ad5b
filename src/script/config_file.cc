// SPDX-License-Identifier: MIT
#include "script/config_file.h"

#include "script/secrets.h"
#include "script/sources.h"
#include "script/table_file.h"

namespace outrider::script {

Value load_config_file(const std::filesystem::path& file, const std::string& shown_as, SourceLog& sources,
                       bool serves) {
  std::error_code error;
  const auto absolute_file = std::filesystem::absolute(file, error);
  const auto text = sources.read(absolute_file, SourceLog::largest_lua_file);
  if (!text) throw LoadError({shown_as, 0}, text.error().message);
  return run_table_file(**text, shown_as, [&](State& state, lua_State* lua) {
    open_secrets(state, lua, absolute_file.parent_path(), serves);
  });
}

}  // namespace outrider::script
