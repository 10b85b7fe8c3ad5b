// SPDX-License-Identifier: MIT
// `request { … }` of a test file: a request that nobody sent. What is not given is as a plain client has it: GET,
// https, no header fields, an address of the documentation's network, no asset on the client. Control thread, while
// tests run.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/made_request.h"
#include "script/read_values.h"
#include "script/test_assets.h"

struct lua_State;

namespace outrider::script {

/// The head of a response that nobody sent.
struct TestResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
};

struct TestRequest {
  explicit TestRequest(std::string site_host) {
    made.id = "test";
    made.host = std::move(site_host);
    made.link = push::Link{14'600, std::chrono::milliseconds(100)};  // an ordinary one that is new (RFC 6928)
  }

  push::MadeRequest made;
  TestAssets assets;
  std::optional<TestResponse> response;
  // Of the page, by experience.
  std::optional<std::chrono::microseconds> think_time;
  std::optional<std::uint64_t> page_bytes;
};

/// Reads the table at `index` (a plain one) over what `request` has, and returns everything that is wrong with it.
/// Raises nothing but Lua errors for memory.
std::vector<Mistake> read_test_request(lua_State* L, int index, TestRequest& request);

/// Why a request to this host (lower case) never comes to a site of these names; empty: it may.
std::string foreign_host(std::string_view host, const std::vector<std::string>& names);

/// The host of a request to this site: its name, "www.example.com" for "*.example.com", "localhost" for "*".
std::string host_of_site(std::string_view site);

/// The keys that have a reader, for the test that compares them with the API's table.
std::vector<std::string_view> test_request_keys();
std::vector<std::string_view> test_client_keys();
std::vector<std::string_view> test_response_keys();
std::vector<std::string_view> test_asset_keys();

}  // namespace outrider::script
