// SPDX-License-Identifier: MIT
// CSV as RFC 4180 has it: fields in double quotes may hold commas, line breaks and doubled quotes; lines end with LF or
// CRLF.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "script/data_formats.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  /// The next record that is no empty line; false at the end.
  bool read(std::vector<std::string>& fields) {
    while (at_ < text_.size() && at_line_end()) skip_line_end();
    if (at_ >= text_.size()) return false;
    record_line_ = line_;
    fields.clear();
    for (;;) {
      fields.push_back(field());
      if (at_ >= text_.size()) return true;
      if (text_[at_] != ',') break;
      ++at_;
    }
    skip_line_end();
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ScriptError(fmt::format("{}:{}: {}", name_, record_line_, what));
  }

 private:
  bool at_line_end() const { return text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }

  void skip_line_end() {
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
  }

  std::string field() {
    std::string value;
    if (at_ >= text_.size() || text_[at_] != '"') {
      while (at_ < text_.size() && text_[at_] != ',' && !at_line_end()) value += text_[at_++];
      return value;
    }
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (text_.substr(at_, 2) != "\"\"") break;
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      value += text_[at_];
    }
    if (at_ >= text_.size()) fail("a field in quotes has no end");
    ++at_;
    if (at_ < text_.size() && text_[at_] != ',' && !at_line_end()) {
      fail(fmt::format("expected a comma or the line's end behind a field in quotes, found \"{}\"", text_[at_]));
    }
    return value;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  int line_ = 1;
  int record_line_ = 1;
};

void check_names(const CsvReader& reader, const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (name->empty()) reader.fail("a column has no name; the first line names the columns");
    if (std::find(names.begin(), name, *name) != name)
      reader.fail(fmt::format("two columns have the name \"{}\"", *name));
  }
}

}  // namespace

void push_csv(State& state, lua_State* lua, std::string_view text, const std::string& name) {
  constexpr int records_between_checks = 256;
  luaL_checkstack(lua, 10, "CSV");
  CsvReader reader(text, name);
  std::vector<std::string> names, fields;
  lua_newtable(lua);
  if (reader.read(names)) check_names(reader, names);
  for (int record = 1; reader.read(fields); ++record) {
    if (fields.size() != names.size()) {
      reader.fail(fmt::format("expected {} fields, as in the first line, found {}", names.size(), fields.size()));
    }
    lua_createtable(lua, 0, static_cast<int>(fields.size()));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      push_text(lua, names[i]);
      push_text(lua, fields[i]);
      lua_rawset(lua, -3);
    }
    Frozen::wrap_plain_data(lua);
    lua_rawseti(lua, -2, record);
    if (record % records_between_checks == 0) state.check_time(lua);
  }
  Frozen::wrap_plain_data(lua);
}

}  // namespace outrider::script
