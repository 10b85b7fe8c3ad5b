// SPDX-License-Identifier: MIT
#include "app/offline/arrival.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "http/forwarded_hops.h"

namespace outrider::app {
namespace {

const config::Listen* first(const config::Config& config, const auto& fits) {
  const auto found = std::find_if(config.listen.begin(), config.listen.end(), fits);
  return found != config.listen.end() ? &*found : nullptr;
}

std::uint16_t port_of(const Question& question) {
  return question.port.value_or(question.request.scheme == "https" ? 443 : 80);
}

/// Port 0 is any that is free when the server starts.
bool has_port(const config::Listen& listen, std::uint16_t port) {
  return !listen.address.is_unix() && (listen.address.port() == port || listen.address.port() == 0);
}

bool speaks(const config::Listen& listen, std::string_view scheme) {
  return !listen.behind && listen.tls.empty() == (scheme == "http");
}

std::string_view field(const push::MadeRequest& request, std::string_view name) {
  const auto found =
      std::find_if(request.fields.begin(), request.fields.end(), [&](const auto& each) { return each.first == name; });
  return found != request.fields.end() ? std::string_view(found->second) : std::string_view();
}

}  // namespace

std::string_view usual_scheme(const config::Config& config) {
  const bool has_tls =
      first(config, [](const auto& listen) { return !listen.tls.empty() || listen.behind; }) != nullptr;
  return has_tls || config.listen.empty() ? "https" : "http";
}

const config::Listen* listener_for(const config::Config& config, const Question& question) {
  const std::string& scheme = question.request.scheme;
  const std::uint16_t port = port_of(question);
  const auto there = [&](const auto& listen) { return speaks(listen, scheme) && has_port(listen, port); };
  if (const auto* found = first(config, there)) return found;
  const auto there_behind = [&](const auto& listen) { return listen.behind && has_port(listen, port); };
  if (const auto* found = first(config, there_behind)) return found;
  // Clients see the port of what stands in front.
  const auto elsewhere = [&](const auto& listen) {
    return speaks(listen, scheme) && (!question.port || hides_client(listen));
  };
  const auto* direct = first(config, elsewhere);
  const auto* behind = first(config, [](const auto& listen) { return listen.behind.has_value(); });
  const bool prefers_direct = direct != nullptr && (!question.port || behind == nullptr);
  return prefers_direct ? direct : behind;
}

std::string no_listener(const config::Config& config, const Question& question) {
  const std::uint16_t port = port_of(question);
  const auto* other = first(config, [&](const auto& listen) { return has_port(listen, port); });
  if (other == nullptr) return fmt::format("no listener has port {}", port);
  return fmt::format("the listener {} does not speak {}", other->address.text(), question.request.scheme);
}

bool hides_client(const config::Listen& listen) {
  return listen.behind || listen.proxy_protocol_from || listen.address.is_unix();
}

void arrive(const config::Listen* listen, push::MadeRequest& request) {
  if (listen != nullptr && hides_client(*listen)) request.link.reset();
  if (listen == nullptr || !listen->behind) {
    std::erase_if(request.fields, [](const auto& each) { return each.first == "x-forwarded-for"; });
    return;
  }
  const config::Behind& behind = *listen->behind;
  request.behind_proxy = true;
  request.passes_early_hints = behind.passes_103;
  std::vector<std::string_view> hops;
  for (const auto& [name, value] : request.fields) {
    if (name == "x-forwarded-for") hops.emplace_back(value);
  }
  if (const auto client = http::client_among(hops, behind); !client.empty()) request.address = client;
  const std::string_view scheme = field(request, "x-forwarded-proto");
  if (scheme == "https" || scheme == "http") request.scheme = scheme;
  if (!behind.country_header.empty() && request.country.empty())
    request.country = field(request, behind.country_header);
}

}  // namespace outrider::app
