// SPDX-License-Identifier: MIT
// `request { … }` of a test file: a request that nobody sent. What is not given is as a plain client has it: GET,
// https, no header fields, an address of the documentation's network, no asset on the client. Control thread, while
// tests run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/request.h"
#include "script/read_values.h"
#include "script/test_assets.h"

struct lua_State;

namespace outrider::script {

/// A push::Request with the texts that it shows.
class TestRequest {
 public:
  explicit TestRequest(std::string site_host) : host(std::move(site_host)) {}
  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;

  /// Valid as long as this is, and unchanged. `now` is the real time.
  const push::Request& view();

  std::string method = "GET", scheme = "https", host, path = "/", query, protocol = "HTTP/2";
  std::string address = "192.0.2.1", country;
  bool accepts_push = false, new_connection = true;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string cookies;                                      // a Cookie field's value
  push::FixedLink way;
  TestAssets assets;

 private:
  std::vector<push::Field> field_views_;
  push::Request request_;
};

/// Reads the table at `index` (a plain one) over what `request` has, and returns everything that is wrong with it.
/// Raises nothing but Lua errors for memory.
std::vector<Mistake> read_test_request(lua_State* L, int index, TestRequest& request);

/// The host of a request to this site: its name, "www.example.com" for "*.example.com", "localhost" for "*".
std::string host_of_site(std::string_view site);

/// A request target's path as rules see it: percent-decoded, without dot segments and repeated slashes. `target` begins
/// with a slash and has no query.
std::string path_of_target(std::string_view target);

/// The keys that have a reader, for the test that compares them with the API's table.
std::vector<std::string_view> test_request_keys();
std::vector<std::string_view> test_client_keys();

}  // namespace outrider::script
