// SPDX-License-Identifier: MIT
#include "push/made_request.h"

#include <algorithm>

#include "base/text.h"

namespace outrider::push {

void MadeRequest::set(std::string_view name, std::string value) {
  std::erase_if(fields, [&](const FieldText& field) { return field.first == name; });
  fields.emplace_back(name, std::move(value));
}

RequestView::RequestView(const MadeRequest& made, const Assets* assets, const ClientTable* clients)
    : link_(made.behind_proxy ? std::nullopt : made.link) {
  fields_.reserve(made.fields.size());
  for (const auto& [name, value] : made.fields) fields_.push_back({name, value});
  request_.id = made.id;
  request_.method = made.method;
  request_.scheme = made.scheme;
  request_.host = made.host;
  request_.authority = made.authority.empty() ? made.host : made.authority;
  request_.path = made.path;
  request_.query = made.query;
  request_.protocol = made.protocol;
  request_.fields = fields_;
  request_.client.address = made.address;
  request_.client.peer = made.address;
  request_.client.country = made.country;
  request_.client.accepts_push = made.accepts_push && !made.behind_proxy;
  request_.client.new_connection = made.new_connection && !made.behind_proxy;
  request_.client.behind_proxy = made.behind_proxy;
  request_.client.passes_early_hints = made.passes_early_hints;
  request_.tls.used = made.scheme == "https";
  request_.link_source = &link_;
  request_.assets = assets;
  request_.clients = clients;
  request_.now = made.now.value_or(std::chrono::system_clock::now());
}

std::string normal_path(std::string_view target) {
  const auto digit = [&](std::size_t at) { return at < target.size() ? hex_digit(target[at]) : -1; };
  std::string path = "/";
  std::size_t segment = 1;  // where the segment that is being written begins
  // Takes the segment back if it is a dot segment (RFC 3986 5.2.4), with its parent if there are two dots.
  const auto was_dots = [&] {
    const std::string_view written = std::string_view(path).substr(segment);
    if (written != "." && written != "..") return false;
    const bool up = written == ".." && segment > 1;
    path.resize(segment);
    if (up) path.resize(path.rfind('/', segment - 2) + 1);
    segment = path.size();
    return true;
  };
  for (std::size_t i = 1; i < target.size(); ++i) {
    char c = target[i];
    if (c == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      c = static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    }
    if (c == '/' && was_dots()) continue;
    path += c;
    if (c == '/') segment = path.size();
  }
  was_dots();
  path.erase(std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }), path.end());
  return path;
}

}  // namespace outrider::push
