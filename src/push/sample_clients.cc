// SPDX-License-Identifier: MIT
#include "push/sample_clients.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

#include "base/text.h"

namespace outrider::push {
namespace {

constexpr int every_version = std::numeric_limits<int>::max();

// Pushes: Chromium until 105 (https://developer.chrome.com/blog/removing-push), Firefox until 131
// (https://github.com/mdn/content/pull/36148); Sec-Fetch-*: Chromium from 76, Firefox from 90, Safari from 16.4
// (https://github.com/mdn/browser-compat-data, http/headers/Sec-Fetch-Mode.json).
constexpr std::array<SampleClient, 9> table{{
    {"chromium", "Chromium, Chrome, Edge … on a desk, opening a page", 150, 105, true, "HTTP/2",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36"},
    {"firefox", "Firefox on a desk, opening a page", 145, 131, true, "HTTP/2",
     "Mozilla/5.0 (X11; Linux x86_64; rv:#.0) Gecko/20100101 Firefox/#.0"},
    {"safari", "Safari on a Mac, opening a page", 26, 0, true, "HTTP/2",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/#.0 "
     "Safari/605.1.15"},
    {"qtwebengine", "an application with Qt WebEngine 6.4 (Chromium 102), which takes pushes", 102, 105, true, "HTTP/2",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/6.4.2 Chrome/#.0.5005.177 "
     "Safari/537.36"},
    {"curl", "curl over HTTP/2, which refuses pushes", 0, 0, false, "HTTP/2", "curl/8.5.0"},
    {"nghttp", "nghttp, which takes pushes", 0, every_version, false, "HTTP/2", "nghttp2/1.52.0"},
    {"node", "Node's http2, an API client that takes pushes", 0, every_version, false, "HTTP/2", ""},
    {"http1", "a client that speaks HTTP/1.1", 0, 0, false, "HTTP/1.1", "Wget/1.21.3"},
    {"bot", "a crawler", 0, 0, false, "HTTP/2",
     "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
}};

std::string with_version(std::string_view text, int version) {
  std::string result;
  for (const char c : text) {
    if (c == '#') {
      result += std::to_string(version);
    } else {
      result += c;
    }
  }
  return result;
}

Result<const SampleClient*> named(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.name == name; });
  if (found != table.end()) return &*found;
  std::vector<std::string_view> names;
  std::string all;
  for (const SampleClient& each : table) {
    names.push_back(each.name);
    all += (all.empty() ? "" : ", ") + std::string(each.name);
  }
  return failure("\"" + std::string(name) + "\" is no client; there are " + all + did_you_mean(name, names));
}

Result<int> version_of(const SampleClient& client, std::string_view text) {
  if (client.version == 0) return failure(std::string(client.name) + " has no versions; write it without \"=\"");
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1) {
    return failure("expected a major version as in \"" + std::string(client.name) + "=" +
                   std::to_string(client.version) + "\", found \"" + std::string(text) + "\"");
  }
  return version;
}

/// Browsers say what they are doing only where nobody between could read it (Fetch Metadata, 2: potentially trustworthy
/// URLs).
bool is_trustworthy(const MadeRequest& request) {
  const std::string& host = request.host;
  return request.scheme == "https" || host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         host == "::1" || host.starts_with("127.");
}

void add(MadeRequest& request, std::string_view name, std::string value) {
  const bool has =
      std::any_of(request.fields.begin(), request.fields.end(), [&](const auto& field) { return field.first == name; });
  if (!has) request.fields.emplace_back(name, std::move(value));
}

}  // namespace

std::span<const SampleClient> sample_clients() {
  return table;
}

Result<void> become(MadeRequest& request, std::string_view client) {
  const std::size_t at = std::min(client.find('='), client.size());
  const auto found = named(client.substr(0, at));
  if (!found) return tl::unexpected(found.error());
  const SampleClient& sample = **found;
  int version = sample.version;
  if (at < client.size()) {
    const auto asked = version_of(sample, client.substr(at + 1));
    if (!asked) return tl::unexpected(asked.error());
    version = *asked;
  }
  request.protocol = sample.protocol;
  request.accepts_push = version <= sample.last_with_push && sample.last_with_push > 0;
  if (!sample.user_agent.empty()) add(request, "user-agent", with_version(sample.user_agent, version));
  if (!sample.navigates) return {};
  if (request.scheme != "https") {
    request.protocol = "HTTP/1.1";
    request.accepts_push = false;
  }
  if (!is_trustworthy(request)) return {};
  add(request, "sec-fetch-site", "none");
  add(request, "sec-fetch-mode", "navigate");
  add(request, "sec-fetch-user", "?1");
  add(request, "sec-fetch-dest", "document");
  return {};
}

}  // namespace outrider::push
