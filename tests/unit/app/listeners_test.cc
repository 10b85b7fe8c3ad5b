// SPDX-License-Identifier: MIT
#include "app/reload/listeners.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;

namespace {

config::Config config_with(const std::vector<std::string>& addresses) {
  config::Config config;
  for (const std::string& address : addresses) {
    config::Listen listen;
    listen.address = *Address::parse(address);
    listen.place = Place{"config.lua", static_cast<int>(config.listen.size()) + 1};
    config.listen.push_back(listen);
  }
  return config;
}

std::vector<UniqueFd> sockets(std::size_t count) {
  std::vector<UniqueFd> fds;
  for (std::size_t index = 0; index < count; ++index)
    fds.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return fds;
}

std::vector<std::size_t> dealt(std::size_t held, std::size_t workers) {
  std::vector<std::vector<http::ListeningSocket>> hands(workers);
  REQUIRE(deal(sockets(held), 3, hands));
  std::vector<std::size_t> sizes;
  for (const auto& hand : hands) {
    sizes.push_back(hand.size());
    for (const http::ListeningSocket& socket : hand) CHECK(socket.listen == 3);
  }
  return sizes;
}

}  // namespace

TEST_CASE("every worker accepts, and every held socket is accepted from") {
  CHECK(dealt(3, 3) == std::vector<std::size_t>{1, 1, 1});
  CHECK(dealt(1, 3) == std::vector<std::size_t>{1, 1, 1});  // shared
  CHECK(dealt(5, 2) == std::vector<std::size_t>{3, 2});     // held since there were more workers
  CHECK(dealt(2, 3) == std::vector<std::size_t>{1, 1, 1});
}

TEST_CASE("[::] leaves IPv4 to a listener on 0.0.0.0 with the same port, and to no other") {
  const auto config = config_with({"[::]:443", "0.0.0.0:443", "[::]:80", "127.0.0.1:80", "[::1]:443"});
  CHECK(listen_spec(config, 0, 2, false).only_v6);
  CHECK_FALSE(listen_spec(config, 2, 2, false).only_v6);
  CHECK_FALSE(listen_spec(config, 4, 2, false).only_v6);
  CHECK(listen_spec(config, 0, 2, false).count == 2);
  CHECK(listen_spec(config_with({"unix:/run/x.sock"}), 0, 2, false).count == 1);
}

TEST_CASE("all addresses that cannot be had are reported, with their places") {
  const auto config = config_with({"198.51.100.6:80", "127.0.0.1:0", "198.51.100.7:80"});
  OwnSockets source;
  Problems problems;
  const OpenListeners open = open_listeners(config, 2, source, false, problems);
  REQUIRE(problems.list().size() == 2);
  CHECK(problems.list()[0].text().find("config.lua:1: cannot listen on 198.51.100.6:80") == 0);
  CHECK(problems.list()[1].place.line == 3);
  REQUIRE(open.addresses.size() == 3);
  CHECK(open.addresses[0].address.empty());
  CHECK_THAT(open.addresses[1].address, Catch::Matchers::StartsWith("127.0.0.1:"));
  CHECK(open.addresses[1].address != "127.0.0.1:0");
  CHECK(open.workers[1].size() == 1);
}

TEST_CASE("two listeners on any port of one address get two ports") {
  const auto config = config_with({"127.0.0.1:0", "127.0.0.1:0"});
  CHECK(listen_spec(config, 1, 1, false).ordinal == 1);
  OwnSockets source;
  Problems problems;
  const OpenListeners open = open_listeners(config, 1, source, false, problems);
  REQUIRE(open.addresses.size() == 2);
  CHECK(open.addresses[0].address != open.addresses[1].address);
}

TEST_CASE("listeners as URLs") {
  CHECK(url_of({"[::]:8443", true}) == "https://localhost:8443/");
  CHECK(url_of({"127.0.0.1:80", false}) == "http://localhost:80/");
  CHECK(url_of({"192.0.2.7:443", true}) == "https://192.0.2.7:443/");
  CHECK(url_of({"[2001:db8::1]:443", true}) == "https://[2001:db8::1]:443/");
  CHECK(url_of({"unix:/run/x.sock", false}) == "http+unix:/run/x.sock");
}
