// SPDX-License-Identifier: MIT
#include "push/sample_clients.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "push/user_agent.h"

using namespace outrider::push;
using Catch::Matchers::Contains;

namespace {

MadeRequest from(std::string_view client) {
  MadeRequest request;
  const auto became = become(request, client);
  INFO(client);
  REQUIRE(became);
  return request;
}

}  // namespace

TEST_CASE("each sample client is what its name says", "[explain]") {
  for (const SampleClient& sample : sample_clients()) {
    CAPTURE(sample.name);
    const MadeRequest made = from(sample.name);
    const RequestView view(made, nullptr, nullptr);
    const Browser& browser = view.request().browser();
    CHECK(browser.version == sample.version);
    CHECK(browser.bot == (sample.name == "bot"));
    CHECK(view.request().navigation() == sample.navigates);
    CHECK(view.request().http2() == (sample.name != "http1"));
    const auto family = sample.name == "chromium" || sample.name == "qtwebengine" ? Family::chromium
                        : sample.name == "firefox"                                ? Family::firefox
                        : sample.name == "safari"                                 ? Family::safari
                                                                                  : Family::other;
    CHECK(browser.family == family);
  }
}

TEST_CASE("whether a sample client takes pushes follows its version", "[explain]") {
  CHECK_FALSE(from("chromium").accepts_push);
  CHECK_FALSE(from("chromium=106").accepts_push);
  CHECK(from("chromium=105").accepts_push);
  CHECK(from("firefox=131").accepts_push);
  CHECK_FALSE(from("firefox=132").accepts_push);
  CHECK(from("qtwebengine").accepts_push);
  CHECK(from("nghttp").accepts_push);
  CHECK(from("node").accepts_push);
  CHECK_FALSE(from("curl").accepts_push);
  CHECK_FALSE(from("http1").accepts_push);
  CHECK_FALSE(from("safari").accepts_push);
}

TEST_CASE("what a request says already stays", "[explain]") {
  MadeRequest request;
  request.fields = {{"user-agent", "mine/1"}};
  REQUIRE(become(request, "chromium"));
  CHECK(request.fields.front().second == "mine/1");
}

TEST_CASE("a client that there is not is named with those that there are", "[explain]") {
  MadeRequest request;
  const auto said = [&](std::string_view client) {
    const auto became = become(request, client);
    REQUIRE_FALSE(became);
    return became.error().message;
  };
  CHECK_THAT(said("chromum"), Contains("\"chromum\" is no client; there are chromium, firefox") &&
                                  Contains("did you mean \"chromium\"?"));
  CHECK_THAT(said("curl=8"), Contains("curl has no versions"));
  CHECK_THAT(said("firefox=old"), Contains("expected a major version as in \"firefox="));
  CHECK_THAT(said("firefox="), Contains("expected a major version"));
}

TEST_CASE("browsers speak HTTP/1.1 where there is no TLS", "[explain]") {
  MadeRequest request;
  request.scheme = "http";
  request.host = "shop.example";
  const auto has_mode = [&] {
    return std::any_of(request.fields.begin(), request.fields.end(),
                       [](const auto& field) { return field.first == "sec-fetch-mode"; });
  };
  REQUIRE(become(request, "chromium=102"));
  CHECK(request.protocol == "HTTP/1.1");
  CHECK_FALSE(request.accepts_push);
  CHECK_FALSE(has_mode());
  request.host = "localhost";
  REQUIRE(become(request, "firefox"));
  CHECK(has_mode());
  REQUIRE(become(request, "nghttp"));
  CHECK(request.protocol == "HTTP/2");
  CHECK(request.accepts_push);
}
