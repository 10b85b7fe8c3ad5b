// SPDX-License-Identifier: MIT
#include <charconv>

#include "base/text.h"
#include "observe/log_reader.h"
#include "observe/log_time.h"

namespace outrider::observe {
namespace {

/// Takes the line apart from its front.
class Parts {
 public:
  explicit Parts(std::string_view line) : rest_(line) {}

  /// What stands before `end`, which goes, too. False where there is no `end`.
  bool until(std::string_view end, std::string_view& part) {
    const auto at = rest_.find(end);
    if (at == std::string_view::npos) return false;
    part = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return true;
  }
  /// A word, up to a space or the end.
  std::string_view word() {
    skip_spaces();
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }
  /// A text between quotes, where a backslash keeps the next byte from ending it.
  bool quoted(std::string_view& text) {
    skip_spaces();
    if (!rest_.starts_with('"')) return false;
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return false;
    text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool ends_with_pushed() const { return rest_.ends_with(" \"pushed\""); }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

/// Takes append_escaped (escape.h), and what Apache writes as \n and \t, back. "-" is nothing.
void append_unescaped(std::string& out, std::string_view text) {
  if (text == "-") return;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size();
    if (!escapes) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    const int high = next == 'x' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
    }
  }
}

bool read_request_line(std::string_view text, LoggedRequest& request) {
  const auto first = text.find(' ');
  const auto last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  append_unescaped(request.method, text.substr(0, first));
  append_unescaped(request.target, text.substr(first + 1, last - first - 1));
  append_unescaped(request.protocol, text.substr(last + 1));
  // Others write the version that HTTP/2 has on the wire in no place.
  if (request.protocol == "HTTP/2.0") request.protocol = "HTTP/2";
  return !request.method.empty() && !request.target.empty();
}

/// "client ident user", or those with the host in front.
bool read_who(std::string_view text, LoggedRequest& request) {
  const std::vector<std::string_view> words = split(text, ' ');
  if (words.size() < 3) return false;
  const bool has_host = words.size() > 3 && words[2] == "-" && words[1] != "-";
  if (has_host) append_unescaped(request.host, words[0]);
  append_unescaped(request.client, words[has_host ? 1 : 0]);
  return true;
}

bool read_status(std::string_view text, LoggedRequest& request) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), request.status);
  return text.size() == 3 && error == std::errc() && end == text.data() + text.size() && request.status >= 0;
}

}  // namespace

Result<void> read_combined(std::string_view line, LoggedRequest& request) {
  Parts parts(line);
  std::string_view who, time, request_line, referer, user_agent;
  const bool framed = parts.until(" [", who) && parts.until("]", time) && parts.quoted(request_line);
  if (!framed || !read_who(who, request)) return failure("neither JSON nor the combined format");
  const auto point = read_apache_time(time);
  if (!point) return failure("a time that is not written as 22/Nov/2026:16:34:05 +0000");
  request.time = *point;
  if (!read_request_line(request_line, request)) return failure("a request without method, target and protocol");
  if (!read_status(parts.word(), request)) return failure("a status that is no number of three digits");
  parts.word();  // bytes
  if (parts.quoted(referer)) append_unescaped(request.referer, referer);
  if (parts.quoted(user_agent)) append_unescaped(request.user_agent, user_agent);
  // Only we write what comes now.
  constexpr std::string_view id = "id=";
  if (const std::string_view word = parts.word(); word.starts_with(id)) {
    append_unescaped(request.id, word.substr(id.size()));
  }
  request.pushed = parts.ends_with_pushed();
  return {};
}

}  // namespace outrider::observe
