// SPDX-License-Identifier: MIT
#include "http/upstream/fastcgi_params.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace outrider::http::upstream {
namespace {

std::string variable(std::string_view name) {
  std::string text = "HTTP_";
  for (const char c : name) text += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// The port of "host:port", or the scheme's own.
std::string port_of(std::string_view authority, std::string_view scheme) {
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const std::string_view text = authority.substr(colon + 1);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc() && end == text.data() + text.size() && port <= 65535) return std::string(text);
  }
  return scheme == "https" ? "443" : "80";
}

void add_fields(FastCgiParams& params, const ForwardedFields& fields) {
  std::unordered_map<std::string, std::size_t> at;  // variable -> its place in params
  for (const push::Field& field : fields.fields) {
    if (field.name == "proxy" || field.name == "content-type" || field.name.find('_') != std::string_view::npos)
      continue;
    std::string name = variable(field.name);
    const auto [known, is_new] = at.try_emplace(name, params.size());
    if (is_new) {
      params.emplace_back(std::move(name), field.value);
    } else {
      params[known->second].second.append(", ").append(field.value);
    }
  }
}

}  // namespace

FastCgiParams fastcgi_params(const CgiRequest& request, const ForwardedFields& fields, const ScriptPath& script,
                             const std::filesystem::path& root) {
  const auto query_at = std::min(request.target.find('?'), request.target.size());
  const std::string_view query = request.target.substr(std::min(query_at + 1, request.target.size()));
  const auto type = std::find_if(fields.fields.begin(), fields.fields.end(),
                                 [](const push::Field& field) { return field.name == "content-type"; });
  FastCgiParams params;
  params.reserve(fields.fields.size() + 24);
  const auto add = [&](const char* name, std::string_view value) { params.emplace_back(name, value); };
  add("GATEWAY_INTERFACE", "CGI/1.1");
  add("SERVER_SOFTWARE", "outrider");
  add("SERVER_PROTOCOL", request.protocol);
  add("SERVER_NAME", request.host);
  add("SERVER_PORT", port_of(request.authority, request.scheme));
  add("REQUEST_METHOD", request.method);
  add("REQUEST_SCHEME", request.scheme);
  if (request.scheme == "https") add("HTTPS", "on");
  add("REQUEST_URI", request.target);
  add("QUERY_STRING", query);
  add("DOCUMENT_ROOT", root.native());
  add("SCRIPT_FILENAME", script.filename.native());
  add("SCRIPT_NAME", script.name);
  add("PATH_INFO", script.path_info);
  if (!script.path_info.empty()) add("PATH_TRANSLATED", root.native() + script.path_info);
  add("REMOTE_ADDR", request.client_address);
  if (request.client_port != 0) add("REMOTE_PORT", std::to_string(request.client_port));
  add("CONTENT_TYPE", type == fields.fields.end() ? std::string_view() : type->value);
  add("CONTENT_LENGTH", request.content_length ? std::to_string(*request.content_length) : std::string());
  // PHP built with --enable-force-cgi-redirect runs nothing without it.
  add("REDIRECT_STATUS", "200");
  if (!request.authority.empty()) add("HTTP_HOST", request.authority);
  add_fields(params, fields);
  return params;
}

}  // namespace outrider::http::upstream
