// SPDX-License-Identifier: MIT
#include "unit/config/tree.h"

#include <glob.h>

#include <catch2/catch.hpp>
#include <cctype>
#include <cstdlib>

namespace outrider::config::test {
namespace {

class Parser {
 public:
  Parser(std::string_view source, const std::string& file) : source_(source), file_(file) {}

  Value parse() {
    if (peek_word() == "return") take_word();
    return value();
  }

 private:
  Place here() const { return {file_, line_}; }

  void skip() {
    while (at_ < source_.size()) {
      if (source_.substr(at_, 2) == "--") {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (std::isspace(static_cast<unsigned char>(source_[at_]))) {
        if (source_[at_++] == '\n') ++line_;
      } else {
        return;
      }
    }
  }

  char peek() {
    skip();
    return at_ < source_.size() ? source_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  void want(char c) {
    INFO("line " << line_ << ": expected " << c << " before " << source_.substr(at_, 20));
    REQUIRE(take(c));
  }

  std::string_view peek_word() {
    skip();
    std::size_t end = at_;
    while (end < source_.size() && (std::isalnum(static_cast<unsigned char>(source_[end])) || source_[end] == '_'))
      ++end;
    return source_.substr(at_, end - at_);
  }

  std::string take_word() {
    const std::string word(peek_word());
    at_ += word.size();
    return word;
  }

  std::string quoted() {
    want('"');
    std::string text;
    while (at_ < source_.size() && source_[at_] != '"') {
      if (source_[at_] == '\\') {
        const char c = source_[++at_];
        text += c == 'n' ? '\n' : c == '0' ? '\0' : c;
      } else {
        text += source_[at_];
      }
      ++at_;
    }
    want('"');
    return text;
  }

  Value value() {
    Value result;
    const char next = peek();
    result.place = here();
    if (next == '{') {
      result.data = table();
    } else if (next == '"') {
      result.data = quoted();
    } else if (next == '-' || std::isdigit(static_cast<unsigned char>(next))) {
      char* end = nullptr;
      const std::string rest(source_.substr(at_));
      result.data = std::strtod(rest.c_str(), &end);
      at_ += static_cast<std::size_t>(end - rest.c_str());
    } else {
      word_value(result);
    }
    return result;
  }

  void word_value(Value& result) {
    const std::string word = take_word();
    if (word == "true" || word == "false") {
      result.data = word == "true";
    } else if (word == "func") {
      result.data = Value::Function{};
    } else {
      INFO("line " << line_ << ": " << word);
      REQUIRE((word == "env" || word == "credential"));
      const bool call = take('(');
      result.data = quoted();
      result.secret = true;
      if (call) want(')');
    }
  }

  std::shared_ptr<const Table> table() {
    auto result = std::make_shared<Table>();
    want('{');
    result->place = here();
    std::int64_t next = 1;
    while (!take('}')) {
      Table::Entry entry;
      peek();
      entry.key_place = here();
      if (take('[')) {
        if (peek() == '"') {
          entry.key = quoted();
        } else {
          entry.key = static_cast<std::int64_t>(std::strtol(take_word().c_str(), nullptr, 10));
        }
        want(']');
        want('=');
      } else if (const auto word = peek_word(); is_key(word)) {
        entry.key = take_word();
        want('=');
      } else {
        entry.key = next++;
      }
      entry.value = value();
      add(*result, std::move(entry));
      if (!take(',')) {
        want('}');
        break;
      }
    }
    return result;
  }

  bool is_key(std::string_view word) const {
    std::size_t at = at_ + word.size();
    while (at < source_.size() && source_[at] == ' ') ++at;
    return !word.empty() && at < source_.size() && source_[at] == '=';
  }

  /// The second of two wins, as in Lua.
  static void add(Table& table, Table::Entry entry) {
    for (Table::Entry& one : table.entries) {
      if (one.key != entry.key) continue;
      const auto* name = std::get_if<std::string>(&entry.key);
      const std::string key = name ? *name : std::to_string(std::get<std::int64_t>(entry.key));
      table.repeats.push_back({key, one.key_place, entry.key_place});
      one = std::move(entry);
      return;
    }
    table.entries.push_back(std::move(entry));
  }

  std::string_view source_;
  std::string file_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

Value parse_tree(std::string_view source, const std::string& file) {
  return Parser(source, file).parse();
}

void Folder::make_directory(const std::string& name) const {
  std::filesystem::create_directories(folder_ / name);
}

void Folder::write(const std::string& name, const std::string& text) const {
  folder_.write(name, text);
}

Config Folder::read(std::string_view source, bool serves) const {
  Sources sources;
  sources.serves = serves;
  sources.glob = glob_files;
  sources.load = [this](const std::filesystem::path& file) {
    const std::string text = read_file(file);
    const std::string shown = file.lexically_relative(path()).string();
    if (text == "broken") throw LoadError({shown, 1}, "syntax error");
    return parse_tree(text, shown);
  };
  return config::read(parse_tree(source), path(), sources);
}

Result<std::vector<std::filesystem::path>> glob_files(const std::string& pattern) {
  glob_t found{};
  std::vector<std::filesystem::path> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      if (std::filesystem::is_regular_file(found.gl_pathv[i])) files.emplace_back(found.gl_pathv[i]);
    }
  }
  ::globfree(&found);
  return files;
}

std::vector<std::string> Folder::problems(std::string_view source) const {
  try {
    read(source);
  } catch (const LoadError& error) {
    std::vector<std::string> texts;
    for (const Problem& problem : error.problems()) texts.push_back(problem.text());
    return texts;
  }
  return {};
}

namespace {

std::string with_route(const std::string& route, const std::string& prefix) {
  return "{ listen = { address = \"127.0.0.1:80\" },\nsites = { [\"*\"] = { routes = { [\"" + prefix + "\"] =\n" +
         route + " } } } }";
}

}  // namespace

std::vector<std::string> Folder::route_problems(const std::string& route, const std::string& prefix) const {
  return problems(with_route(route, prefix));
}

Route Folder::read_route(const std::string& route, const std::string& prefix) const {
  try {
    return read(with_route(route, prefix)).sites.at(0).routes.at(0);
  } catch (const LoadError& error) {
    FAIL(error.what());
    throw;
  }
}

}  // namespace outrider::config::test
