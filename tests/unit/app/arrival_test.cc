// SPDX-License-Identifier: MIT
// Which listener a request is taken to come by, and what that makes of it.
#include "app/offline/arrival.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "app/offline/asked.h"

using namespace outrider;
using namespace outrider::app;

namespace {

config::Listen listener(const std::string& address) {
  config::Listen listen;
  listen.address = *Address::parse(address);
  return listen;
}

config::Listen with_tls(config::Listen listen) {
  listen.tls.emplace_back();
  return listen;
}

config::Listen behind(config::Listen listen) {
  listen.behind.emplace();
  listen.behind->trusted.push_back(*Network::parse("10.0.0.0/8"));
  listen.behind->country_header = "x-country";
  return listen;
}

config::Config config_of(std::vector<config::Listen> listen) {
  config::Config config;
  config.listen = std::move(listen);
  config.sites.emplace_back().name = "shop.example";
  return config;
}

Question asked(const config::Config& config, std::string url, std::vector<std::string> headers = {}) {
  Asked asked;
  asked.url = std::move(url);
  asked.headers = std::move(headers);
  const auto question = question_of(asked, config);
  REQUIRE(question);
  return *question;
}

std::string chosen(const config::Config& config, const std::string& url) {
  const config::Listen* listen = listener_for(config, asked(config, url));
  return listen != nullptr ? listen->address.text() : "none";
}

}  // namespace

TEST_CASE("a request comes by the listener at its port", "[explain]") {
  const config::Config config =
      config_of({listener("127.0.0.1:8080"), with_tls(listener("127.0.0.1:8443")), with_tls(listener("0.0.0.0:443"))});
  CHECK(chosen(config, "https://shop.example/") == "0.0.0.0:443");
  CHECK(chosen(config, "https://shop.example:8443/") == "127.0.0.1:8443");
  CHECK(chosen(config, "http://shop.example/") == "127.0.0.1:8080");
  CHECK(chosen(config, "http://shop.example:8443/") == "none");
  CHECK(chosen(config, "https://shop.example:9/") == "none");
  CHECK(no_listener(config, asked(config, "https://shop.example:9/")) == "no listener has port 9");
  CHECK(no_listener(config, asked(config, "http://shop.example:8443/")) ==
        "the listener 127.0.0.1:8443 does not speak http");
}

TEST_CASE("where a proxy stands in front, its port is the one that clients see", "[explain]") {
  const config::Config config = config_of({behind(listener("127.0.0.1:8000")), listener("0.0.0.0:80")});
  CHECK(chosen(config, "https://shop.example/") == "127.0.0.1:8000");
  CHECK(chosen(config, "http://shop.example/") == "0.0.0.0:80");
  CHECK(chosen(config, "https://shop.example:8447/") == "127.0.0.1:8000");
  CHECK(chosen(config, "/") == "127.0.0.1:8000");

  config::Listen balanced = with_tls(listener("127.0.0.1:8458"));
  balanced.proxy_protocol_from.emplace();
  CHECK(chosen(config_of({balanced}), "https://shop.example:8448/") == "127.0.0.1:8458");
}

TEST_CASE("an URL without a scheme has that of the listener", "[explain]") {
  CHECK(asked(config_of({listener("127.0.0.1:8080")}), "/").request.scheme == "http");
  CHECK(asked(config_of({listener("127.0.0.1:80"), with_tls(listener("127.0.0.1:443"))}), "/").request.scheme ==
        "https");
  CHECK(asked(config_of({behind(listener("127.0.0.1:80"))}), "/").request.scheme == "https");
  CHECK(asked(config_of({listener("127.0.0.1:8080")}), "/").request.host == "shop.example");
}

TEST_CASE("a proxy speaks for its client", "[explain]") {
  const config::Listen listen = behind(listener("127.0.0.1:8000"));
  const std::vector<std::string> headers{"X-Forwarded-For: 198.51.100.7, 10.0.0.1", "X-Forwarded-Proto: http",
                                         "X-Country: nl"};
  push::MadeRequest made = asked(config_of({listen}), "https://shop.example/", headers).request;
  arrive(&listen, made);
  CHECK(made.behind_proxy);
  CHECK(made.address == "198.51.100.7");
  CHECK(made.scheme == "http");
  CHECK(made.country == "nl");
  CHECK_FALSE(made.link);

  const config::Listen direct = with_tls(listener("127.0.0.1:443"));
  made = asked(config_of({direct}), "https://shop.example/", headers).request;
  arrive(&direct, made);
  CHECK(made.address == "192.0.2.1");
  CHECK(made.link);
  CHECK(made.fields.size() == 2);  // nobody believes X-Forwarded-For
}

TEST_CASE("who passes TCP on hides the way to the client", "[explain]") {
  config::Listen listen = with_tls(listener("127.0.0.1:443"));
  CHECK_FALSE(hides_client(listen));
  listen.proxy_protocol_from.emplace();
  push::MadeRequest made;
  made.link = push::Link{14'600, std::chrono::milliseconds(100)};
  arrive(&listen, made);
  CHECK_FALSE(made.link);
  CHECK_FALSE(made.behind_proxy);
  CHECK(hides_client(listener("unix:/run/x.sock")));
}

TEST_CASE("what is taken away the client does not send either", "[explain]") {
  const config::Config config = config_of({with_tls(listener("127.0.0.1:443"))});
  Asked request;
  request.url = "/";
  request.client = "chromium";
  request.headers = {"User-Agent:", "X-App: 1", "X-App:", "X-Empty;"};
  const auto question = question_of(request, config);
  REQUIRE(question);
  const auto has = [&](std::string_view name) {
    const auto& fields = question->request.fields;
    return std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  };
  CHECK_FALSE(has("user-agent"));
  CHECK_FALSE(has("x-app"));
  CHECK(has("x-empty"));
  CHECK(has("sec-fetch-mode"));

  request.headers = {"X-App;1"};
  const auto wrong = question_of(request, config);
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Catch::Contains("write \"x-app: 1\""));
  request.headers.clear();
  request.country = "nld";
  CHECK_FALSE(question_of(request, config));
}
